"""`slowatch publish`: folders in step with specs, and a real Prometheus that reads them."""

import io
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import httpx
import pytest

from slowatch.app.settings import PREFIX
from slowatch.cli.failing import told_in_words
from slowatch.cli.main import app
from slowatch.cli.published import MANIFEST
from slowatch.demo.child import Child, free_port
from slowatch.demo.prometheus import PrometheusServer
from tests.cli.calling import slowatch
from tests.support.daemon import RUN, surroundings, wait_for

SPEC = """
apiVersion: slowatch/v1
service: {service}
slos:
  - name: calls
    objective: {objective}
    window: 7d
    sli: {{ratio: {{good: 'calls_total{{ok="1"}}', total: calls_total}}}}
"""
LIFECYCLE = "--web.enable-lifecycle"


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    """A folder with specs of two services."""
    folder = tmp_path / "specs"
    folder.mkdir()
    for service in ("shop", "bank"):
        _write(folder, service, "99%")
    return folder


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """Where rule files go; it is not there yet."""
    return tmp_path / "published" / "rules"


def _write(specs: Path, service: str, objective: str) -> None:
    """Replace a spec at once, as an editor or a git checkout does."""
    beside = specs / ".new"
    beside.write_text(SPEC.format(service=service, objective=objective))
    beside.rename(specs / f"{service}.yaml")


@pytest.fixture(autouse=True)
def _nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither variables nor a slowatch.yaml where it is called."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def _publish(specs: Path, *more: str) -> tuple[object, str, str]:
    """Call the command in this process, which is quicker; its exit code, output and errors."""
    out, err = io.StringIO(), io.StringIO()
    told = (redirect_stdout(out), redirect_stderr(err))
    with told[0], told[1], pytest.raises(SystemExit) as end, told_in_words():
        app(["publish", str(specs), *more])
    return end.value.code, out.getvalue(), err.getvalue()


def _versions(folder: Path) -> dict[str, tuple[int, int]]:
    """Which file it is, and when it was written."""
    return {p.name: (p.stat().st_ino, p.stat().st_mtime_ns) for p in folder.iterdir()}


@pytest.fixture
def prometheus(tmp_path: Path, rules: Path) -> Iterator[PrometheusServer]:
    """A Prometheus that may be asked to reload, not started yet."""
    config = f"rule_files: ['{rules}/*.yml']\n"
    server = PrometheusServer(tmp_path / "prometheus", config=config, extra_args=[LIFECYCLE])
    yield server
    server.stop()


def _loaded(server: PrometheusServer) -> set[str]:
    """The groups of rules that Prometheus has."""
    answer = httpx.get(f"{server.url}/api/v1/rules", trust_env=False).json()
    return {group["name"] for group in answer["data"]["groups"]}


def test_each_service_has_a_rule_file_and_a_dashboard(specs: Path, tmp_path: Path) -> None:
    """Both are what the other commands render."""
    rules, dashboards = tmp_path / "r", tmp_path / "d"
    both = ("--rules-dir", str(rules), "--dashboards-dir", str(dashboards))
    code, out, err = _publish(specs, *both)
    assert (code, err) == (0, "")
    assert f"{rules}: 2 files written, 0 removed, 0 as they were" in out
    files = ["slowatch-bank.yml", "slowatch-shop.yml"]
    assert sorted(path.name for path in rules.glob("*.yml")) == files
    rendered = slowatch("render-rules", str(specs / "shop.yaml")).out
    assert (rules / "slowatch-shop.yml").read_text() == rendered
    slowatch("render-dashboards", str(specs), "-o", str(tmp_path / "same"))
    for path in (tmp_path / "same").iterdir():
        assert (dashboards / path.name).read_bytes() == path.read_bytes()


def test_what_does_not_change_is_not_touched(specs: Path, rules: Path) -> None:
    """Nor is the note of what is published."""
    _publish(specs, "--rules-dir", str(rules))
    before = _versions(rules)
    code, out, _ = _publish(specs, "--rules-dir", str(rules))
    assert (code, _versions(rules)) == (0, before)
    assert "0 files written, 0 removed, 2 as they were" in out


def test_only_what_was_published_is_removed(specs: Path, rules: Path) -> None:
    """A file of somebody else stays, whatever it is called."""
    _publish(specs, "--rules-dir", str(rules))
    (rules / "slowatch-other.yml").write_text("groups: []\n")
    (specs / "bank.yaml").unlink()
    code, out, _ = _publish(specs, "--rules-dir", str(rules))
    assert code == 0
    assert "0 files written, 1 removed, 1 as they were" in out
    kept = {MANIFEST, "slowatch-other.yml", "slowatch-shop.yml"}
    assert {path.name for path in rules.iterdir()} == kept


def test_note_that_names_files_elsewhere_removes_none_of_them(specs: Path, rules: Path) -> None:
    """Whoever wrote it."""
    _publish(specs, "--rules-dir", str(rules))
    elsewhere = rules.parent / "elsewhere.yml"
    elsewhere.write_text("")
    names = ["../elsewhere.yml", str(elsewhere), "..", MANIFEST, "gone.yml"]
    (rules / MANIFEST).write_text(json.dumps({"files": names}))
    assert _publish(specs, "--rules-dir", str(rules))[0] == 0
    assert elsewhere.exists()


@pytest.mark.parametrize("note", ["", "[]", '{"files": [5]}'])
def test_note_that_says_nothing_is_written_anew(specs: Path, rules: Path, note: str) -> None:
    rules.mkdir(parents=True)
    (rules / MANIFEST).write_text(note)
    assert _publish(specs, "--rules-dir", str(rules))[0] == 0
    names = ["slowatch-bank.yml", "slowatch-shop.yml"]
    assert json.loads((rules / MANIFEST).read_text()) == {"files": names}


