"""Watching: a set of SLOs, their questions, and what the ledger holds of them."""

import gc
import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
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
from slowatch.slo.slot import HOUR_S, Span, ceil_to, subtract
from slowatch.slo.tally import NOTHING, Tally
from slowatch.slo.window import RollingWindow, Window, judged_span
from slowatch.source.answer import Grid
from slowatch.source.asking import Gate
from slowatch.spec.alert_rules import alert_rules
from slowatch.spec.compiled import DEFAULT_SOURCE, CompiledSlo

Tallies = Mapping[int, Tally]
Need = tuple[str, Window]
"""A question's key, and a window of an SLO that its facts have to fill."""

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

    One thread for each source may measure while others backfill; recording and judging take turns.
    `measuring` says by source who asks it, `sources` are those that are asked anything. Nothing of
    a source before `oldest_s` is asked for: it no longer has that.
    """

    def __init__(
        self,
        slos: Sequence[CompiledSlo],
        ledger: Ledger,
        measuring: Mapping[str, Measuring],
        *,
        slot_s: int,
    ) -> None:
        self.slot_s = slot_s
        self.oldest_s: dict[str, int] = {}
        self._began_s: dict[str, int] = {}
        self._ledger = ledger
        self._measuring = measuring
        self._turn = threading.RLock()
        self._watched: list[Watched] = []
        self.questions: Mapping[str, Question] = {}
        self.sources: frozenset[str] = frozenset()
        self._windows: Mapping[str, set[Window]] = {}
        self._sums = WindowSums(ledger, (), full_resolution_s=FULL_RESOLUTION_S)
        self._needs: dict[str, Need] = {}
        self._asked: dict[str, list[Span]] = {}
        self._series: dict[str, dict[int, Series]] = defaultdict(dict)
        self._first_start_s: dict[int, int] = {}
        self._gap_reasons: dict[str, tuple[int, str]] = {}
        self.watch(slos)

    def watch(self, slos: Sequence[CompiledSlo]) -> frozenset[Need]:
        """Watch these SLOs and no others from now on; what they need that was not needed before.

        What goes on being asked keeps all that is known of it. Raises LedgerError; then everything
        is as it was.
        """
        watched = [_watched(slo, self.slot_s) for slo in slos]
        questions = {w.key: question_of(w.slo, self.slot_s) for w in watched}
        windows = _windows_by_key(watched, self.slot_s)
        with self._turn:
            new = [key for key in questions if key not in self.questions]
            asked, series = self._ledger.asked(new), self._ledger.series(new)
            before = self.needs
            self._forget_but(questions.keys() - new)
            self._asked |= {key: list(spans) for key, spans in asked.items()}
            self._enlist(series)
            self._sums.keep(set().union(*windows.values()))
            self._watched, self._windows, self.questions = watched, windows, questions
            self.sources = frozenset(question.source for question in questions.values())
            self._needs = {w.slo.id: (w.key, w.slo.window) for w in watched}
            return self.needs - before

    def _forget_but(self, keys: Collection[str]) -> None:
        """Keep in memory only what belongs to these questions; the ledger keeps everything."""
        self._asked = {key: spans for key, spans in self._asked.items() if key in keys}
        self._began_s = {key: at_s for key, at_s in self._began_s.items() if key in keys}
        self._gap_reasons = {key: why for key, why in self._gap_reasons.items() if key in keys}
        self._series = defaultdict(dict, {k: s for k, s in self._series.items() if k in keys})
        ids = {series_id for series in self._series.values() for series_id in series}
        self._first_start_s = {i: s for i, s in self._first_start_s.items() if i in ids}

    @property
    def needs(self) -> frozenset[Need]:
        """All windows that have to be filled, and with the answers to which questions."""
        return frozenset(self._needs.values())

    def need_of(self, slo: CompiledSlo) -> Need | None:
        """What an SLO needs; None where it is no longer watched."""
        return self._needs.get(slo.id)

    def due(self, end_s: int, source: str = DEFAULT_SOURCE) -> tuple[Question, ...]:
        """The questions to a source that were not asked yet for the slot that ends at `end_s`."""
        slot = Span(end_s - self.slot_s, end_s)
        return tuple(q for q in self.questions_to(source) if not self._is_asked(q.key, slot))

    def measure_slot(self, end_s: int, source: str = DEFAULT_SOURCE) -> Measured:
        """Ask a source for the slot that ends at `end_s` and record it, if that was not done."""
        with self._turn:
            for question in self.questions_to(source):
                self._began_s.setdefault(question.key, end_s)
        piece = Piece(self.due(end_s, source), Grid(end_s, end_s, self.slot_s))
        with _no_collections():
            recordings = self._measure(piece, source)
        missing = sum(1 for recording in recordings if not recording.facts)
        return Measured(recorded=len(recordings) - missing, missing=missing)

    def backfill(
        self, end_s: int, gate: Gate = None, *, chunk_slots: int, source: str = DEFAULT_SOURCE
    ) -> Piece | None:
        """Ask a source for its newest missing piece before `end_s` and record it; None: no more."""
        wants = self.wants(end_s, source)
        piece = next_piece(wants, self._asked, chunk_slots=chunk_slots)
        if piece is not None:
            self._measure(piece, source, gate)
        return piece

    def wants(self, end_s: int, source: str = DEFAULT_SOURCE) -> list[Wanted]:
        """How far back each question's facts are wanted by the SLOs that it serves."""
        with self._turn:
            windows_by_key, questions = self._windows, self.questions_to(source)
        oldest_s = ceil_to(self.oldest_s.get(source, 0), HOUR_S)
        wants = []
        for question in questions:
            windows = windows_by_key[question.key]
            spans = [judged_span(window, end_s, FULL_RESOLUTION_S) for window in windows]
            start_s = max(min(span.start_s for span in spans), oldest_s)
            longest = Span(min(start_s, end_s), end_s)
            wants.append(wanted(question, longest, FULL_RESOLUTION_S))
        return wants

    def questions_to(self, source: str) -> list[Question]:
        """What a source is asked."""
        return [question for question in self.questions.values() if question.source == source]

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
        return self._measuring[slo.source].asked(question_of(slo, self.slot_s))

    def _measure(self, piece: Piece, source: str, gate: Gate = None) -> list[Recording]:
        if not piece.questions:
            return []
        recordings = self._measuring[source].measure(piece.questions, piece.grid, gate)
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

        What was never there may just not be there yet: it is given that time from when it is asked.
        """
        absent = watched.slo.policy.sli_absent
        if absent is None:
            return None
        for_s = ceil_to(absent.for_s, self.slot_s)
        tallies = look_backs.get(for_s, {})
        if any(one.id in tallies and tallies[one.id].measured for one in series):
            return False
        if not series and end_s - for_s < self._began_s.get(watched.key, 0):
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
            unasked=lambda span: _unasked(span, self._asked.get(watched.key, ()), self.slot_s),
            gap_reason=self._gap_reason(watched.key, end_s, look_up=not recent.measured),
        )

    def _gap_reason(self, key: str, end_s: int, *, look_up: bool) -> str | None:
        """Why the latest slot is missing, if it is; `look_up` asks the ledger, if need be."""
        if look_up and key not in self._gap_reasons:
            gaps = self._ledger.gaps(key, Span(end_s - self.slot_s, end_s))
            self._gap_reasons[key] = (gaps[-1].span.end_s, gaps[-1].reason) if gaps else (0, "")
        gap_end_s, reason = self._gap_reasons.get(key, (0, ""))
        return reason if gap_end_s >= end_s else None


def _unasked(span: Span, asked: Sequence[Span], slot_s: int) -> int:
    """How many slots of a span nobody has asked for yet."""
    return sum((part.end_s - part.start_s) // slot_s for part in subtract(span, list(asked)))


def _windows_by_key(watched: Iterable[Watched], slot_s: int) -> dict[str, set[Window]]:
    windows: dict[str, set[Window]] = defaultdict(set)
    for one in watched:
        look_backs = (RollingWindow(length_s) for length_s in look_backs_of(one.slo, slot_s))
        windows[one.key] |= {one.slo.window, *look_backs}
    return windows
