"""What people are shown in words: states, moments, counts, groups."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import quote, urlencode

from slowatch.evaluate.judging import State, Status
from slowatch.evaluate.wording import group_text
from slowatch.slo.figures import budget_left
from slowatch.slo.slot import DAY_S, Span
from slowatch.slo.window import CalendarWindow, Window
from slowatch.spec.compiled import CompiledSlo
from slowatch.spec.units import duration_text

STATE_WORDS: Mapping[State, str] = {
    "exhausted": "exhausted",
    "page": "page",
    "ticket": "ticket",
    "no_data": "no data",
    "ok": "ok",
}
_UNITS = (("day", DAY_S), ("hour", 3600), ("minute", 60), ("second", 1))


def utc(at_s: float) -> datetime:
    """A moment as a date and time, UTC."""
    return datetime.fromtimestamp(at_s, UTC)


def clock(at_s: float) -> str:
    """A moment of today: `14:19:00 UTC`."""
    return utc(at_s).strftime("%H:%M:%S UTC")


def date_and_time(at_s: float) -> str:
    """A moment of any day: `21 Nov 2026, 14:19 UTC`."""
    at = utc(at_s)
    return f"{at.day} {at:%b %Y, %H:%M} UTC"


def day_and_time(at_s: float) -> str:
    """A moment of this year: `21 Nov, 14:19 UTC`."""
    at = utc(at_s)
    return f"{at.day} {at:%b, %H:%M} UTC"


def length(seconds: float) -> str:
    """A length of time in words: `30 days`, `an hour`, `1h30m`."""
    whole = int(seconds)
    for word, unit_s in _UNITS:
        if whole and whole % unit_s == 0:
            count = whole // unit_s
            return f"{count} {word}s" if count > 1 else f"{'an' if word == 'hour' else 'a'} {word}"
    return duration_text(seconds)


def last(seconds: float) -> str:
    """A look-back in words: `the last 5 minutes`, `the last hour`."""
    return f"the last {length(seconds).removeprefix('an ').removeprefix('a ')}"


def window(of: Window) -> str:
    """A window in words: `the last 30 days`, `this month (UTC)`."""
    if isinstance(of, CalendarWindow):
        return f"{'today' if of.unit == 'day' else f'this {of.unit}'} ({of.zone})"
    return last(of.length_s)


def count(events: float | Decimal) -> str:
    """A number of events: `1,204,000`, and a fraction only where there is little else."""
    number = Decimal(str(events))
    whole = number.to_integral_value()
    if abs(number) >= 100 or number == whole:
        return f"{whole:,}"
    return f"{number:.1f}".removesuffix(".0") if abs(number) >= 1 else f"{number:.2g}"


def left(ratio: float | None) -> str:
    """What is left of a budget: `48.3%`, or how often it was spent: `spent 2.2×`."""
    if ratio is None or ratio >= 0:
        return budget_left(ratio)
    times = 1 - ratio
    return f"spent {count(round(times)) if times >= 100 else f'{times:.3g}'}×"


def noun(slo: CompiledSlo) -> str:
    """What is counted for an SLO."""
    return "slots" if slo.is_by_slots else "events"


def stretch(status: Status, span: Span) -> str:
    """What a drawing goes over: the window, or as much of its end as there is."""
    is_whole = span.start_s <= status.window.start_s
    return window(status.slo.window) if is_whole else last(span.length_s)


def view_path(slo_id: str, group: Mapping[str, str]) -> str:
    """Where a group's page is, from the root of slowatch."""
    service, _, name = slo_id.partition("/")
    path = f"view/{quote(service, safe='')}/{quote(name, safe='')}"
    query = urlencode([(f"label.{label}", value) for label, value in sorted(group.items())])
    return f"{path}?{query}" if query else path


def anchor(status: Status) -> str:
    """The id of a status on a page: the same as long as its SLO and its group are."""
    return quote(f"{status.slo.id}~{group_text(status.group)}".rstrip("~"), safe="/~=,")
