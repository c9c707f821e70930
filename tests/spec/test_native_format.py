"""What each part of the native format is compiled into."""

from decimal import Decimal

import pytest

from slowatch.slo.objective import Objective
from slowatch.slo.slot import DAY_S
from slowatch.slo.window import CalendarWindow, RollingWindow
from slowatch.spec.compiled import (
    Below,
    Bounds,
    ClassicBound,
    Counter,
    CounterEvents,
    CounterSum,
    FreeEvents,
    Level,
    Matcher,
    Sli,
    Slicing,
    Term,
    ThresholdAlert,
)
from slowatch.spec.reading import read_text
from tests.spec.documents import compiled

ROUTE = Matcher("route", "=", "/x")


def _one(metric: str, *matchers: Matcher) -> CounterSum:
    return (Term(Decimal(1), Counter(metric, matchers)),)


def sli(text: str, more: str = "") -> Sli:
    """The SLI of an SLO with the given kind."""
    return compiled(f"{more}\nsli: {{{text}}}").sli


def test_defaults_are_filled_in() -> None:
    """An SLO that says the least is rolling over 30 days and counts events."""
    slo = compiled("name: orders")
    assert (slo.id, slo.window) == ("shop/orders", RollingWindow(30 * DAY_S))
    assert (slo.by, slo.slicing, slo.no_data, slo.alerts) == ((), None, "missing", ())
    assert (slo.path, slo.line, slo.kind) == ("spec.yaml", 4, "ratio")


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        ("99.9%", "0.999"),
        ("'99.9%'", "0.999"),
        ("0.999", "0.999"),
        ("'0.999'", "0.999"),
        ("100%", "1"),
        ("1", "1"),
        ("0.99999999999999999999", "0.99999999999999999999"),
        ("99.99999999999999999999%", "0.9999999999999999999999"),
    ],
)
def test_objective_is_exactly_what_stands_in_the_file(text: str, ratio: str) -> None:
    """Twenty nines would be 1 as a float."""
    assert compiled(f"objective: {text}").objective == Objective(Decimal(ratio))


def test_ratio_counts_good_events_of_all() -> None:
    """Selectors become counters, one event each."""
    assert sli("""ratio: {good: 'h{c="2"}', total: h}""") == CounterEvents(
        total=_one("h"), good=_one("h", Matcher("c", "=", "2"))
    )


def test_ratio_counts_bad_events_of_all() -> None:
    """Exactly one of good and bad is kept."""
    assert sli("ratio: {bad: e, total: h}") == CounterEvents(total=_one("h"), bad=_one("e"))


def test_latency_counts_the_bucket_in_every_spelling() -> None:
    """Client libraries write the same bound as 2 and as 2.0."""
    assert sli("""latency: {histogram: 'h{route="/x"}', under: 2s}""") == CounterEvents(
        total=_one("h_count", ROUTE),
        good=_one("h_bucket", Matcher("le", "=~", "2|2\\.0"), ROUTE),
        bucket=ClassicBound("h", (ROUTE,), 2.0),
    )


def test_latency_of_a_native_histogram_needs_no_bucket() -> None:
    """Its cumulative counts are views of the histogram itself."""
    events = sli("latency: {histogram: h, under: 500ms, native: true}")
    assert events == CounterEvents(
        total=(Term(Decimal(1), Counter("h", (), "count")),),
        good=(Term(Decimal(1), Counter("h", (), Below(0.5))),),
    )


def test_quantile_is_asked_by_the_labels_of_the_budgets() -> None:
    """Buckets are merged over everything else."""
    text = """quantile: {p: 0.99, histogram: 'h{route="/x"}', at_most: 2s, over: 5m}"""
    assert sli(text, "by: [app, zone]") == Level(
        query="histogram_quantile(0.99, sum by (le, app, zone) "
        '(rate(h_bucket{route="/x"}[$window])))',
        bounds=Bounds(at_most=2.0),
        over_s=300,
        histogram=ClassicBound("h", (ROUTE,), 2.0),
    )


def test_quantile_of_a_native_histogram_has_no_buckets() -> None:
    """There is no `le` to keep and no highest bucket."""
    level = sli("quantile: {p: 50%, histogram: h, at_most: 2s, native: true}")
    assert level == Level("histogram_quantile(0.5, sum(rate(h[$window])))", Bounds(at_most=2.0))


def test_rate_is_per_second_and_may_be_idle() -> None:
    """6000 a minute are 100 a second."""
    assert sli("rate: {counter: c, at_least: 6000/m, while: 'sum(load) > 0'}") == Level(
        query="sum(rate(c[$window]))",
        bounds=Bounds(at_least=100.0),
        while_query="sum(load) > 0",
    )


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ("at_most: 80%", Bounds(at_most=0.8)),
        ("at_most: 2GiB", Bounds(at_most=2147483648.0)),
        ("at_least: 1000", Bounds(at_least=1000.0)),
        ("between: [1, 700MB]", Bounds(at_least=1.0, at_most=7e8)),
        ("at_least: 1, at_most: 2", Bounds(at_least=1.0, at_most=2.0)),
    ],
)
def test_value_stays_within_its_bounds(bounds: str, expected: Bounds) -> None:
    """Bounds are in base units."""
    assert sli(f"value: {{query: max(m), {bounds}}}") == Level("max(m)", expected)


