"""`slowatch verify`: exit codes, what is printed and written, and what a bad call is told."""

import json
import re
import sqlite3
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.calling import Done, slowatch
from tests.support.daemon import RUN, surroundings, wait_for
from tests.support.openmetrics import serve, store_text
from tests.support.read_only import on_read_only_mount
from tests.verify.playing import Load, Run, Theatre

PACK = """\
apiVersion: slowatch/v1
service: shop
defaults: {objective: 90%, window: 30d}
slos:
  - name: success
    nfr: S-1
    sli: {ratio: {bad: 'requests_total{code="500"}', total: requests_total}}
  - name: p95
    nfr: S-2
    sli: {quantile: {p: 0.95, histogram: took_seconds, at_most: 300ms}}
runs:
  - name: quick
    nfr: S-3
    load: {users: 10, for: 2m}
    checks:
      - {name: mean, mean: {histogram: took_seconds}, at_most: 150ms}
  - name: warned
    checks:
      - {name: mean, mean: {histogram: took_seconds}, at_most: 100ms, severity: warn}
  - name: compared
    baseline: quick
    checks:
      - {name: mean, by: [route], mean: {histogram: took_seconds}, at_most: +10%}
"""


@dataclass(frozen=True, slots=True)
class Scene:
    """A Prometheus that saw two runs, a healthy and a slow one, and a pack that declares some."""

    url: str
    folder: Path
    healthy: Run
    slow: Run

    def verify(
        self,
        *arguments: str,
        run: Run | None = None,
        state: str = "runs.db",
        scraped: str | None = "5s",
    ) -> Done:
        """Verify one of the runs, or whatever the arguments say, over a ledger."""
        when = () if run is None else ("--from", str(run.span.start_s), "--to", str(run.span.end_s))
        known = () if scraped is None else ("--scrape-interval", scraped)
        return slowatch(
            *("verify", "--rules", "pack.yaml", "--prometheus", self.url, "--state", state),
            *("--isolated", *known, *when, *arguments),
            cwd=self.folder,
            settle="0s",
        )


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Theatre]]:
    theatre = Theatre(seed=5)
    theatre.play(Load())
    theatre.play(Load(median_s=0.2))
    with serve(store_text(tmp_path_factory.mktemp("runs"), theatre.exposition())) as url:
        yield url, theatre


@pytest.fixture
def scene(prometheus: tuple[str, Theatre], tmp_path: Path) -> Scene:
    url, theatre = prometheus
    (tmp_path / "pack.yaml").write_text(PACK)
    return Scene(url, tmp_path, *theatre.runs)


def test_a_run_that_keeps_its_bound_passes(scene: Scene) -> None:
    done = scene.verify("--name", "quick", run=scene.healthy)
    assert (done.code, done.err) == (0, "")
    assert "PASS" in done.out
    assert "shop/quick" in done.out


def test_a_run_that_breaks_its_bound_fails(scene: Scene) -> None:
    done = scene.verify("--name", "shop/quick", run=scene.slow)
    assert done.code == 1
    assert "FAIL" in done.out


def test_a_warning_fails_only_when_it_is_to(scene: Scene) -> None:
    codes = [
        scene.verify("--name", "warned", *more, run=scene.slow).code for more in ((), ("--strict",))
    ]
    assert codes == [0, 1]


def test_without_a_baseline_nothing_is_shown(scene: Scene) -> None:
    done = scene.verify("--name", "compared", run=scene.slow)
    assert done.code == 2
    assert "no earlier run `quick` passed" in done.out


def test_a_run_that_is_kept_is_a_baseline_of_later_ones(scene: Scene) -> None:
    """The slow run is two thirds slower than the healthy one was."""
    assert scene.verify("--name", "quick", run=scene.healthy).code == 0
    done = scene.verify("--name", "compared", "--json", run=scene.slow)
    assert done.code == 1
    told = json.loads(done.out)
    assert told["verdict"] == "fail"
    assert {line["verdict"] for line in told["lines"]} == {"fail"}


def test_what_others_are_compared_with_is_kept(scene: Scene) -> None:
    """`quick` is judged by its mean alone; what `compared` asks by route is kept of it too."""
    assert scene.verify("--name", "quick", run=scene.healthy).code == 0
    with closing(sqlite3.connect(scene.folder / "runs.db")) as ledger:
        (kept,) = ledger.execute("SELECT measurements FROM runs").fetchone()
    by = [one["asked"]["by"] for one in json.loads(kept)["subjects"].values()]
    assert sorted(by) == [[], ["route"]]


def test_a_run_that_is_not_kept_makes_no_ledger(scene: Scene) -> None:
    """Without one there is no baseline."""
    assert scene.verify("--name", "quick", "--no-store", run=scene.healthy).code == 0
    assert scene.verify("--name", "compared", "--no-store", run=scene.slow).code == 2
    assert [one.name for one in scene.folder.iterdir()] == ["pack.yaml"]


