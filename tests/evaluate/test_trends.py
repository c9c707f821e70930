"""Trends: what is left of a budget after each stretch of its window, worked by hand."""

from decimal import Decimal

import pytest

from slowatch.evaluate.trends import TrendReading, Trends, budget_course, shown_span, step_of
from slowatch.ledger.port import Point
from slowatch.slo.objective import Objective
from slowatch.slo.slot import DAY_S, HOUR_S, Span
from slowatch.slo.tally import MICRO, Tally
from tests.api.standing import NOW_S, SLOT_S, Standing

NINETY = Objective(Decimal("0.9"))


def point(start_s: int, good: int, total: int) -> Point:
    """Events from a moment on."""
    return Point(start_s, 10, Tally(good * MICRO, total * MICRO, 1))


def test_course_begins_at_one_and_ends_at_what_is_left() -> None:
    """100 events allow 10 bad: none, 5 and 10 of them make 1, 0.5 and 0; 2 more make -0.2."""
    points = [point(0, 25, 25), point(10, 20, 25), point(20, 20, 25), point(30, 23, 25)]
    course = budget_course(points, Span(0, 40), 10, NINETY)
    assert course == pytest.approx((1.0, 0.5, 0.0, -0.2))


def test_course_knows_nothing_before_and_after_what_was_measured() -> None:
    """In between, what was left stays."""
    points = [point(10, 40, 50), point(30, 50, 50)]
    assert budget_course(points, Span(0, 50), 10, NINETY) == (None, 0.0, 0.0, 0.0, None)


def test_course_of_a_promise_of_all_falls_to_nothing_with_the_first_bad_event() -> None:
    points = [point(0, 1, 1), point(10, 0, 1), point(20, 1, 1)]
    assert budget_course(points, Span(0, 30), 10, Objective(Decimal(1))) == (1.0, 0.0, 0.0)


def test_course_of_nothing_is_nothing() -> None:
    assert budget_course([], Span(0, 20), 10, NINETY) == (None, None)


def test_steps_are_whole_slots_and_hours_where_only_those_are_kept() -> None:
    assert step_of(Span(0, 30 * DAY_S), 60, 3 * DAY_S, most=30) == DAY_S
    assert step_of(Span(0, 7 * DAY_S), 60, 3 * DAY_S, most=30) == 6 * HOUR_S
    assert step_of(Span(0, HOUR_S), 60, 3 * DAY_S, most=30) == 120
    assert step_of(Span(0, 600), 60, 3 * DAY_S, most=30) == 60


@pytest.mark.parametrize(
    ("since_s", "length_s"),
    [(60, 600), (700, 1200), (2 * HOUR_S + 1, 3 * HOUR_S), (15 * DAY_S, 30 * DAY_S)],
)
def test_a_young_series_is_shown_over_the_time_that_it_was_measured(
    since_s: int, length_s: int
) -> None:
    standing = Standing().judge()
    status = standing.snapshot.statuses[0]
    assert shown_span(status, NOW_S - since_s, SLOT_S) == Span(NOW_S - length_s, NOW_S)


def test_trends_are_read_for_every_group_that_was_measured() -> None:
    """5 slots of 8 in 10: 50 events allow 5 bad; 2, 4, 6, 8 and 10 make 0.6, 0.2, … of it."""
    standing = Standing()
    standing.record("checkout", good=8, total=10, region="eu")
    standing.record("checkout", good=10, total=10, region="us")
    standing.judge()
    eu, us = (
        next(s for s in standing.snapshot.statuses if s.group.get("region") == region)
        for region in ("eu", "us")
    )
    trend = standing.trends.of(eu)
    assert trend is not None
    assert trend.left[-5:] == pytest.approx((0.6, 0.2, -0.2, -0.6, -1.0))
    assert set(trend.left[:-5]) == {None}
    assert [standing.trends.of(us).left[-5:]] == [(1.0,) * 5]  # type: ignore[union-attr]
    silent = next(s for s in standing.snapshot.statuses if s.slo.name == "silent")
    assert standing.trends.of(silent) is None


def test_reading_ends_when_it_is_told_to() -> None:
    standing = Standing()
    standing.record("search", good=1, total=1)
    standing.judge()
    reading = TrendReading(standing.ledger, {}, SLOT_S, 3 * DAY_S)
    assert reading.read(standing.snapshot.statuses, lambda: False) == Trends(NOW_S, {})
