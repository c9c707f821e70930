"""What rules make of troubles that come with life: relabelling, gaps, births, several files."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from slowatch.render import unit_tests
from slowatch.render.formats import rules_text
from slowatch.render.groups import Manner, rule_groups
from slowatch.render.names import EVENTS, INFO
from slowatch.render.rule import Recording, RuleGroup
from slowatch.spec.compiled import CompiledSlo
from slowatch.spec.reading import read_text
from tests.render.promtool import prove

CALLS = """
  - name: calls
    nfr: P1
    objective: 99%
    sli: {ratio: {bad: 'calls_total{code="500"}', total: calls_total}}
"""
HEAD = "apiVersion: slowatch/v1\nservice: shop\nslos:\n"
GOOD, BAD = (
    'calls_total{job="a",instance="i",code="200"}',
    'calls_total{job="a",instance="i",code="500"}',
)
UP = 'up{job="a",instance="i"}'
Samples = Mapping[str, float]


def slos_of(*entries: str) -> Sequence[CompiledSlo]:
    """SLOs of the service `shop`."""
    reading = read_text(HEAD + "".join(entries), "shop.yaml")
    assert not reading.problems
    return reading.slos


def live(
    folder: Path,
    series: Mapping[str, str],
    expected: Mapping[tuple[str, str], Samples],
    *files: Sequence[RuleGroup],
    interval: str = "15s",
) -> str:
    """What promtool has to say when rule files live through series: nothing, if all is expected."""
    names = [f"{number}.yml" for number, _ in enumerate(files)]
    for name, groups in zip(names, files, strict=True):
        (folder / name).write_text(rules_text(groups, "prometheus"))
    test: dict[str, Any] = {
        "interval": interval,
        "input_series": [{"series": name, "values": text} for name, text in series.items()],
        "promql_expr_test": [
            {
                "expr": query,
                "eval_time": at,
                "exp_samples": [{"labels": k, "value": v} for k, v in samples.items()],
            }
            for (query, at), samples in expected.items()
        ],
    }
    document = {"rule_files": names, "evaluation_interval": "1m", "tests": [test]}
    (folder / "tests.yml").write_text(yaml.safe_dump(document))
    return prove(folder / "tests.yml")


def summed(over: str, at: str) -> tuple[str, str]:
    """The events over a look-back, by outcome."""
    return f'sum by (outcome) ({EVENTS}{{look_back="{over}"}})', at


def outcomes(good: float, bad: float) -> Samples:
    """As `summed` yields them."""
    return {'{outcome="good"}': good, '{outcome="bad"}': bad}


def test_target_that_is_relabelled_is_not_counted_from_zero(tmp_path: Path) -> None:
    """Its counters stand at a million. 40 calls a minute, 19.5 minutes of them are seen."""
    series = {
        UP: "1x39 stale",
        'up{job="a",instance="i",env="p"}': "_x40 1x80",
        GOOD: "900000+10x39 stale",
        BAD: "100000+0x39 stale",
        'calls_total{job="a",instance="i",env="p",code="200"}': "_x40 900400+10x80",
        'calls_total{job="a",instance="i",env="p",code="500"}': "_x40 100000+0x80",
    }
    expected = {summed("30d", "20m"): outcomes(780, 0), ("ALERTS", "13m"): {}}
    assert live(tmp_path, series, expected, rule_groups(slos_of(CALLS))) == ""


def test_series_that_was_away_counts_from_where_it_comes_back(tmp_path: Path) -> None:
    """35 minutes there, 20 away, while its target is up; 10 more calls each 15 s throughout.

    Two minutes later that is 20 from 55:15 to 55:45, and 40.
    """
    series = {
        UP: "1x300",
        GOOD: "900000+10x139 stale _x80 902210+10x80",
        BAD: "100000+0x139 stale _x80 100004+0x80",
    }
    pages = 'ALERTS{alertname="ErrorBudgetBurn"}'
    expected = {summed("5m", "57m"): outcomes(60, 0), (pages, "58m"): {}}
    assert live(tmp_path, series, expected, rule_groups(slos_of(CALLS))) == ""


def test_series_born_while_scrapes_fail_counts_from_zero(tmp_path: Path) -> None:
    """Four scrapes fail; when they succeed again there are 40 errors, and 100 calls more."""
    series = {
        UP: "1x39 0x3 1x40",
        GOOD: "1000+10x39 _x4 1450+10x40",
        BAD: "_x44 40+0x40",
    }
    query = f'sum({EVENTS}{{look_back="30m", outcome="bad"}})'
    assert live(tmp_path, series, {(query, "15m"): {"{}": 40}}, rule_groups(slos_of(CALLS))) == ""


def test_services_may_be_rendered_to_several_files(tmp_path: Path) -> None:
    """Each counts its own SLOs: three minutes are three."""
    other = CALLS.replace("name: calls", "name: more")
    series = {UP: "1x40", GOOD: "1000+10x40", BAD: "10+0x40"}
    query = 'slowatch:measured:sum{look_back="1h"}'
    names = {f'{query[:-1]}, service="shop", slo="{slo}"}}': 3.0 for slo in ("calls", "more")}
    files = [rule_groups(slos_of(CALLS)), rule_groups(slos_of(other))]
    assert live(tmp_path, series, {(query, "3m"): names}, *files) == ""


def test_hour_without_rules_does_not_void_what_came_before(tmp_path: Path) -> None:
    """Prometheus is away from 2h to 3h10m; an hour of 100 events each minute is 6,000.

    Two hours at 4h are the hour until then, and the last that was known an hour before: until 2h.
    """
    rules = [
        rule
        for group in rule_groups(slos_of(CALLS))
        for rule in group.rules
        if isinstance(rule, Recording) and rule.labels.get("look_back") == "2h"
        if rule.record == EVENTS
    ]
    hour = f'{EVENTS}{{service="shop", slo="calls", outcome="good", look_back="1h"}}'
    series = {hour: "6000x120 _x10 6000x170"}
    query = f'sum({EVENTS}{{look_back="2h"}})'
    expected = {(query, at): {"{}": 12000.0} for at in ("1h30m", "3h1m", "3h10m", "4h")}
    alone = [RuleGroup("shop", tuple(rules))]
    assert live(tmp_path, series, expected, alone, interval="1m") == ""


def test_condition_without_the_groups_labels_is_one_for_all_groups(tmp_path: Path) -> None:
    """The rate is twice what it may be while load is generated, and idle when it is not."""
    entry = """
  - name: rate
    objective: 99%
    by: [region]
    sli: {rate: {counter: calls_total, at_most: 1/s, while: load_generators > 0}}
