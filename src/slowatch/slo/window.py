"""Windows: the span an objective is about, rolling or on the calendar."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from slowatch.slo.slot import DAY_S, HOUR_S, Span, floor_to

CalendarUnit = Literal["day", "week", "month", "quarter", "year"]
_DAYS: dict[CalendarUnit, int] = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}


@dataclass(frozen=True, slots=True)
class RollingWindow:
    """The last `length_s` seconds."""

    length_s: int
    kind: Literal["rolling"] = "rolling"

    def span(self, end_s: int) -> Span:
        """The window that ends at `end_s`."""
        return Span(end_s - self.length_s, end_s)

    def length_at(self, end_s: int) -> int:  # noqa: ARG002  a rolling window is always as long
        """Seconds of the whole window."""
        return self.length_s

    @property
    def nominal_length_s(self) -> int:
        """Seconds of the window, where no moment is given."""
        return self.length_s


@dataclass(frozen=True, slots=True)
class CalendarWindow:
    """The calendar unit that holds a moment, from its first local midnight in `zone` on.

    Weeks start on Monday. The span that is judged ends now; the whole unit's length is
    `length_at`.
    """

    unit: CalendarUnit
    zone: str = "UTC"
    kind: Literal["calendar"] = "calendar"

    def span(self, end_s: int) -> Span:
        """From the start of the unit that holds the last second before `end_s`, to `end_s`."""
        return Span(_epoch(self._start(end_s - 1)), end_s)

    def length_at(self, end_s: int) -> int:
        """Seconds of the whole unit that holds the last second before `end_s`."""
        start = self._start(end_s - 1)
        return _epoch(_next(start, self.unit)) - _epoch(start)

    @property
    def nominal_length_s(self) -> int:
        """Seconds of a usual unit, where no moment is given: a month is taken for 30 days."""
        return _DAYS[self.unit] * DAY_S

    def _start(self, at_s: int) -> datetime:
        local = datetime.fromtimestamp(at_s, ZoneInfo(self.zone))
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        match self.unit:
            case "day":
                return midnight
            case "week":
                return midnight - timedelta(days=midnight.weekday())
            case "month":
                return midnight.replace(day=1)
            case "quarter":
                return midnight.replace(day=1, month=3 * ((midnight.month - 1) // 3) + 1)
            case "year":
                return midnight.replace(day=1, month=1)


Window = RollingWindow | CalendarWindow


def _epoch(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp())


def _next(start: datetime, unit: CalendarUnit) -> datetime:
    match unit:
        case "day":
            return start + timedelta(days=1)
        case "week":
            return start + timedelta(days=7)
        case "month":
            return _add_months(start, 1)
        case "quarter":
            return _add_months(start, 3)
        case "year":
            return _add_months(start, 12)


def _add_months(start: datetime, months: int) -> datetime:
    index = start.month - 1 + months
    return start.replace(year=start.year + index // 12, month=index % 12 + 1)


def judged_span(window: Window, end_s: int, full_resolution_s: int) -> Span:
    """The span whose slots are summed for a window that ends at `end_s`.

    Slots older than `full_resolution_s` are kept as whole hours, so the old edge of a longer
    window lies on the hour at or before its exact start.
    """
    span = window.span(end_s)
    if span.length_s <= full_resolution_s:
        return span
    return Span(floor_to(span.start_s, HOUR_S), end_s)