@pytest.mark.slow
def test_a_ledger_that_cannot_be_written_has_baselines(scene: Scene, tmp_path: Path) -> None:
    """On a read-only mount, where nothing can be kept: that is said before anything is played."""
    (tmp_path / "kept").mkdir()
    state = "kept/runs.db"
    assert scene.verify("--name", "quick", run=scene.healthy, state=state).code == 0
    span = ("--from", str(scene.slow.span.start_s), "--to", str(scene.slow.span.end_s))
    called = ["verify", "--rules", "pack.yaml", "--prometheus", scene.url, "--state", state]
    called += ["--scrape-interval", "5s", "--name", "compared", "--isolated"]
    ended = []
    for more in ([*span, "--no-store"], ["--run", "--", "touch", "played"]):
        command = on_read_only_mount(tmp_path / "kept", [*RUN, *called, *more])
        ended.append(
            subprocess.run(
                command, capture_output=True, text=True, cwd=tmp_path, env=surroundings(settle="0s")
            )
        )
    assert [one.returncode for one in ended] == [1, 3], ended
    assert "FAIL" in ended[0].stdout
    assert f"the ledger {state} cannot be used" in ended[1].stderr
    assert not (tmp_path / "played").exists()


@pytest.mark.slow
def test_a_baseline_is_given_by_its_moments(scene: Scene) -> None:
    """Of the slow run against the healthy one, by seconds, and the other way round."""
    spans = [f"{run.span.start_s}/{run.span.end_s + 5}" for run in (scene.healthy, scene.slow)]
    slower = scene.verify("--name", "compared", "--baseline", spans[0], run=scene.slow)
    faster = scene.verify("--name", "compared", "--baseline", spans[1], run=scene.healthy)
    assert (slower.code, faster.code) == (1, 0)


def test_every_slo_is_judged_where_no_run_is_named(scene: Scene) -> None:
    done = scene.verify("--json", run=scene.healthy)
    told = json.loads(done.out)
    assert done.code == 0
    assert {line["nfr"]: line["verdict"] for line in told["lines"]} == {
        "S-1": "pass",
        "S-2": "pass",
    }


def test_reports_are_written_whole(scene: Scene) -> None:
    names = ("--junit", "v.xml", "--markdown", "v.md", "--html", "v.html")
    done = scene.verify("--name", "quick", *names, run=scene.slow)
    assert done.code == 1
    assert ET.parse(scene.folder / "v.xml").getroot().find(".//failure") is not None  # noqa: S314
    assert "shop/quick" in (scene.folder / "v.md").read_text()
    assert "<svg" in (scene.folder / "v.html").read_text()


def test_reports_of_an_earlier_run_do_not_outlive_it(scene: Scene) -> None:
    """Whoever uploads them after an error would upload yesterday's verdict."""
    names = ("--junit", "v.xml", "--markdown", "v.md", "--html", "v.html")
    for name in (*names[1::2], "notes.md"):
        (scene.folder / name).write_text("yesterday's")
    assert scene.verify("--name", "quik", *names, run=scene.healthy).code == 3
    left = sorted(one.name for one in scene.folder.iterdir())
    assert left == ["notes.md", "pack.yaml"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--name", "quick"), (0, "")),
        (("--name", "quik"), (3, "did you mean `quick`")),
        (("--name", "quick", "--last", "5m"), (3, "only one of them")),
    ],
)
def test_what_is_played_later_is_only_checked(
    scene: Scene, arguments: tuple[str, ...], expected: tuple[int, str]
) -> None:
    """As a plug-in has it before it plays: nothing is asked, kept or told."""
    done = scene.verify("--check", *arguments)
    assert (done.code, done.out) == (expected[0], "")
    assert (expected[1] in done.err) if expected[1] else not done.err


def test_an_unknown_scrape_interval_is_said(scene: Scene) -> None:
    """Once, and not where it is given: other tests have nothing on standard error."""
    done = scene.verify("--name", "quick", run=scene.healthy, scraped=None)
    assert done.code == 0
    assert done.err == (
        "slowatch: how often Prometheus scrapes is not known: 15s is assumed; "
        "give --scrape-interval\n"
    )


@pytest.mark.slow
def test_a_command_is_timed_and_its_failure_told(scene: Scene) -> None:
    """What it prints does not mix with the JSON; nothing was measured while it ran.

    Of what it was told nothing is kept: tokens stand in arguments, and reports are posted.
    """
    play = "import sys, time; print('playing'); time.sleep(1.2); sys.exit(3)  # hunter2"
    files = ("--junit", "v.xml", "--markdown", "v.md", "--html", "v.html")
    done = scene.verify("--json", *files, "--run", "--", sys.executable, "-c", play)
    assert done.code == 2
    told = json.loads(done.out)
    assert "playing" in done.err
    assert any("failed with exit code 3" in notice["text"] for notice in told["notices"])
    assert told["command"] == [Path(sys.executable).name, "…"]
    written = [(scene.folder / name).read_bytes() for name in (*files[1::2], "runs.db")]
    for kept in (done.out.encode(), done.err.encode(), *written):
        assert b"hunter2" not in kept


