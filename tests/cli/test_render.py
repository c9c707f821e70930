"""`slowatch render-rules` and `render-tests`: whole files or none, and what is said beside them."""

import stat
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.cli.calling import slowatch

FINE = """
apiVersion: slowatch/v1
service: shop
slos:
  - name: calls
    objective: 99%
    window: 7d
    sli: {ratio: {good: 'calls_total{ok="1"}', total: calls_total}}
"""
BAD = "  - name: bad\n    objective: 109%\n    sli: {up: {metric: up}}\n"


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """A spec file that is fine."""
    path = tmp_path / "shop.yaml"
    path.write_text(FINE)
    return path


def test_rules_go_to_standard_output(spec: Path) -> None:
    done = slowatch("render-rules", str(spec))
    assert (done.code, done.err) == (0, "")
    assert [group["name"] for group in yaml.safe_load(done.out)["groups"]] == ["slowatch-shop"]


def test_file_is_replaced_as_a_whole_and_keeps_its_permissions(spec: Path) -> None:
    target = spec.with_name("rules.yml")
    target.write_text("old")
    target.chmod(0o640)
    assert slowatch("render-rules", str(spec), "-o", str(target)).code == 0
    assert target.read_text() == slowatch("render-rules", str(spec)).out
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert sorted(path.name for path in spec.parent.iterdir()) == ["rules.yml", "shop.yaml"]


def test_link_stays_a_link(spec: Path) -> None:
    """What it leads to is replaced."""
    target, link = spec.with_name("real.yml"), spec.with_name("link.yml")
    target.write_text("old")
    link.symlink_to(target)
    assert slowatch("render-rules", str(spec), "-o", str(link)).code == 0
    assert link.is_symlink()
    assert target.read_text() != "old"


def test_problem_leaves_the_old_file(spec: Path) -> None:
    """Half of the rules would be worse."""
    target = spec.with_name("rules.yml")
    target.write_text("old")
    spec.write_text(FINE + BAD)
    done = slowatch("render-rules", str(spec), "-o", str(target))
    assert (done.code, target.read_text()) == (1, "old")
    assert "shop.yaml:10:16: " in done.err
    assert "--keep-going" in done.err


def test_keep_going_renders_what_is_fine(spec: Path) -> None:
    spec.write_text(FINE + BAD)
    done = slowatch("render-rules", str(spec), "--keep-going")
    assert done.code == 1
    assert 'slo="calls"' in done.out
    assert 'slo="bad"' not in done.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--format", "sloth"), "no format 'sloth'"),
        (("--source", "moon"), "no source 'moon'"),
        (("--label", "release"), "write it like release=monitoring"),
        (("--scrape-interval", "90m"), "from 1s to 5m"),
        (("--scrape-interval", "0s"), "from 1s to 5m"),
        (("--name", "Ünï", "--format", "operator"), "small letters"),
        (("--namespace", "BAD NS", "--format", "operator"), "small letters"),
        (("-o", "/nowhere/rules.yml"), "there is no folder /nowhere"),
    ],
)
def test_what_cannot_be_done_is_2(spec: Path, arguments: tuple[str, ...], words: str) -> None:
    done = slowatch("render-rules", str(spec), *arguments)
    assert (done.code, done.out) == (2, "")
    assert words in done.err


def test_resources_are_named_and_labelled(spec: Path) -> None:
    more = ("--name", "slo", "--namespace", "mon", "--label", "release=main")
    done = slowatch("render-rules", str(spec), "--format", "vmrule", *more)
    resource = yaml.safe_load(done.out)
    named = {"name": "slo-shop", "namespace": "mon", "labels": {"release": "main"}}
    assert (resource["kind"], resource["metadata"]) == ("VMRule", named)


def test_daemon_that_notifies_leaves_no_alert_to_rules(spec: Path) -> None:
    """Nobody is paged twice."""
    address = "http://localhost:9093"
    done = slowatch("render-rules", str(spec), alerting="notify", alertmanagers=address)
    assert done.code == 0
    assert "alert:" not in done.out
    assert "paged twice" in done.err


def test_pipe_may_be_named(spec: Path) -> None:
    assert slowatch("render-rules", str(spec), "-o", "/dev/stdout").out.startswith("# Generated")


def test_how_long_prometheus_has_to_keep_samples_is_said(spec: Path) -> None:
    """A window of 30 days is ten sums of three days; the last of them ended 27 days ago."""
    spec.write_text(FINE.replace("7d", "30d"))
    assert "Prometheus has to keep 27d" in slowatch("render-rules", str(spec)).err


def test_links_lead_to_where_people_reach_slowatch(spec: Path) -> None:
    done = slowatch("render-rules", str(spec), external_url="https://slo.example")
    assert "dashboard_url: https://slo.example/view/shop/calls" in done.out


def test_specs_are_those_of_the_settings(spec: Path) -> None:
    assert slowatch("render-rules", rules=str(spec)).out == slowatch("render-rules", str(spec)).out


@pytest.mark.slow
def test_rendered_tests_prove_the_rendered_rules(spec: Path) -> None:
    rules, tests = spec.with_name("slo.yml"), spec.with_name("slo_test.yml")
    for interval in ("15s", "60s"):
        more = ("--scrape-interval", interval)
        assert slowatch("render-rules", str(spec), "-o", str(rules), *more).code == 0
        named = ("--rules-file", "slo.yml", "-o", str(tests))
        assert slowatch("render-tests", str(spec), *named, *more).code == 0
        done = subprocess.run(["promtool", "test", "rules", tests], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
