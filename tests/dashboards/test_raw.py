"""What an SLI's own chart shows: query, unit, bounds."""

import pytest

from slowatch.dashboards.raw import Raw, raw_sli
from slowatch.spec.compiled import Bounds, CompiledSlo
from tests.dashboards.drawn import slos_of

OVER = "$__rate_interval"


def raw(sli: str, *, by: str = "") -> Raw:
    """The chart of one SLI, for an objective of 99 %."""
    found = raw_sli(slo(sli, by=by))
    assert found is not None
    return found


def slo(sli: str, *, by: str = "") -> CompiledSlo:
    """One SLO."""
    entry = f"{{name: one, objective: 99%,{by} sli: {sli}}}"
    (found,) = slos_of(f"apiVersion: slowatch/v1\nservice: shop\nslos: [{entry}]")
    return found


def test_latency_shows_usual_quantiles_and_the_promised_one() -> None:
    found = raw("{latency: {histogram: 'wait_seconds{job=\"a\"}', under: 500ms}}")
    rate = f'rate(wait_seconds_bucket{{job="a"}}[{OVER}])'
    assert [(query.legend, query.expr) for query in found.queries] == [
        (f"P{p}", f"histogram_quantile({q}, sum by (le) ({rate}))")
        for p, q in (("50", "0.5"), ("95", "0.95"), ("99", "0.99"))
    ]
    assert (found.unit, found.bounds) == ("s", Bounds(at_most=0.5))


def test_native_histogram_needs_no_buckets() -> None:
    found = raw("{latency: {histogram: wait_seconds, under: 500ms, native: true}}")
    assert found.queries[0].expr == f"histogram_quantile(0.5, sum(rate(wait_seconds[{OVER}])))"


def test_groups_show_the_promised_quantile_each() -> None:
    found = raw("{latency: {histogram: wait_seconds, under: 500ms}}", by=" by: [zone],")
    (query,) = found.queries
    assert query.legend == "{{zone}}"
    assert query.expr.startswith("histogram_quantile(0.99, sum by (le, zone) (")


def test_look_back_of_its_own_is_kept() -> None:
    found = raw("{quantile: {p: 0.9, histogram: wait_seconds, at_most: 2s, over: 10m}}")
    assert "[600s]" in found.queries[0].expr


def test_up_is_told_for_each_point() -> None:
    found = raw("{up: {metric: up}}")
    assert (found.queries[0].expr, found.is_up) == ("max(min_over_time(up[$__interval]))", True)


@pytest.mark.parametrize(
    ("query", "unit"),
    [
        ("max(process_resident_memory_bytes)", "bytes"),
        ("max(rate(process_cpu_seconds_total[$window]))", "percentunit"),
        ("avg(wait_seconds)", "s"),
        ("sum(a_bytes) / sum(b_bytes)", "short"),
        ("sum(users)", "short"),
    ],
)
def test_unit_is_what_the_name_of_the_metric_tells(query: str, unit: str) -> None:
    """Where numbers are calculated, it tells nothing."""
    assert raw(f"{{value: {{query: '{query}', at_most: 5}}}}").unit == unit


def test_events_have_no_chart_beside_their_rates() -> None:
    assert raw_sli(slo("{ratio: {bad: a_total, total: b_total}}")) is None