@pytest.mark.slow
def test_no_load_is_played_where_nobody_could_be_asked(scene: Scene) -> None:
    """Neither a Prometheus nor a ledger that is not there costs a load test; nor a check."""
    play = ("--run", "--", "touch", "played")
    for away in (("--prometheus", "http://127.0.0.1:1"), ("--state", "no/folder/runs.db")):
        for how in (play, ("--check",)):
            assert scene.verify(*away, *how).code == 3
    assert not (scene.folder / "played").exists()


@pytest.mark.slow
@pytest.mark.parametrize("rest", ["time.sleep(60)", "exit(0)"])
def test_an_interrupted_run_is_no_verdict_and_says_when_it_was(scene: Scene, rest: str) -> None:
    """While it is played, and while its last scrapes are waited for; 128 and the signal."""
    play = f"import signal, time; signal.signal(15, lambda *_: exit(0)); open('up', 'w'); {rest}"
    called = ("verify", "--rules", "pack.yaml", "--prometheus", scene.url, "--state", "runs.db")
    child = subprocess.Popen(
        [*RUN, *called, "--run", "--", sys.executable, "-c", play],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=scene.folder,
        env=surroundings(settle="60s"),
        start_new_session=True,
    )
    wait_for((scene.folder / "up").exists, within_s=20)
    time.sleep(0.5)
    child.terminate()
    out, err = child.communicate(timeout=20)
    assert (child.returncode, out) == (143, "")
    assert re.search("`--from [^ ]+Z --to [^ ]+Z --isolated` in place of `--run`", err)
    assert "Traceback" not in err


@pytest.mark.slow
def test_a_verdict_that_cannot_be_kept_is_told_all_the_same(scene: Scene) -> None:
    """A ledger that takes no more runs, as one on a full disk."""
    assert scene.verify("--name", "quick", run=scene.healthy).code == 0
    with closing(sqlite3.connect(scene.folder / "runs.db", isolation_level=None)) as other:
        full = "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        other.execute(f"CREATE TRIGGER full BEFORE INSERT ON runs {full}")
    done = scene.verify("--name", "quick", "--markdown", "v.md", run=scene.healthy)
    assert done.code == 3
    assert "PASS" in done.out
    assert "the verdict is not kept: " in done.err
    assert (scene.folder / "v.md").exists()


def test_phases_and_users_come_from_a_file(scene: Scene) -> None:
    """Nine of ten declared users are too few."""
    start_s = scene.healthy.span.start_s
    marks = [{"at": start_s, "phase": "ramp", "users": 3}, {"at": start_s + 20, "users": 9}]
    (scene.folder / "marks").write_text("\n".join(map(json.dumps, marks)))
    done = scene.verify("--name", "quick", "--phases", "marks", "--json", run=scene.healthy)
    told = json.loads(done.out)
    assert done.code == 2
    assert told["notices"][0]["text"] == "the load was not reached: 9 users of 10"
    assert [phase["name"] for phase in told["phases"]] == ["ramp", "load"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "say when the run was"),
        (("--run", "--", "no-such-command"), "no-such-command: No such file"),
        (("--last", "5m", "--name", "quik"), "did you mean `quick`"),
        (("--last", "5m", "--html", "no/folder/x"), "there is no folder"),
        (("--last", "5m", "--rules", "none"), "no such file or folder"),
        (("--last", "5m", "--bogus"), "No such option"),
        (("--last", "5m", "--baseline", "offset:1m"), "shorter than the run"),
        (("--baseline", "offset:1s", "--run", "--", "sleep", "1.1"), "in place of `--run`"),
    ],
)
def test_what_cannot_be_verified_is_said_with_3(
    scene: Scene, arguments: tuple[str, ...], told: str
) -> None:
    """Never 0, 1 or 2, which are verdicts; and never a traceback."""
    done = scene.verify(*arguments)
    assert done.code == 3
    assert told in done.err
    assert "Traceback" not in done.err


@pytest.mark.slow
def test_a_prometheus_that_is_away_is_no_verdict(scene: Scene) -> None:
    done = scene.verify("--prometheus", "http://127.0.0.1:1", run=scene.healthy)
    assert done.code == 3
    assert "127.0.0.1:1" in done.err


def test_specs_with_mistakes_are_no_measure(scene: Scene) -> None:
    """Whoever verifies would take what is left for everything."""
    (scene.folder / "pack.yaml").write_text(PACK.replace("at_most: 150ms", "at_most: fast"))
    done = scene.verify("--name", "quick", run=scene.healthy)
    assert done.code == 3
    assert "pack.yaml:16" in done.err
    assert "specs with mistakes are no measure" in done.err
