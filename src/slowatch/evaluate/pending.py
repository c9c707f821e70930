"""Which slots are still to be asked, newest first, in pieces that can be asked at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from slowatch.evaluate.question import Question
from slowatch.slo.slot import HOUR_S, Span, ceil_to, floor_to, subtract
from slowatch.source.answer import Grid

CHUNK_SLOTS = 180
CHUNK_HOURS = 168


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question, and how far back its facts are wanted: single slots, and whole hours before.

    `hours` is empty for a question that must be asked slot by slot.
    """

    question: Question
    slots: Span
    hours: Span


@dataclass(frozen=True, slots=True)
class Piece:
    """Questions to be asked together for the same slots or hours."""

    questions: tuple[Question, ...]
    grid: Grid


def wanted(question: Question, window: Span, full_resolution_s: int) -> Wanted:
    """What a question is wanted for over a window: recent slots, and older hours where it can."""
    recent_s = max(window.start_s, floor_to(window.end_s - full_resolution_s, HOUR_S))
    if not question.can_be_hourly:
        recent_s = window.start_s
    oldest_s = min(floor_to(window.start_s, HOUR_S), recent_s)
    return Wanted(question, slots=Span(recent_s, window.end_s), hours=Span(oldest_s, recent_s))


def next_piece(
    wants: Iterable[Wanted], asked: Mapping[str, Sequence[Span]], *, chunk_slots: int = CHUNK_SLOTS
) -> Piece | None:
    """The newest piece not asked yet, for all questions that lack the very same; None when done."""
    newest: dict[tuple[Span, int], list[Question]] = {}
    for want in wants:
        lacking = _newest_lacking(want, asked.get(want.question.key, ()), chunk_slots)
        if lacking is not None:
            newest.setdefault(lacking, []).append(want.question)
    if not newest:
        return None
    span, step_s = max(newest, key=lambda key: (key[0].end_s, key[0].start_s))
    grid = Grid(span.start_s + step_s, span.end_s, step_s)
    return Piece(tuple(newest[span, step_s]), grid)


def _newest_lacking(
    want: Wanted, asked: Sequence[Span], chunk_slots: int
) -> tuple[Span, int] | None:
    slot_s = want.question.slot_s
    for piece in reversed(list(subtract(want.slots, list(asked)))):
        return _tail(piece, slot_s, chunk_slots), slot_s
    for piece in reversed(list(subtract(want.hours, list(asked)))):
        return _tail_of_hours(piece, slot_s, chunk_slots)
    return None


def _tail_of_hours(piece: Span, slot_s: int, chunk_slots: int) -> tuple[Span, int]:
    """The newest whole hours of a piece; or slots, where it begins or ends within an hour."""
    last_hour_s = floor_to(piece.end_s, HOUR_S)
    if last_hour_s < piece.end_s:
        part = Span(max(piece.start_s, last_hour_s), piece.end_s)
        return _tail(part, slot_s, chunk_slots), slot_s
    first_hour_s = ceil_to(piece.start_s, HOUR_S)
    if first_hour_s < piece.end_s:
        return _tail(Span(first_hour_s, piece.end_s), HOUR_S, CHUNK_HOURS), HOUR_S
    return _tail(piece, slot_s, chunk_slots), slot_s


def _tail(piece: Span, step_s: int, most: int) -> Span:
    """The newest part of a piece, cut where all questions cut theirs, so that they meet."""
    cut_s = floor_to(piece.end_s - 1, most * step_s)
    return Span(max(piece.start_s, cut_s), piece.end_s)
