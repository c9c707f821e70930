"""Watching: a set of SLOs, their questions, and what the ledger holds of them."""

import gc
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from slowatch.evaluate.asked import AskedExpression
from slowatch.evaluate.judging import (
    Evidence,
    Status,
    judge,
    look_backs_of,
    recent_s,
    severity_rank,
)
from slowatch.evaluate.measuring import Measuring
from slowatch.evaluate.pending import Piece, Wanted, next_piece, wanted
from slowatch.evaluate.question import Question, question_of
from slowatch.evaluate.sums import WindowSums
from slowatch.evaluate.trends import TrendReading, Trends
from slowatch.ledger.ledger import Ledger
from slowatch.ledger.port import Gap, Point, Recording, Series
from slowatch.ledger.spans import merge
from slowatch.slo.alert_rule import AlertRule
from slowatch.slo.burn import LOOK_BACKS_S
from slowatch.slo.slot import HOUR_S, Span, ceil_to
from slowatch.slo.tally import NOTHING, Tally
from slowatch.slo.window import RollingWindow, Window, judged_span
from slowatch.source.answer import Grid
from slowatch.source.asking import Gate
from slowatch.spec.alert_rules import alert_rules
from slowatch.spec.compiled import CompiledSlo

Tallies = Mapping[int, Tally]

FULL_RESOLUTION_S = max(LOOK_BACKS_S.values())
"""Slots are kept one by one for the longest look-back; older ones as hours."""


@dataclass(frozen=True, slots=True)
class Watched:
    """An SLO, the key of the question that its facts answer, and what it may raise.

    `rules` are those for a window of `window_length_s`: a calendar's units differ in length.
    """

    slo: CompiledSlo
    key: str
    window_length_s: int
    rules: tuple[AlertRule, ...]

    def at(self, end_s: int) -> "Watched":
        """The same, with the rules for the window that ends at `end_s`."""
        length_s = self.slo.window.length_at(end_s)
        if length_s == self.window_length_s:
            return self
        return replace(self, window_length_s=length_s, rules=alert_rules(self.slo, length_s))


def _watched(slo: CompiledSlo, slot_s: int) -> Watched:
    length_s = slo.window.nominal_length_s
    return Watched(slo, question_of(slo, slot_s).key, length_s, alert_rules(slo, length_s))


@contextmanager
def _no_collections() -> Iterator[None]:
    """Let the garbage collector rest: it would walk all SLOs again and again.

    Measured: a third of the time that a slot of 10,000 SLOs takes. Nothing in a slot makes cycles.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@dataclass(frozen=True, slots=True)
class Measured:
    """How many questions had a slot's facts recorded, and how many had none."""

    recorded: int
    missing: int


