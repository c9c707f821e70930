"""Measuring a stretch of a run: pods that come, groups that are idle, buckets and deviations.

The job `steady` has two pods with 100 calls a second each, which are scraped at other seconds; nine
more pods of the job `grows` come 20 s after the start.
"""

from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal

import pytest

from slowatch.evaluate.measuring import Measuring
from slowatch.evaluate.told import Group
from slowatch.slo.slot import Span
from slowatch.source.answer import Grid
from slowatch.source.asking import Asker
from slowatch.source.connection import Connection
from slowatch.source.counting import Counted
from slowatch.spec.compiled import (
    DEFAULT_SOURCE,
    Counter,
    CounterEvents,
    FreeEvents,
    Matcher,
    Term,
)
from slowatch.spec.compiled_runs import (
    CountMeasure,
    MeanMeasure,
    Measure,
    QuantileMeasure,
    RateMeasure,
    ShareMeasure,
)
from slowatch.verify.asked import Plan, Row, Rows, Subject
from slowatch.verify.estimators import Mean
from slowatch.verify.measuring import Outcome, RunMeasuring, estimator_of
from tests.support.openmetrics import Stored, serve, store

START_S, SCRAPE_S = 1_700_006_400, 5
BORN_S = START_S + 20


def _pod(job: str, instance: str, scraped_s: int, born_s: int) -> Iterator[Stored]:
    """A pod with 100 calls a second, scraped so many seconds into each interval."""
    labels = {"job": job, "instance": instance}
    scrapes = [s for s in range(START_S - 120 + scraped_s, START_S + 120, SCRAPE_S) if s >= born_s]
    yield Stored("calls_total", labels, {s: 100.0 * (s - born_s) for s in scrapes})
    yield Stored("up", labels, dict.fromkeys(scrapes, 1.0))
    yield Stored("process_start_time_seconds", labels, dict.fromkeys(scrapes, float(born_s)))


def _series() -> Iterator[Stored]:
    yield from _pod("steady", "a", 1, START_S - 600)
    yield from _pod("steady", "b", 4, START_S - 600)
    yield from _pod("grows", "a", 1, START_S - 600)
    for index in range(9):
        yield from _pod("grows", f"new{index}", 4, BORN_S)
    scrapes = range(START_S - 120, START_S + 120, SCRAPE_S)
    for route, until_s in (("/cart", START_S + 200), ("/pay", START_S - 20)):
        labels = {"job": "routes", "instance": "a", "route": route}
        calls = {at_s: 2.0 * (min(at_s, until_s) - START_S + 120) for at_s in scrapes}
        yield Stored("routed_total", labels, calls)
    leaving = {at_s: float(at_s - START_S + 120) for at_s in scrapes if at_s <= START_S + 5}
    yield Stored("leaving_total", {"job": "routes", "instance": "a"}, leaving)


@pytest.fixture(scope="module")
def measuring(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunMeasuring]:
    """Who measures them."""
    series = sorted(_series(), key=lambda one: one.metric)
    storage = store(tmp_path_factory.mktemp("series"), series)
    with (
        serve(storage, "--query.lookback-delta=8s") as url,
        closing(Asker(Connection(url))) as asker,
    ):
        source = Measuring(asker, scrape_s=SCRAPE_S)
        yield RunMeasuring({DEFAULT_SOURCE: source}, confidence=0.95)


def _outcome(
    measuring: RunMeasuring, measure: Measure, *by: str, seconds: tuple[int, int] = (0, 60)
) -> Outcome:
    subject = Subject(measure, by)
    first_s, last_s = seconds
    return measuring.measure([subject], Span(START_S + first_s, START_S + last_s))[subject]


def _calls(job: str) -> Counter:
    return Counter("calls_total", (Matcher("job", "=", job),))


