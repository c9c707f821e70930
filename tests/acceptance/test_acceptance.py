"""What acceptance holds outcomes against, and how it finds the row of each line."""

from typing import Any

import pytest
import yaml

from slowatch.demo.demo import rules_folder
from slowatch.demo.load.programme import PROGRAMMES, RECORDINGS, length_s
from slowatch.demo.systems.incident import SYSTEMS
from slowatch.demo.systems.variants import VARIANT_NAMES
from slowatch.slo.verdict import Verdict
from slowatch.spec.compiled_runs import Change, Recovery, RunBaseline
from slowatch.spec.reading import read_paths
from tests.acceptance.catalogue import IDS, ROWS, Row
from tests.acceptance.expected import FAILS
from tests.acceptance.judging import JUDGED_BY, WHOLE
from tests.acceptance.outcomes import Outcome, outcomes
from tests.acceptance.playing import SCALES
from tests.acceptance.table import differences, document, markdown

READING = read_paths([rules_folder()])


def line(verdict: str = "pass", **told: object) -> dict[str, Any]:
    """A line of a verdict's document, of a share of at least 99 %."""
    plain: dict[str, Any] = {
        "check": "success",
        "nfr": "P002",
        "group": {},
        "unit": "ratio",
        "reason": None,
    }
    limits = {"measured": 0.999, "at_least": 0.99, "at_most": None}
    return {"verdict": verdict, **plain, **limits, **told}


def verdict(*lines: dict[str, Any], name: str = "", **told: object) -> tuple[str, dict[str, Any]]:
    """A document about lark-service."""
    plain: dict[str, Any] = {"name": name, "nfr": None, "notices": []}
    return "lark-service", {**plain, "lines": list(lines), **told}


def found(row: str, *documents: tuple[str, dict[str, Any]]) -> Outcome:
    """The outcome of one row of lark-service."""
    (one,) = (o for o in outcomes(documents, ["lark-service"]) if o.row.id == row)
    return one


def test_rows_are_those_of_the_packs() -> None:
    """Of SLOs, runs and alerts: 48 in all."""
    declared = {(slo.service, slo.nfr) for slo in READING.slos}
    declared |= {(run.service, run.nfr) for run in READING.runs}
    for path in rules_folder().glob("*.yaml"):
        pack = yaml.safe_load(path.read_text(encoding="utf-8"))
        alerts = (alert for slo in pack["slos"] for alert in slo.get("alerts", ()))
        declared |= {(pack["service"], alert["nfr"]) for alert in alerts}
    assert {(row.system, row.id) for row in ROWS} == declared
    assert len(ROWS) == len(IDS) == 48


def test_every_variant_has_expectations() -> None:
    """The healthy and the faster one fail nothing, the others something."""
    assert set(FAILS) == set(VARIANT_NAMES)
    assert all(rows <= IDS for rows in FAILS.values())
    assert {variant for variant, rows in FAILS.items() if not rows} == {"healthy", "faster"}


def test_every_declared_run_is_judged() -> None:
    """Either as it is played, or as everything that is."""
    judged = {
        f"{system}/{stage.run}" for system, stages in PROGRAMMES.items() for stage in stages
    } | {f"{system}/{run}" for system, (run, _) in WHOLE.items()}
    assert {run.id for run in READING.runs} <= judged


def test_slos_of_each_system_are_judged_by_a_run_that_is_played() -> None:
    assert set(JUDGED_BY) == set(SCALES) == set(SYSTEMS)
    for system, run in JUDGED_BY.items():
        assert run in {stage.run for stage in PROGRAMMES[system]}


def test_every_run_that_others_are_compared_with_is_recorded() -> None:
    wanted = {
        (run.service, check.baseline.run)
        for run in READING.runs
        for check in run.checks
        if isinstance(check.bound, Change | Recovery) and isinstance(check.baseline, RunBaseline)
    }
    recorded = {(system, s.run) for system, stages in RECORDINGS.items() for s in stages if s.run}
    assert recorded == wanted


def test_the_performance_run_fits_into_its_time_at_its_real_length() -> None:
    """From the first of 10 users to the last of the spike, with those who come and go between."""
    stages = PROGRAMMES["reflection-api"]
    name, since = WHOLE["reflection-api"]
    first = next(index for index, stage in enumerate(stages) if stage.run == since)
    run = next(run for run in READING.runs if run.name == name)
    assert run.ends_within_s == 900
    assert length_s(stages[first:]) == 770


def test_rows_that_no_variant_breaks_are_known() -> None:
    """No variant takes load, users or targets away."""
    broken = {row for rows in FAILS.values() for row in rows}
    assert {row.id for row in ROWS} - broken == {
        *("P001", "A1", "NFR-R-001", "R-THR", "T-TPS", "T-USR", "CON-3"),
    }


def test_row_is_its_worst_line() -> None:
    one = found("P002", verdict(line(), line("fail", measured=0.9), line("inconclusive")))
    assert (one.verdict, one.measured) == ("fail", "success: 90 % ≥ 99 %")


def test_of_lines_that_hold_the_tightest_is_told() -> None:
    """0.9 % of 1 % is nearer than 0.1 %; what can be only all or nothing tells least."""
    up = line(check="up", unit="number", measured=1, at_least=1)
    tight = line(check="tight", measured=0.991, group={"app_id": "crm"})
    assert found("P002", verdict(up, line(), tight)).measured == "tight (crm): 99.1 % ≥ 99 %"


def test_line_of_a_declared_run_is_of_its_requirement() -> None:
    one = found("L1", verdict(line("fail"), name="burst", nfr="L1"))
    assert one.verdict == "fail"
    assert found("P002", verdict(line("fail"), name="burst", nfr="L1")).reason


def test_alert_is_what_its_condition_is_about() -> None:
    """A2 stands on the success of the API, P002b."""
    document = verdict(line("fail", check="api-success", nfr="P002b"))
    assert (found("A2", document).verdict, found("P002b", document).verdict) == ("fail", "fail")


def test_run_that_shows_nothing_is_inconclusive_whatever_its_lines_say() -> None:
    blocks = {"notices": [{"text": "the load was not reached", "blocks": True}]}
    one = found("L1", verdict(line(), name="burst", nfr="L1", **blocks))
    assert (one.verdict, one.reason) == ("inconclusive", "the load was not reached")


def test_row_that_nothing_judges_is_inconclusive() -> None:
    assert found("P001").verdict == "inconclusive"


@pytest.mark.parametrize("wrong", ["inconclusive", "warn", "fail"])
def test_what_does_not_pass_in_health_is_a_difference(wrong: Verdict) -> None:
    """And the table names it, with the reason."""
    row = Row("lark-service", "P001", "at least 100 API calls/s")
    outcome = Outcome(row, wrong, "api-throughput: 1/s ≥ 100/s", "too little")
    (one,) = differences({"healthy": [outcome]})
    told = f"healthy: P001 is {wrong}, not pass: api-throughput: 1/s ≥ 100/s (too little)"
    assert one.told == told
    assert told in markdown({"healthy": [outcome]})
    assert document({"healthy": [outcome]})["accepted"] is False


def test_row_that_should_fail_and_passes_is_a_difference() -> None:
    """Nor may another one fail in its place."""
    rows = {row.id: row for row in ROWS}
    outcomes = [Outcome(rows["REQ-8"], "pass", ""), Outcome(rows["REQ-7"], "fail", "")]
    told = [one.outcome.row.id for one in differences({"slow-to-recover": outcomes})]
    assert told == ["REQ-8", "REQ-7"]
