"""Queries of panels, proved by `promtool` on series that tell less, or more, than usual."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.dashboards.drawn import filled, panels, rendered, slos_of
from tests.render.promtool import prove

SPEC = """
apiVersion: slowatch/v1
service: shop
slos:
  - name: calls
    objective: 99%
    window: 30d
    sli: {ratio: {good: 'calls_total{ok="1"}', total: calls_total}}
"""
MONTH_S = 30 * 86400
NAMED = 'service="shop", slo="calls"'
LEFT = f"slowatch_slo_error_budget_remaining_ratio{{{NAMED}}}"
BURN = f'slowatch_slo_burn_rate{{{NAMED}, look_back="1h"}}'
Samples = Sequence[Mapping[str, object]]


def query(title: str, file: str = "service-shop.json", *, at: int = 0) -> str:
    """A query of a panel, its first unless said, with nothing filtered out."""
    found = panels(rendered(slos_of(SPEC), "slowatch")[file])
    panel = next(one for one in found if one["title"] == title)
    return filled(panel["targets"][at]["expr"], {})


def proved(
    folder: Path, expr: str, series: Mapping[str, object], expected: Samples, at: str = "5m"
) -> str:
    """What is wrong with an expectation; a series goes on with its value, or as it is written."""
    case = {
        "interval": "1m",
        "input_series": [
            {"series": name, "values": value if isinstance(value, str) else f"{value}x9"}
            for name, value in series.items()
        ],
        "promql_expr_test": [{"expr": expr, "eval_time": at, "exp_samples": expected}],
    }
    file = folder / "test.yml"
    file.write_text(json.dumps({"rule_files": [], "evaluation_interval": "1m", "tests": [case]}))
    return prove(file)


def number(value: float) -> Samples:
    """A sample without labels; none for nothing."""
    return [{"labels": "{}", "value": value}]


def test_budget_without_a_burn_rate_is_not_said_to_last(tmp_path: Path) -> None:
    """Half of it is left, and nobody knows how fast it goes."""
    assert proved(tmp_path, query("Budget lasts"), {LEFT: 0.5}, []) == ""


def test_budget_lasts_as_long_as_its_burn_says(tmp_path: Path) -> None:
    """At 2 half of 30 days' budget lasts 7.5 days; at 0.5 the whole window."""
    expr = query("Budget lasts")
    assert proved(tmp_path, expr, {LEFT: 0.5, BURN: 2}, number(0.5 * MONTH_S / 2)) == ""
    assert proved(tmp_path, expr, {LEFT: 0.5, BURN: 0.5}, number(MONTH_S)) == ""


def test_budget_that_is_used_up_lasts_no_time_whatever_burns(tmp_path: Path) -> None:
    expr = query("Budget lasts")
    for burn in ({}, {BURN: 0.5}, {BURN: 5}):
        assert proved(tmp_path, expr, {LEFT: -0.5, **burn}, number(0)) == ""


def test_an_slo_told_of_in_two_ways_has_one_line(tmp_path: Path) -> None:
    """Of two daemons one has the newer spec; the others' lines are what they were."""
    info = 'slowatch_slo_info{{service="shop", slo="{}", nfr="N1", window="{}", instance="{}"}}'
    objective = 'slowatch_slo_objective_ratio{{service="shop", slo="{}"}}'
    series = {
        objective.format("calls"): 0.99,
        objective.format("waits"): 0.9,
        info.format("calls", "30d", "a"): 1,
        info.format("calls", "28d", "b"): 1,
        info.format("waits", "7d", "a"): 1,
    }
    objectives = query("SLOs, worst first", at=1)
    expected = [
        {"labels": '{slo="calls"}', "value": 0.99},
        {"labels": '{slo="waits"}', "value": 0.9},
    ]
    assert proved(tmp_path, f"max by (slo) ({objectives})", series, expected) == ""
    assert proved(tmp_path, f"count({objectives})", series, number(2)) == ""


BUILD = 'slowatch_build_info{{job="slowatch", instance="{}", version="1"}}'
UP = 'up{{job="{}", instance="{}"}}'


def test_a_daemon_that_vanishes_is_told_of(tmp_path: Path) -> None:
    """Of three daemons one can no more be reached; what is none of them does not count."""
    series = {
        BUILD.format("a"): "1x9",
        BUILD.format("b"): "1x9",
        BUILD.format("c"): "1x2 stale",
        UP.format("slowatch", "a"): "1x9",
        UP.format("slowatch", "b"): "1x9",
        UP.format("slowatch", "c"): "1x2 0x6",
        UP.format("shop", "d"): "0x9",
    }
    for title, count in (("Daemons up", 2), ("Daemons down", 1)):
        expr = query(title, "slowatch.json")
        assert proved(tmp_path, expr, series, number(count), at="8m") == ""


def test_no_daemon_at_all_is_none_up(tmp_path: Path) -> None:
    """Prometheus knows not even where it was."""
    for title in ("Daemons up", "Daemons down"):
        assert proved(tmp_path, query(title, "slowatch.json"), {}, number(0)) == ""


def test_age_of_slots_is_told_in_slots(tmp_path: Path) -> None:
    """At 600 s the newest of slots of 300 s ended at 0: two slots ago."""
    at = 'job="slowatch", instance="a"'
    series = {
        f"slowatch_newest_slot_timestamp_seconds{{{at}}}": "0x10",
        f"slowatch_slot_seconds{{{at}}}": "300x10",
    }
    expr = query("Newest slot", "slowatch.json")
    assert proved(tmp_path, expr, series, number(2), at="10m") == ""