@pytest.mark.parametrize("by", [(), ("job",), ("instance", "job")])
def test_a_rate_is_by_the_time_between_scrapes(
    measuring: RunMeasuring, by: tuple[str, ...]
) -> None:
    """In 58 s one pod is scraped after 60 s, the other after 55 s: 11,500 calls in 57.5 s."""
    found = _outcome(measuring, RateMeasure(_calls("steady")), *by, seconds=(0, 58))
    expected = 100.0 if "instance" in by else 200.0
    assert [one.estimate.value for one in found.groups.values()] == [
        pytest.approx(expected) for _ in found.groups
    ]
    assert len(found.groups) == (2 if "instance" in by else 1)


@pytest.mark.parametrize("by", [(), ("job",)])
def test_pods_that_come_do_not_stretch_the_time(
    measuring: RunMeasuring, by: tuple[str, ...]
) -> None:
    """6,000 calls of one pod and 3,900 of each of nine, up to their scrape, in 60 s."""
    found = _outcome(measuring, RateMeasure(_calls("grows")), *by)
    (one,) = found.groups.values()
    assert one.estimate.value == pytest.approx((6000 + 9 * 3900) / 60)


def test_a_group_in_which_nothing_happened_is_idle(measuring: RunMeasuring) -> None:
    """Nobody has called `/pay` for 20 s; its series is there."""
    routed = Counter("routed_total")
    bad = Counter("routed_total", (Matcher("code", "=", "500"),))
    counters = CounterEvents((Term(Decimal(1), routed),), bad=(Term(Decimal(1), bad),))
    total = "sum by (route) (increase(routed_total[$window]))"
    for sli in (counters, FreeEvents(total=total, bad=f"0 * {total}")):
        found = _outcome(measuring, ShareMeasure(sli, "bad"), "route")
        assert set(found.groups) == {("/cart",)}
        assert found.idle == (("/pay",),)


def test_what_is_too_short_for_slots_is_no_doubt(measuring: RunMeasuring) -> None:
    """A series that ends in the first two of twelve seconds is in no slot of ten."""
    leaving = Counter("leaving_total")
    found = _outcome(measuring, CountMeasure(leaving), seconds=(3, 15))
    assert (found.groups[()].estimate.value, found.groups[()].doubt) == (5.0, None)
    assert found.groups[()].course == ()
    highest = _outcome(measuring, RateMeasure(leaving, "max"), seconds=(3, 15))
    assert highest.groups == {}
    assert highest.lost == {(): "no part of the run was long enough to tell"}


def test_buckets_whose_ends_are_written_in_two_ways_are_added() -> None:
    """One pod writes `2` and the other `2.0`: 3 and 4 observations up to there, 1 and 2 beyond."""
    end_s = START_S + 60
    plan = Plan(
        Subject(QuantileMeasure(Decimal("0.5"), Counter("took"))), Grid(end_s, end_s, 60), 5
    )
    buckets, total, count = plan.needs
    up_to = {("2",): 3.0, ("2.0",): 4.0, ("+Inf",): 10.0}
    counted = {
        buckets: Counted({le: {end_s: events} for le, events in up_to.items()}),
        total: Counted({(): {end_s: 15.0}}),
        count: Counted({(): {end_s: 10.0}}),
    }
    rows = plan.read({}, counted, {})
    assert rows.bounds == {(): (2.0, float("inf"))}
    assert rows.by_group == {(): {end_s: (7.0, 3.0)}}


def test_the_deviation_of_a_mean_is_that_of_all_slots() -> None:
    """Ten observations around 0.5 in one slot, ten around 2.5 in the next: 1 from their mean.

    Each is within its bucket by the root of a twelfth.
    """
    group: Group = ()
    bounds = (1.0, 2.0, 3.0)
    buckets: dict[Group, dict[int, Row]] = {
        group: {5: (10.0, 0.0, 0.0), 10: (0.0, 0.0, 10.0), 15: (9.0, 0.0, 0.0)}
    }
    rows = Rows({group: {5: (5.0, 10.0), 10: (25.0, 10.0)}}, None, {group: bounds}, buckets)
    estimator = estimator_of(Subject(MeanMeasure(Counter("took"))), group, rows, {})
    assert isinstance(estimator, Mean)
    assert estimator.deviation == pytest.approx((1 + 1 / 12) ** 0.5)
