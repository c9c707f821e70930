"""Windows: rolling ones, and those of calendars and their time zones."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slowatch.slo.slot import DAY_S, HOUR_S, Span
from slowatch.slo.window import CalendarUnit, CalendarWindow, RollingWindow, judged_span

UNITS: tuple[CalendarUnit, ...] = ("day", "week", "month", "quarter", "year")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Africa/Cairo")


def _at(moment: str, zone: str = "UTC") -> int:
    return int(datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone)).timestamp())


def test_rolling_window_ends_now() -> None:
    """And is as long as it says."""
    window = RollingWindow(30 * DAY_S)
    end_s = _at("2024-03-31T12:34")
    assert window.span(end_s) == Span(_at("2024-03-01T12:34"), end_s)
    assert window.length_at(end_s) == 30 * DAY_S


@pytest.mark.parametrize(
    ("unit", "start", "after"),
    [
        ("day", "2024-05-15", "2024-05-16"),
        ("week", "2024-05-13", "2024-05-20"),
        ("month", "2024-05-01", "2024-06-01"),
        ("quarter", "2024-04-01", "2024-07-01"),
        ("year", "2024-01-01", "2025-01-01"),
    ],
)
def test_calendar_unit_that_holds_a_moment(unit: CalendarUnit, start: str, after: str) -> None:
    """15 May 2024 was a Wednesday."""
    end_s = _at("2024-05-15T10:00")
    window = CalendarWindow(unit)
    assert window.span(end_s) == Span(_at(start), end_s)
    assert window.length_at(end_s) == _at(after) - _at(start)


def test_last_quarter_ends_with_the_year() -> None:
    """Months are carried over."""
    window, end_s = CalendarWindow("quarter"), _at("2023-12-31T23:59")
    assert window.span(end_s).start_s == _at("2023-10-01")
    assert window.length_at(end_s) == 92 * DAY_S


def test_first_moment_of_a_month_closes_the_month_before() -> None:
    """At midnight the last slot of the old month has just ended."""
    window = CalendarWindow("month")
    assert window.span(_at("2024-03-01")) == Span(_at("2024-02-01"), _at("2024-03-01"))
    assert window.length_at(_at("2024-03-01")) == 29 * DAY_S
    assert window.span(_at("2024-03-01") + 60).start_s == _at("2024-03-01")


@pytest.mark.parametrize(("day", "hours"), [("2024-03-31", 23), ("2024-10-27", 25)])
def test_day_of_a_clock_change_is_an_hour_shorter_or_longer(day: str, hours: int) -> None:
    """In Berlin."""
    window, end_s = CalendarWindow("day", "Europe/Berlin"), _at(f"{day}T22:00", "Europe/Berlin")
    assert window.length_at(end_s) == hours * HOUR_S
    assert window.span(end_s).length_s == (hours - 2) * HOUR_S


def test_month_of_a_clock_change_starts_at_local_midnight() -> None:
    """March 2024 starts at 23:00 UTC in Berlin, April at 22:00."""
    window, end_s = CalendarWindow("month", "Europe/Berlin"), _at("2024-03-31T12:00")
    assert window.span(end_s).start_s == _at("2024-02-29T23:00")
    assert window.length_at(end_s) == 31 * DAY_S - HOUR_S


def test_day_without_a_midnight_starts_when_the_clock_changes() -> None:
    """In Cairo, 26 April 2024 began at 01:00."""
    window, end_s = CalendarWindow("day", "Africa/Cairo"), _at("2024-04-26T12:00", "Africa/Cairo")
    assert window.span(end_s).start_s == _at("2024-04-26T01:00", "Africa/Cairo")
    assert window.length_at(end_s) == 23 * HOUR_S


def test_day_with_two_midnights_starts_at_the_first() -> None:
    """In Havana, 3 November 2024 had the hour from 00:00 twice."""
    window = CalendarWindow("day", "America/Havana")
    end_s = _at("2024-11-03T12:00", "America/Havana")
    assert window.length_at(end_s) == 25 * HOUR_S


@given(
    st.integers(_at("1990-01-01"), _at("2040-01-01")),
    st.sampled_from(UNITS),
    st.sampled_from(ZONES),
)
def test_calendar_units_follow_each_other_without_a_hole(
    end_s: int, unit: CalendarUnit, zone: str
) -> None:
    """Each ends where the next one starts, and holds the moment that chose it."""
    window = CalendarWindow(unit, zone)
    start_s = window.span(end_s).start_s
    after_s = start_s + window.length_at(end_s)
    assert start_s < end_s <= after_s
    assert window.span(after_s).start_s == start_s
    assert window.span(after_s + 1).start_s == after_s


def test_short_window_is_judged_to_the_slot() -> None:
    """Its slots are all there."""
    end_s = _at("2024-05-15T10:07")
    assert judged_span(RollingWindow(DAY_S), end_s, 3 * DAY_S) == Span(end_s - DAY_S, end_s)
    assert judged_span(RollingWindow(3 * DAY_S), end_s, 3 * DAY_S).start_s == end_s - 3 * DAY_S


def test_old_edge_of_a_long_window_lies_on_the_hour() -> None:
    """Old slots are kept as hours, so the window begins up to an hour earlier."""
    end_s = _at("2024-05-15T10:07")
    span = judged_span(RollingWindow(30 * DAY_S), end_s, 3 * DAY_S)
    assert span == Span(_at("2024-04-15T10:00"), end_s)
    assert datetime.fromtimestamp(span.start_s, UTC).minute == 0