def test_comments_of_an_expression_are_cut_out() -> None:
    """What follows them when expressions are joined would be lost."""
    text = "sli:\n  value:\n    at_most: 1\n    query: |\n      max(m) # the worst\n      / 2"
    level = compiled(text).sli
    assert isinstance(level, Level)
    assert level.query.split() == ["max(m)", "/", "2"]


@pytest.mark.parametrize(("instances", "operation"), [("any", "max"), ("all", "min")])
def test_up_must_last_for_the_whole_slot(instances: str, operation: str) -> None:
    """An instance that was down for a moment was down in that slot."""
    level = sli(f"""up: {{metric: 'up{{job="x"}}', instances: {instances}}}""")
    query = f'{operation}(min_over_time(up{{job="x"}}[$slot]))'
    assert level == Level(query, Bounds(at_least=1.0))


def test_up_is_told_apart_by_labels() -> None:
    """Each instance has its own budget then."""
    level = sli("up: {metric: up}", "by: [instance]")
    assert level == Level("max by (instance) (min_over_time(up[$slot]))", Bounds(at_least=1.0))


def test_free_expressions_are_kept_as_they_are() -> None:
    """They are asked as their author wrote them."""
    events = sli("promql: {bad: 'sum(delta(b[$window]))', total: 'sum(delta(t[$window]))'}")
    assert events == FreeEvents(bad="sum(delta(b[$window]))", total="sum(delta(t[$window]))")


def test_window_may_follow_the_calendar() -> None:
    """A unit and a zone."""
    slo = compiled("window: {calendar: quarter, zone: Europe/Berlin}")
    assert slo.window == CalendarWindow("quarter", "Europe/Berlin")


def test_timeslices_have_a_target() -> None:
    """95 % of a slot's events must be good."""
    slo = compiled("budgeting: timeslices\nslice_target: 95%")
    assert slo.slicing == Slicing("timeslices", Decimal("0.95"))


def test_alert_is_called_after_its_slo() -> None:
    """Unless it says more."""
    slo = compiled("name: low\nalerts: [{for: 5m}, {name: x, nfr: A2, for: 0s, severity: page}]")
    assert slo.alerts == (
        ThresholdAlert("low-threshold", 300, "ticket", None),
        ThresholdAlert("x", 0, "page", "A2"),
    )


DEFAULTS = """
apiVersion: slowatch/v1
service: shop
labels: {a: '1', b: '1', c: '1'}
defaults:
  objective: 99%
  window: 7d
  by: [region]
  budgeting: timeslices
  slice_target: 90%
  no_data: bad
  labels: {b: '2', c: '2'}
slos:
  - name: plain
    sli: {ratio: {bad: e, total: t}}
  - name: own
    objective: 95%
    window: 1d
    by: []
    budgeting: occurrences
    no_data: good
    labels: {c: '3'}
    sli: {ratio: {bad: e, total: t}}
  - name: level
    sli: {value: {query: m, at_most: 1}}
"""


def test_slo_takes_the_defaults_of_its_document() -> None:
    """All that it does not say itself."""
    plain = read_text(DEFAULTS, "spec.yaml").slos[0]
    assert (plain.objective.ratio, plain.window) == (Decimal("0.99"), RollingWindow(7 * DAY_S))
    assert (plain.by, plain.no_data) == (("region",), "bad")
    assert plain.slicing == Slicing("timeslices", Decimal("0.9"))
    assert plain.labels == {"a": "1", "b": "2", "c": "2"}


def test_slo_has_the_last_word() -> None:
    """An empty `by` is a word, too."""
    own = read_text(DEFAULTS, "spec.yaml").slos[1]
    assert (own.objective.ratio, own.window) == (Decimal("0.95"), RollingWindow(DAY_S))
    assert (own.by, own.no_data, own.slicing) == ((), "good", None)
    assert own.labels == {"a": "1", "b": "2", "c": "3"}


def test_default_budgeting_is_for_events_only() -> None:
    """A value per slot is judged by slots anyway."""
    assert read_text(DEFAULTS, "spec.yaml").slos[2].slicing is None


def test_right_slos_stay_when_others_are_wrong() -> None:
    """One bad SLO never silences another."""
    text = DEFAULTS.replace("window: 1d", "window: soon")
    reading = read_text(text, "spec.yaml")
    assert [slo.name for slo in reading.slos] == ["plain", "level"]
    assert [(p.line, p.code) for p in reading.problems] == [(18, "bad-duration")]


def test_all_problems_are_reported_at_once() -> None:
    """In the order they stand."""
    text = DEFAULTS.replace("window: 1d", "window: soon").replace("query: m", "query: m(")
    assert [p.code for p in read_text(text, "x").problems] == ["bad-duration", "promql-syntax"]


def test_mistake_in_what_all_slos_need_leaves_none() -> None:
    """A wrong default is wrong for every SLO of the document."""
    reading = read_text(DEFAULTS.replace("window: 7d", "window: 7"), "x")
    assert reading.slos == ()
    assert [p.code for p in reading.problems] == ["bad-duration"]
