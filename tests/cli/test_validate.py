"""`slowatch validate`: three forms, and what only a live Prometheus can tell."""

import json
from pathlib import Path

import pytest

from tests.cli.calling import slowatch
from tests.support.daemon import WatchedDemo

FINE = """
apiVersion: slowatch/v1
service: shop
slos:
  - name: calls
    objective: 99%
    sli: {ratio: {good: 'calls_total{ok="1"}', total: calls_total}}
"""
BAD = FINE.replace("99%", "109%")


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A spec file that is fine."""
    path = tmp_path / "shop.yaml"
    path.write_text(FINE)
    return path


def test_a_fine_file_is_0(rules: Path) -> None:
    done = slowatch("validate", str(rules))
    assert (done.code, done.out, done.err) == (0, "", "1 SLO, no problem\n")


def test_runs_are_counted_where_there_are_any(rules: Path) -> None:
    rules.write_text(FINE + "runs: [{name: load, slos: all}, {name: whole, ends_within: 15m}]\n")
    assert slowatch("validate", str(rules)).err == "1 SLO and 2 runs, no problem\n"


def test_problems_are_told_with_their_place_and_1(rules: Path) -> None:
    rules.write_text(BAD)
    done = slowatch("validate", str(rules))
    assert done.code == 1
    assert done.out.startswith(f"{rules}:6:16: ")
    assert done.err.startswith("1 problem; ")


def test_json_is_for_programs(rules: Path) -> None:
    rules.write_text(BAD)
    done = slowatch("validate", str(rules), "--format", "json")
    (problem,) = json.loads(done.out)
    assert (done.code, done.err) == (1, "")
    assert list(problem) == ["path", "line", "column", "code", "message", "severity"]
    assert (problem["path"], problem["line"]) == (str(rules), 6)


def test_json_of_no_problem_is_an_empty_list(rules: Path) -> None:
    assert json.loads(slowatch("validate", str(rules), "--format", "json").out) == []


def test_github_gets_annotations(tmp_path: Path) -> None:
    """Their properties and texts are escaped as GitHub wants it."""
    path = tmp_path / "a,b:c%.yaml"
    path.write_text(BAD)
    done = slowatch("validate", str(path), "--format", "github")
    (line,) = done.out.splitlines()
    assert line.startswith("::error file=")
    assert "a%2Cb%3Ac%25.yaml,line=6,col=16,title=" in line
    assert "109%25" in line


def test_a_missing_path_is_a_problem() -> None:
    done = slowatch("validate", "/nowhere")
    assert done.code == 1
    assert "[file-not-found]" in done.out


LIVE = """
apiVersion: slowatch/v1
service: live
slos:
  - name: no-such-bucket
    objective: 99%
    sli: {latency: {histogram: api_response_time_seconds, under: 1234ms}}
  - name: no-such-metric
    objective: 99%
    sli: {up: {metric: nowhere_to_be_found}}
  - name: refused
    objective: 99%
    sli: {value: {query: "rate(up[1m]) * on (nothing) group_left up * on() up", at_most: 1}}
  - name: fine
    objective: 99%
    sli: {latency: {histogram: api_response_time_seconds, under: 2s}}
runs:
  - name: load
    checks:
      - {name: no-series, mean: {histogram: nobody_has_this_seconds}, at_most: 1s}
      - {name: mean, mean: {histogram: api_response_time_seconds}, at_most: 1s}
      - {name: misspelt, by: [ap_id], mean: {histogram: api_response_time_seconds}, at_most: 1s}
      - slo: fine
"""


def test_a_live_prometheus_tells_what_has_no_data_and_why(
    watched: WatchedDemo, tmp_path: Path
) -> None:
    path = tmp_path / "live.yaml"
    path.write_text(LIVE)
    done = slowatch(
        *("validate", str(path), "--prometheus", watched.prometheus_url, "--format", "json"),
        slot="10s",
        settle="1s",
    )
    told: dict[str, str] = {}
    for problem in json.loads(done.out):
        of = problem["message"].split()[0]
        told[of] = told.get(of, "") + problem["message"] + "\n"
    assert done.code == 1
    assert set(told) == {"no-such-bucket", "no-such-metric", "refused", "load:"}
    assert "bucket" in told["no-such-bucket"]
    assert "nowhere_to_be_found" in told["no-such-metric"]
    assert "match" in told["refused"]
    assert "no-series has no data now: nobody_has_this_seconds" in told["load:"]
    assert "misspelt is told apart by `ap_id`, and nothing that it measures has" in told["load:"]
    assert "load: mean " not in told["load:"]