def test_wrong_spec_leaves_all_as_it_is(specs: Path, rules: Path) -> None:
    """Also of the services whose specs are right: what is published belongs together."""
    _publish(specs, "--rules-dir", str(rules))
    before = _versions(rules)
    _write(specs, "shop", "109%")
    _write(specs, "bank", "98%")
    code, out, err = _publish(specs, "--rules-dir", str(rules))
    assert (code, out, _versions(rules)) == (1, "", before)
    assert "shop.yaml:6:16: " in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "nowhere to publish to"),
        (("--rules-dir", "/proc/nowhere"), "/proc/nowhere: "),
        (("--rules-dir", "r", "--source", "moon"), "no source 'moon'"),
        (("--rules-dir", "r", "--reload", "moon"), "moon was not reloaded: 'moon' is no address"),
    ],
)
def test_what_cannot_be_done_is_2(specs: Path, arguments: tuple[str, ...], words: str) -> None:
    code, _, err = _publish(specs, *arguments)
    assert code == 2
    assert words in err


def test_published_rules_pass_promtool(specs: Path, rules: Path) -> None:
    """Of both sources; over the daemon's gauges a file about the daemon itself is added."""
    for source in ("prometheus", "slowatch"):
        assert _publish(specs, "--rules-dir", str(rules), "--source", source)[0] == 0
        files = sorted(rules.glob("*.yml"))
        assert subprocess.run(["promtool", "check", "rules", *files]).returncode == 0
    names = ["slowatch-bank.yml", "slowatch-shop.yml", "slowatch.yml"]
    assert [path.name for path in files] == names


def test_prometheus_is_asked_to_reload(
    specs: Path, rules: Path, prometheus: PrometheusServer
) -> None:
    prometheus.start()
    assert _loaded(prometheus) == set()
    code, out, err = _publish(specs, "--rules-dir", str(rules), "--reload", prometheus.url)
    assert (code, err) == (0, "")
    assert f"{prometheus.url}: reloaded" in out
    assert _loaded(prometheus) == {"slowatch-shop", "slowatch-bank"}


def test_prometheus_that_does_not_reload_is_told_of(specs: Path, rules: Path) -> None:
    """With what to do, and without the password of the address."""
    address = f"http://user:hunter2@127.0.0.1:{free_port()}"
    code, _, err = _publish(specs, "--rules-dir", str(rules), "--reload", address)
    assert code == 2
    assert "was not reloaded: " in err
    assert "hunter2" not in err
    assert (rules / "slowatch-shop.yml").exists()


def test_prometheus_without_lifecycle_says_what_to_set(
    specs: Path, rules: Path, tmp_path: Path
) -> None:
    with PrometheusServer(tmp_path / "closed") as closed:
        code, _, err = _publish(specs, "--rules-dir", str(rules), "--reload", closed.url)
    assert code == 2
    assert "HTTP 403: Lifecycle API is not enabled." in err
    assert "--web.enable-lifecycle" in err


def test_sidecar_follows_the_specs(
    specs: Path, rules: Path, prometheus: PrometheusServer, tmp_path: Path
) -> None:
    """Prometheus comes up later; a spec turns bad, is mended and goes; SIGTERM is the end."""
    prometheus.start()
    prometheus.stop()
    command = [*RUN, "publish", str(specs), "--rules-dir", str(rules), "--watch"]
    log = tmp_path / "log"
    child = Child(
        [*command, "--reload", prometheus.url],
        log_path=log,
        env=surroundings(rules_poll="0.3s"),
        cwd=tmp_path,
    )
    try:
        wait_for(lambda: "was not reloaded" in log.read_text(), within_s=20)
        (rules / "slowatch-shop.yml").unlink()  # what nobody published was never loaded
        prometheus.start()
        wait_for(lambda: _loaded(prometheus) == {"slowatch-bank"}, within_s=20)
        _write(specs, "shop", "109%")
        wait_for(lambda: "shop.yaml:6:16: " in log.read_text(), within_s=20)
        assert _loaded(prometheus) == {"slowatch-bank"}
        _write(specs, "shop", "98%")
        wait_for(lambda: _loaded(prometheus) == {"slowatch-bank", "slowatch-shop"}, within_s=20)
        (specs / "bank.yaml").unlink()
        wait_for(lambda: _loaded(prometheus) == {"slowatch-shop"}, within_s=20)
    finally:
        assert child.stop() == 0, child.log_tail()
    assert log.read_text().count("was not reloaded") == 1


def test_sidecar_waits_for_its_folder(specs: Path, tmp_path: Path) -> None:
    """A volume may be mounted, or emptied, later than it starts. Ctrl-C ends it, too."""
    log, blocked = tmp_path / "log", tmp_path / "blocked"
    blocked.write_text("a file where a folder should be")
    command = [*RUN, "publish", str(specs), "--rules-dir", str(blocked), "--watch"]
    child = Child(command, log_path=log, env=surroundings(rules_poll="0.3s"), cwd=tmp_path)
    try:
        wait_for(lambda: str(blocked) in log.read_text(), within_s=20)
        blocked.unlink()
        wait_for((blocked / "slowatch-shop.yml").exists, within_s=20)
        os.kill(child.pid, signal.SIGINT)
        assert child.wait(within_s=10) == 0, child.log_tail()
    finally:
        child.stop()
