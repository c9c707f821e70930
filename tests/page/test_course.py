"""The course of a budget and the calendar, worked by hand."""

from dataclasses import replace
from decimal import Decimal

from slowatch.evaluate.judging import Status
from slowatch.ledger.port import Point
from slowatch.page.course import burn_down, calendar, events
from slowatch.slo.objective import Objective
from slowatch.slo.slot import DAY_S, HOUR_S, Span
from slowatch.slo.tally import MICRO, Tally
from slowatch.slo.window import CalendarWindow
from tests.page.standing import Paged, shop

MONDAY = 1_799_625_600  # 2027-01-11, midnight UTC


def point(start_s: int, good: int, total: int, *, length_s: int = HOUR_S) -> Point:
    """Events from a moment on."""
    return Point(start_s, length_s, Tally(good * MICRO, total * MICRO, 1))


def search(paged: Paged) -> Status:
    """The healthy one: 99.9 % over 30 days."""
    return next(one for one in paged.snapshot.statuses if one.slo.name == "search")


def status(
    *, end_s: int, length_s: int, remaining: float, ends_in_s: float | None = None
) -> Status:
    """A status at a moment, with so much of its budget left."""
    found = search(shop())
    return replace(
        found,
        window=Span(end_s - length_s, end_s),
        budget=replace(found.budget, remaining_ratio=remaining),
        exhausts_in_s=ends_in_s,
    )


def test_a_budget_goes_down_from_all_to_what_is_left() -> None:
    """2,000 events allow 2 bad; one is: half is left, at a third of the height from the top.

    The axis ends at nothing, so a half is half of it.
    """
    one = status(end_s=400, length_s=400, remaining=0.5)
    found = burn_down(one, [point(0, 999, 1000), point(200, 1000, 1000)], Span(0, 400), 200)
    assert found.past.line == "M0 0L300 50L600 50"
    assert (found.ahead, found.ended, found.ends) == ("", None, None)
    assert [level.text for level in found.levels] == ["100%", "50%", "0%"]


def test_the_moment_of_exhaustion_is_when_nothing_was_left_first() -> None:
    """1,000 events allow 1 bad: the second stretch, which ends at 400, has two."""
    one = status(end_s=600, length_s=600, remaining=-1.0)
    points = [point(0, 300, 300), point(200, 298, 300), point(400, 400, 400)]
    found = burn_down(one, points, Span(0, 600), 200)
    assert found.ended_s == 400
    assert found.ended == ("1 Jan, 00:06 UTC", "66.7%")
    assert not found.is_cut


def test_an_end_that_is_near_is_drawn_ahead() -> None:
    """100 s after 400 s are a fifth of 500 s; the line goes down to nothing there."""
    one = status(end_s=400, length_s=400, remaining=0.5, ends_in_s=100)
    found = burn_down(one, [point(0, 999, 1000), point(200, 1000, 1000)], Span(0, 400), 200)
    assert found.ahead == "M480 50L600 100"
    assert found.now == "80%"
    assert found.ends == ("1 Jan, 00:08 UTC", "100%")


def test_an_end_that_is_far_is_told_only() -> None:
    one = status(end_s=400, length_s=400, remaining=0.5, ends_in_s=DAY_S)
    found = burn_down(one, [point(0, 999, 1000)], Span(0, 400), 200)
    assert found.ahead == ""
    assert found.ends == ("2 Jan, 00:06 UTC", "")


def test_what_is_deep_below_nothing_is_cut_and_said_so() -> None:
    one = status(end_s=400, length_s=400, remaining=-49.0)
    found = burn_down(one, [point(0, 950, 1000), point(200, 0, 0)], Span(0, 400), 200)
    assert found.is_cut
    assert found.past.line == "M0 0L300 100L600 100"


def test_events_are_told_newest_first() -> None:
    found = events(
        [point(0, 9, 10, length_s=10), point(10, 20, 20, length_s=10)],
        Span(0, 20),
        Objective(Decimal("0.9")),
    )
    assert [(row.total, row.bad, row.compliance) for row in found.rows] == [
        ("20", "0", "100%"),
        ("10", "1", "90%"),
    ]
    assert (found.most_total, found.most_bad) == ("20", "1")


def test_days_are_weeks_of_seven_and_each_says_what_it_is() -> None:
    """From a Tuesday to the next Monday; what lies outside is empty."""
    tuesday, wednesday, thursday = (MONDAY + days * DAY_S for days in (1, 2, 3))
    one = status(end_s=MONDAY + 8 * DAY_S, length_s=7 * DAY_S, remaining=0.5)
    points = [
        point(tuesday, 1000, 1000),
        point(tuesday + HOUR_S, 999, 1000),
        point(wednesday, 998, 1000),
        point(thursday, 0, 0),
        point(MONDAY + 7 * DAY_S, 5, 5),
    ]
    first, second = calendar(one, points, tuesday)
    assert [day.kind for day in first] == ["", "kept", "missed", "idle", "none", "none", "none"]
    assert [day.kind for day in second] == ["clean", *[""] * 6]
    assert first[1].told == "12 Jan: 99.950%, 1 of 2,000 bad"
    assert first[2].told == "13 Jan: 99.800%, 2 of 1,000 bad"
    assert first[4].told == "15 Jan: no data"


def test_days_are_those_of_the_windows_own_zone() -> None:
    """Half past eleven in the night of Monday, UTC, is Tuesday in Berlin."""
    late = MONDAY + 23 * HOUR_S
    one = status(end_s=late + 2 * HOUR_S, length_s=2 * HOUR_S, remaining=1)
    berlin = replace(one, slo=replace(one.slo, window=CalendarWindow("week", "Europe/Berlin")))
    (week,) = calendar(berlin, [point(late, 1, 1)], late)
    assert [day.kind for day in week[:3]] == ["", "clean", ""]
