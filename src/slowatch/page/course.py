"""How a budget and its events went over a window: drawings, a table, and a calendar of days."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from slowatch.evaluate.judging import Status
from slowatch.evaluate.trends import budget_course
from slowatch.ledger.port import Point
from slowatch.page.drawing import Line, Tick, bars, line, svg_percent, time_ticks
from slowatch.page.shown import count, day_and_time
from slowatch.slo.budget import compliance_ratio
from slowatch.slo.figures import compliance
from slowatch.slo.objective import Objective
from slowatch.slo.slot import Span
from slowatch.slo.tally import MICRO, NOTHING, Tally, add_up
from slowatch.slo.window import CalendarWindow

AHEAD = 0.25
"""How much longer than the past a drawing may be, to show when a budget ends."""
DEEPEST = -1.0
"""The share of a budget below which a drawing does not go."""
MOST_ROWS = 24


@dataclass(frozen=True, slots=True)
class BurnDown:
    """What was left of the budget, from its beginning to now, and on to its end if that is near.

    Places are in percent of the drawing. `ended` and `ends` are moments, with their places.
    """

    past: Line
    ahead: str
    is_cut: bool
    zero: str
    now: str
    ended: tuple[str, str] | None
    ended_s: int | None
    ends: tuple[str, str] | None
    ticks: Sequence[Tick]
    levels: Sequence[Tick]


@dataclass(frozen=True, slots=True)
class EventRow:
    """A line of the table of events."""

    start: str
    total: str
    bad: str
    compliance: str


@dataclass(frozen=True, slots=True)
class Events:
    """All events and bad events over a span, as bars, and the newest of them as a table."""

    total: str
    bad: str
    most_total: str
    most_bad: str
    ticks: Sequence[Tick]
    rows: Sequence[EventRow]


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar; one that is outside of the window has no kind."""

    number: str
    kind: str
    figure: str
    told: str


def burn_down(status: Status, points: Sequence[Point], span: Span, step_s: int) -> BurnDown:
    """The course of a budget; its last point is what the status says of it now."""
    course = budget_course(points, span, step_s, status.slo.objective)
    at = [(span.start_s + (i + 1) * step_s, left) for i, left in enumerate(course)]
    known = [(min(at_s, span.end_s), left) for at_s, left in at if left is not None]
    now = status.budget.remaining_ratio
    if known and now is not None:
        first_s = max(span.start_s, known[0][0] - step_s)
        known = [(first_s, 1.0), *(one for one in known if one[0] < span.end_s)]
        known.append((span.end_s, now))
    end_s = _far_end(status, span)
    whole = Span(span.start_s, end_s)
    low = max(DEEPEST, min([0.0, *(left for _, left in known)]))

    def place(at_s: float, left: float) -> tuple[float, float]:
        return (at_s - whole.start_s) / whole.length_s, (1 - max(low, left)) / (1 - low)

    ending = [place(span.end_s, now), place(end_s, 0.0)] if now and end_s > span.end_s else []
    ended_s = _crossing(known)
    return BurnDown(
        past=line([place(*one) for one in known]),
        ahead=line(ending).line,
        is_cut=any(left < low for _, left in known),
        zero=svg_percent(place(end_s, 0.0)[1]),
        now=svg_percent(place(span.end_s, 0.0)[0]),
        ended=None
        if ended_s is None
        else (day_and_time(ended_s), svg_percent(place(ended_s, 0)[0])),
        ended_s=ended_s,
        ends=_ends(status, span.end_s, svg_percent(place(end_s, 0)[0]) if ending else ""),
        ticks=time_ticks(whole),
        levels=[
            Tick(svg_percent(place(end_s, level)[1]), f"{level:.0%}")
            for level in (1.0, 0.5, 0.0, -0.5, -1.0)
            if level >= low
        ],
    )