class Watch:
    """Measures slots of SLOs, records them, and judges the SLOs from the ledger.

    One thread may measure while another backfills; recording and judging take turns. Nothing before
    `oldest_s` is asked for: the source no longer has it.
    """

    def __init__(
        self, slos: Sequence[CompiledSlo], ledger: Ledger, measuring: Measuring, *, slot_s: int
    ) -> None:
        self.slot_s = slot_s
        self.oldest_s = 0
        self._began_s: int | None = None
        self._ledger = ledger
        self._measuring = measuring
        self._turn = threading.RLock()
        self._watched = [_watched(slo, slot_s) for slo in slos]
        self.questions: Mapping[str, Question] = {
            w.key: question_of(w.slo, slot_s) for w in self._watched
        }
        self._windows = _windows_by_key(self._watched, slot_s)
        self._sums = WindowSums(
            ledger, set().union(*self._windows.values()), full_resolution_s=FULL_RESOLUTION_S
        )
        self._asked = {key: list(spans) for key, spans in ledger.asked(self.questions).items()}
        self._series: dict[str, dict[int, Series]] = defaultdict(dict)
        self._first_start_s: dict[int, int] = {}
        self._gap_reasons: dict[str, tuple[int, str]] = {}
        self._enlist(ledger.series(self.questions))

    def due(self, end_s: int) -> tuple[Question, ...]:
        """The questions that were not asked yet for the slot that ends at `end_s`."""
        slot = Span(end_s - self.slot_s, end_s)
        return tuple(q for key, q in self.questions.items() if not self._is_asked(key, slot))

    def measure_slot(self, end_s: int) -> Measured:
        """Ask for the slot that ends at `end_s` and record it, where that was not done yet."""
        if self._began_s is None:
            self._began_s = end_s
        piece = Piece(self.due(end_s), Grid(end_s, end_s, self.slot_s))
        with _no_collections():
            recordings = self._measure(piece)
        missing = sum(1 for recording in recordings if not recording.facts)
        return Measured(recorded=len(recordings) - missing, missing=missing)

    def backfill(self, end_s: int, gate: Gate = None, *, chunk_slots: int) -> Piece | None:
        """Ask for the newest missing piece before `end_s` and record it; None when none is."""
        piece = next_piece(self.wants(end_s), self._asked, chunk_slots=chunk_slots)
        if piece is not None:
            self._measure(piece, gate)
        return piece

    def wants(self, end_s: int) -> list[Wanted]:
        """How far back each question's facts are wanted by the SLOs that it serves."""
        wants = []
        for key, windows in self._windows.items():
            spans = [judged_span(window, end_s, FULL_RESOLUTION_S) for window in windows]
            start_s = max(min(span.start_s for span in spans), self._oldest_hour_s())
            longest = Span(min(start_s, end_s), end_s)
            wants.append(wanted(self.questions[key], longest, FULL_RESOLUTION_S))
        return wants

    def judge(self, end_s: int) -> list[Status]:
        """Where every SLO and group stands at `end_s`, worst first."""
        with self._turn, _no_collections():
            self._sums.advance(end_s)
            self._watched = [watched.at(end_s) for watched in self._watched]
            look_backs = {w.length_s: t for w, t in self._rolling_tallies()}
            statuses = [s for w in self._watched for s in self._judge(w, end_s, look_backs)]
        return sorted(statuses, key=severity_rank)

    def compact(self, end_s: int, retention_s: int) -> None:
        """Turn old slots into hours, and forget what is older than the retention."""
        with self._turn:
            self._sums.advance(end_s)
            self._ledger.compact(end_s - FULL_RESOLUTION_S)
            self._ledger.forget(end_s - retention_s)
            self._catch_up()

    def history(self, status: Status, span: Span, step_s: int) -> list[Point]:
        """Points of one status over a span, for charts."""
        if status.series_id is None:
            return []
        return self._ledger.history([status.series_id], span, step_s).get(status.series_id, [])

    def trends(self, statuses: Sequence[Status], goes_on: Callable[[], bool]) -> Trends:
        """How the budgets of statuses went over their windows. Raises LedgerError."""
        first_start_s = dict(self._first_start_s)
        reading = TrendReading(self._ledger, first_start_s, self.slot_s, FULL_RESOLUTION_S)
        return reading.read(statuses, goes_on)

    def gaps(self, slo: CompiledSlo, span: Span) -> list[Gap]:
        """Where an SLO's facts are missing in a span, and why, oldest first."""
        return self._ledger.gaps(question_of(slo, self.slot_s).key, span)

    def asked(self, slo: CompiledSlo) -> tuple[AskedExpression, ...]:
        """The PromQL that is asked for a slot of an SLO."""
        return self._measuring.asked(question_of(slo, self.slot_s))

    def _oldest_hour_s(self) -> int:
        return ceil_to(self.oldest_s, HOUR_S)

    def _measure(self, piece: Piece, gate: Gate = None) -> list[Recording]:
        if not piece.questions:
            return []
        recordings = self._measuring.measure(piece.questions, piece.grid, gate)
        self._record(recordings)
        return recordings

    def _record(self, recordings: Sequence[Recording]) -> None:
        with self._turn:
            recorded = self._ledger.record(recordings)
            if recorded.ignored:
                self._catch_up()
            self._enlist(recorded.created)
            self._sums.include(recorded.entries)
            for entry in recorded.entries:
                start_s = entry.fact.span.start_s
                first_s = self._first_start_s.get(entry.series_id, start_s)
                self._first_start_s[entry.series_id] = min(first_s, start_s)
            for recording in recordings:
                self._note(recording)

    def _note(self, recording: Recording) -> None:
        key = recording.asked.key
        self._asked[key] = merge([*self._asked.get(key, ()), recording.span])
        for gap in recording.gaps:
            if gap.span.end_s > self._gap_reasons.get(key, (0, ""))[0]:
                self._gap_reasons[key] = (gap.span.end_s, gap.reason)

    def _catch_up(self) -> None:
        """Learn what another process has written to the same ledger."""
        self._asked = {k: list(spans) for k, spans in self._ledger.asked(self.questions).items()}
        self._enlist(self._ledger.series(self.questions))
        self._sums.forget()

    def _enlist(self, series: Iterable[Series]) -> None:
        for one in series:
            self._series[one.key][one.id] = one
            if one.first_start_s is not None:
                self._first_start_s[one.id] = one.first_start_s

    def _is_asked(self, key: str, slot: Span) -> bool:
        spans = self._asked.get(key, ())
        return any(s.start_s <= slot.start_s and slot.end_s <= s.end_s for s in spans)

    def _rolling_tallies(self) -> list[tuple[RollingWindow, Tallies]]:
        windows = set().union(*self._windows.values())
        return [(w, self._sums.tallies(w)) for w in windows if isinstance(w, RollingWindow)]

    def _judge(
        self, watched: Watched, end_s: int, look_backs: Mapping[int, Tallies]
    ) -> list[Status]:
        series = self._series.get(watched.key, {}).values()
        slo, tallies = watched.slo, self._sums.tallies(watched.slo.window)
        measured = [one for one in series if tallies.get(one.id, NOTHING).measured]
        is_absent = self._is_absent(watched, measured, end_s, look_backs)
        groups: Sequence[Series | None] = measured or [None]
        return [
            judge(
                slo,
                one.labels if one else {},
                self._evidence(watched, one, end_s, look_backs, is_absent=is_absent),
                watched.rules,
            )
            for one in groups
        ]

    def _is_absent(
        self,
        watched: Watched,
        series: Sequence[Series],
        end_s: int,
        look_backs: Mapping[int, Tallies],
    ) -> bool | None:
        """Whether all of the SLI was asked for in vain for as long as `SliAbsent` waits.

        What was never there may just not be there yet: it is given that time from the start on.
        """
        absent = watched.slo.policy.sli_absent
        if absent is None:
            return None
        for_s = ceil_to(absent.for_s, self.slot_s)
        tallies = look_backs.get(for_s, {})
        if any(one.id in tallies and tallies[one.id].measured for one in series):
            return False
        if not series and self._began_s is not None and end_s - for_s < self._began_s:
            return None
        return True if self._is_asked(watched.key, Span(end_s - for_s, end_s)) else None

    def _evidence(
        self,
        watched: Watched,
        series: Series | None,
        end_s: int,
        look_backs: Mapping[int, Tallies],
        *,
        is_absent: bool | None,
    ) -> Evidence:
        window = watched.slo.window
        series_id = series.id if series else -1
        recent = look_backs[recent_s(self.slot_s)].get(series_id, NOTHING)
        return Evidence(
            series_id=series.id if series else None,
            tally=self._sums.tallies(window).get(series_id, NOTHING),
            span=self._sums.span(window),
            look_back=lambda length_s: look_backs[length_s].get(series_id, NOTHING),
            end_s=end_s,
            slot_s=self.slot_s,
            first_start_s=self._first_start_s.get(series_id),
            is_absent=is_absent,
            gap_reason=self._gap_reason(watched.key, end_s, look_up=not recent.measured),
        )

    def _gap_reason(self, key: str, end_s: int, *, look_up: bool) -> str | None:
        """Why the latest slot is missing, if it is; `look_up` asks the ledger, if need be."""
        if look_up and key not in self._gap_reasons:
            gaps = self._ledger.gaps(key, Span(end_s - self.slot_s, end_s))
            self._gap_reasons[key] = (gaps[-1].span.end_s, gaps[-1].reason) if gaps else (0, "")
        gap_end_s, reason = self._gap_reasons.get(key, (0, ""))
        return reason if gap_end_s >= end_s else None


def _windows_by_key(watched: Iterable[Watched], slot_s: int) -> dict[str, set[Window]]:
    windows: dict[str, set[Window]] = defaultdict(set)
    for one in watched:
        look_backs = (RollingWindow(length_s) for length_s in look_backs_of(one.slo, slot_s))
        windows[one.key] |= {one.slo.window, *look_backs}
    return windows