"""
    series = {'calls_total{region="eu"}': "0+30x80", "load_generators": "1x39 0x40"}
    query = "sum by (region, outcome) (slowatch:events:increase1m)"
    bad, good = '{region="eu", outcome="bad"}', '{region="eu", outcome="good"}'
    expected = {(query, "5m"): {bad: 1.0, good: 0.0}, (query, "15m"): {bad: 0.0, good: 0.0}}
    assert live(tmp_path, series, expected, rule_groups(slos_of(entry))) == ""


@pytest.mark.parametrize("part", ["good", "bad"])
def test_part_that_is_no_number_of_events_is_not_measured(part: str, tmp_path: Path) -> None:
    """40 events, divided by nothing."""
    entry = f"""
  - name: odd
    objective: 99%
    sli:
      promql:
        {part}: sum(increase(x_total[$window])) / 0
        total: sum(increase(y_total[$window]))
"""
    series = {"x_total": "0+10x40", "y_total": "0+10x40"}
    expected: Mapping[tuple[str, str], Samples] = {("slowatch:events:increase1m", "5m"): {}}
    assert live(tmp_path, series, expected, rule_groups(slos_of(entry))) == ""


def test_labels_that_are_edited_are_not_on_what_is_summed() -> None:
    """Another NFR id, or another team, is no other series; only the info metric tells of them."""
    rules = [rule for group in rule_groups(slos_of(CALLS)) for rule in group.rules]
    recorded = [rule for rule in rules if isinstance(rule, Recording)]
    assert {rule.record for rule in recorded if "nfr" in rule.labels} == {INFO}


NOTHING_TOO = """
  - name: age
    objective: 99%
    sli: {value: {query: 'time() - max(x_seconds or vector(0))', at_most: 1h}}
"""
GROUPED = """
  - name: grouped
    objective: 99%
    by: [region]
    sli: {ratio: {bad: 'calls_total{code="500"}', total: calls_total}}
"""
LABELLED = """
  - name: labelled
    objective: 99%
    labels: {region: eu}
    sli: {ratio: {bad: 'jobs_total{code="500"}', total: jobs_total}}
"""


@pytest.mark.parametrize("scrape_s", [15, 60, 120, pytest.param(300, marks=pytest.mark.slow)])
def test_rendered_tests_hold_for_any_scrape_interval(scrape_s: int, tmp_path: Path) -> None:
    assert proved(tmp_path, slos_of(CALLS), Manner(scrape_s=scrape_s)) == ""


@pytest.mark.parametrize("entries", [(CALLS, NOTHING_TOO), (GROUPED, LABELLED)])
def test_rendered_tests_hold_for_odd_neighbours(entries: tuple[str, ...], tmp_path: Path) -> None:
    """A number that is there without series; a label that is another SLO's group."""
    assert proved(tmp_path, slos_of(*entries), Manner()) == ""


def proved(folder: Path, slos: Sequence[CompiledSlo], manner: Manner) -> str:
    """What promtool says of rendered rules and their rendered tests."""
    (folder / "rules.yml").write_text(rules_text(rule_groups(slos, manner), "prometheus"))
    (folder / "tests.yml").write_text(unit_tests.tests_text(slos, "rules.yml", manner))
    return prove(folder / "tests.yml")
