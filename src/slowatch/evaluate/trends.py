"""Trends: how the budget of each window went, in a few points, for all SLOs at once."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from slowatch.evaluate.judging import Status
from slowatch.ledger.ledger import Ledger
from slowatch.ledger.port import Point
from slowatch.slo.objective import Objective
from slowatch.slo.slot import DAY_S, HOUR_S, Span, ceil_to

BUCKETS = 30
STRETCHES_S = (
    *(60, 120, 300, 600, 1200, 1800),
    *(HOUR_S * hours for hours in (1, 2, 3, 6, 12)),
    *(DAY_S * days for days in (1, 2, 3, 7, 14)),
)
LEAST_SLOTS = 10
SERIES_AT_ONCE = 100
"""Series that one read is about: others read and write in between."""


@dataclass(frozen=True, slots=True)
class Trend:
    """What was left of a budget after each of a span's buckets, `step_s` seconds long each.

    Of the budget that the whole span has by now: it begins at 1 and never rises. None before
    anything was measured, and after the last bucket that was.
    """

    span: Span
    step_s: int
    left: tuple[float | None, ...]


TrendKey = tuple[str, int]
"""An SLO's id, and the id of its group's series in the ledger."""


@dataclass(frozen=True, slots=True)
class Trends:
    """The trends of all SLOs and groups as they were at one moment."""

    as_of_s: int = 0
    courses: Mapping[TrendKey, Trend] = field(default_factory=dict)

    def of(self, status: Status) -> Trend | None:
        """The trend of a status, if there is one yet."""
        if status.series_id is None:
            return None
        return self.courses.get((status.slo.id, status.series_id))


def shown_span(status: Status, first_start_s: int | None, slot_s: int) -> Span:
    """The window, or where that is much, a round stretch of its end that holds all there is.

    Else a young ledger would show as a point at the end of a month.
    """
    window = status.window
    since_s = window.end_s - max(window.start_s, first_start_s or 0)
    least_s = max(since_s, LEAST_SLOTS * slot_s)
    length_s = next((s for s in STRETCHES_S if s >= least_s), window.length_s)
    return Span(window.end_s - min(length_s, window.length_s), window.end_s)


def step_of(span: Span, slot_s: int, full_resolution_s: int, *, most: int) -> int:
    """The length of points, of which a span has `most` at most: whole hours where it needs them."""
    grain_s = slot_s if span.length_s <= full_resolution_s else HOUR_S
    return max(grain_s, ceil_to(span.length_s / most, grain_s))


def budget_course(
    points: Sequence[Point], span: Span, step_s: int, objective: Objective
) -> tuple[float | None, ...]:
    """The share of the budget that is left after each bucket: `1 - bad so far / allowed in all`."""
    allowed = float(objective.budget_ratio) * sum(point.tally.total for point in points)
    by_bucket = {(point.start_s - span.start_s) // step_s: point.tally for point in points}
    course: list[float | None] = []
    bad = 0
    for bucket in range(-(-span.length_s // step_s)):
        tally = by_bucket.get(bucket)
        if tally is not None:
            bad += tally.bad
        is_known = by_bucket and min(by_bucket) <= bucket <= max(by_bucket)
        course.append(_left(bad, allowed) if is_known else None)
    return tuple(course)


def _left(bad: int, allowed: float) -> float:
    if allowed == 0:
        return 0.0 if bad else 1.0
    return 1 - bad / allowed


@dataclass(frozen=True, slots=True)
class TrendReading:
    """Reads the trends of statuses from a ledger.

    `first_start_s` says when each series was first measured.
    """

    ledger: Ledger
    first_start_s: Mapping[int, int]
    slot_s: int
    full_resolution_s: int

    def read(self, statuses: Sequence[Status], goes_on: Callable[[], bool]) -> Trends:
        """The trends, read in bulk; those read so far when `goes_on` says no. Raises LedgerError.

        Statuses whose spans are the same are read together.
        """
        together: dict[Span, list[tuple[Status, int]]] = defaultdict(list)
        for status in statuses:
            if status.series_id is not None:
                first_s = self.first_start_s.get(status.series_id)
                span = shown_span(status, first_s, self.slot_s)
                together[span].append((status, status.series_id))
        courses: dict[TrendKey, Trend] = {}
        for span, some in together.items():
            for part in _parts(some):
                if not goes_on():
                    break
                courses.update(self._courses(part, span))
        return Trends(max((s.window.end_s for s in statuses), default=0), courses)

    def _courses(
        self, some: Sequence[tuple[Status, int]], span: Span
    ) -> Iterator[tuple[TrendKey, Trend]]:
        step_s = step_of(span, self.slot_s, self.full_resolution_s, most=BUCKETS)
        history = self.ledger.history({series_id for _, series_id in some}, span, step_s)
        for status, series_id in some:
            left = budget_course(history.get(series_id, []), span, step_s, status.slo.objective)
            yield (status.slo.id, series_id), Trend(span, step_s, left)


def _parts(some: Sequence[tuple[Status, int]]) -> Iterator[Sequence[tuple[Status, int]]]:
    for start in range(0, len(some), SERIES_AT_ONCE):
        yield some[start : start + SERIES_AT_ONCE]