def _far_end(status: Status, span: Span) -> int:
    """Where the drawing ends: now, or when the budget does, where that is not far."""
    left_s = status.exhausts_in_s
    if not left_s or left_s > AHEAD * span.length_s:
        return span.end_s
    return span.end_s + max(1, int(left_s))


def _ends(status: Status, end_s: int, place: str) -> tuple[str, str] | None:
    if not status.exhausts_in_s:
        return None
    return day_and_time(end_s + status.exhausts_in_s), place


def _crossing(course: Sequence[tuple[int, float]]) -> int | None:
    """The first moment from which on nothing was left, where that is still so."""
    if not course or course[-1][1] > 0:
        return None
    return next((at_s for at_s, left in course if left <= 0), None)


def events(points: Sequence[Point], span: Span, objective: Objective) -> Events:
    """All and bad events over a span; empty stretches stay empty."""
    most_total = max((p.tally.total for p in points), default=0)
    most_bad = max((p.tally.bad for p in points), default=0)

    def placed(value: str) -> list[tuple[float, float, float]]:
        return [
            (
                (p.start_s - span.start_s) / span.length_s,
                (p.start_s + p.length_s - span.start_s) / span.length_s,
                float(getattr(p.tally, value)),
            )
            for p in points
        ]

    return Events(
        total=bars(placed("total"), most_total),
        bad=bars(placed("bad"), most_bad),
        most_total=count(most_total / MICRO),
        most_bad=count(most_bad / MICRO),
        ticks=time_ticks(span),
        rows=[_event_row(point, objective) for point in points[: -MOST_ROWS - 1 : -1]],
    )


def _event_row(point: Point, objective: Objective) -> EventRow:
    tally = point.tally
    return EventRow(
        start=day_and_time(point.start_s),
        total=count(tally.total / MICRO),
        bad=count(tally.bad / MICRO),
        compliance=compliance(compliance_ratio(tally), objective.ratio),
    )


def calendar(status: Status, points: Sequence[Point], since_s: int) -> list[list[Day]]:
    """The days from a moment to the end of the window as weeks, Monday first.

    A day is one of the window's own time zone, else of UTC.
    """
    window = status.slo.window
    zone = ZoneInfo(window.zone) if isinstance(window, CalendarWindow) else UTC

    def day_of(at_s: int) -> date:
        return datetime.fromtimestamp(at_s, zone).date()

    tallies: dict[date, list[Tally]] = defaultdict(list)
    for point in points:
        tallies[day_of(point.start_s)].append(point.tally)
    first, final = day_of(since_s), day_of(status.window.end_s - 1)
    monday = first - timedelta(days=first.weekday())
    weeks = (final - monday).days // 7 + 1
    return [
        [_day(day, first, final, tallies.get(day), status) for day in _week(monday, week)]
        for week in range(weeks)
    ]


def _week(monday: date, week: int) -> Iterator[date]:
    for day in range(7):
        yield monday + timedelta(days=7 * week + day)


def _day(
    day: date, first: date, final: date, tallies: Sequence[Tally] | None, status: Status
) -> Day:
    name = f"{day.day} {day:%b}"
    if not first <= day <= final:
        return Day("", "", "", "")
    number = name if day.day == 1 or day == first else str(day.day)
    if tallies is None:
        return Day(number, "none", "no data", f"{name}: no data")
    tally = add_up(tallies) if tallies else NOTHING
    ratio, objective = compliance_ratio(tally), status.slo.objective.ratio
    if ratio is None:
        return Day(number, "idle", "idle", f"{name}: measured, nothing happened")
    figure = compliance(ratio, objective)
    bad = f"{count(tally.bad / MICRO)} of {count(tally.total / MICRO)} bad"
    if tally.bad == 0:
        kind = "clean"
    elif tally.good >= objective * tally.total:
        kind = "kept"
    else:
        kind = "missed"
    return Day(number, kind, figure, f"{name}: {figure}, {bad}")
