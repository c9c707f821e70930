"""What is still to be asked: newest first, in pieces that questions share, nothing twice."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from slowatch.evaluate.pending import Piece, Wanted, next_piece, wanted
from slowatch.evaluate.question import Question, question_of
from slowatch.ledger.spans import merge
from slowatch.slo.slot import DAY_S, HOUR_S, Span, ceil_to, floor_to
from tests.spec.documents import compiled

END_S = 1_700_006_400 + 1320  # 22 minutes past
FULL_S = 3 * DAY_S
MONTH = Span(END_S - 30 * DAY_S, END_S)


def question(metric: str = "x_total", extra: str = "") -> Question:
    """A question about a counter."""
    sli = f"sli: {{ratio: {{bad: '{metric}{{a=\"b\"}}', total: {metric}}}}}"
    return question_of(compiled(f"{extra}\n{sli}"), 60)


def pieces(wants: list[Wanted], asked: dict[str, list[Span]]) -> list[Piece]:
    """All pieces, in the order in which they are asked."""
    found = []
    while (piece := next_piece(wants, asked, chunk_slots=180)) is not None:
        found.append(piece)
        for one in piece.questions:
            asked[one.key] = merge([*asked.get(one.key, []), span_of(piece)])
    return found


def span_of(piece: Piece) -> Span:
    """What a piece asks for."""
    return Span(piece.grid.first_s - piece.grid.step_s, piece.grid.last_s)


@given(holes=st.lists(st.tuples(st.integers(0, 31 * 1440), st.integers(1, 3000)), max_size=6))
def test_everything_is_asked_once_and_newest_first(holes: list[tuple[int, int]]) -> None:
    """Whatever was asked before, cut anywhere."""
    before = merge(Span(END_S - (back + length) * 60, END_S - back * 60) for back, length in holes)
    want = wanted(question(), MONTH, FULL_S)
    asked = {want.question.key: list(before)}
    found = [span_of(piece) for piece in pieces([want], asked)]
    assert all(later.start_s >= earlier.end_s for later, earlier in pairwise(found))
    for span in found:
        assert not any(span.start_s < b.end_s and b.start_s < span.end_s for b in before)
    whole = Span(floor_to(MONTH.start_s, HOUR_S), END_S)
    covered = merge([*before, *found])
    assert any(c.start_s <= whole.start_s and c.end_s >= whole.end_s for c in covered)


@given(holes=st.lists(st.tuples(st.integers(0, 31 * 1440), st.integers(1, 3000)), max_size=6))
def test_hours_are_whole_and_old_and_slots_are_new(holes: list[tuple[int, int]]) -> None:
    """An hour cut by an interruption is asked slot by slot."""
    before = merge(Span(END_S - (back + length) * 60, END_S - back * 60) for back, length in holes)
    want = wanted(question(), MONTH, FULL_S)
    recent_s = floor_to(END_S - FULL_S, HOUR_S)
    for piece in pieces([want], {want.question.key: list(before)}):
        span, step_s = span_of(piece), piece.grid.step_s
        assert span.start_s % step_s == span.end_s % step_s == 0
        assert step_s == 60 or span.end_s <= recent_s
        if step_s == 60 and span.end_s <= recent_s:
            assert ceil_to(span.start_s, HOUR_S) >= floor_to(span.end_s, HOUR_S) or (
                span.length_s < HOUR_S
            )


def test_questions_meet_in_the_same_piece() -> None:
    """One was asked some minutes further than the other; from the next cut on they go together."""
    one, two = question("a_total"), question("b_total")
    wants = [wanted(q, MONTH, FULL_S) for q in (one, two)]
    asked = {one.key: [Span(END_S - 600, END_S)]}
    found = pieces(wants, asked)
    alone = [piece for piece in found if len(piece.questions) == 1]
    assert [set(piece.questions) for piece in alone] == [{two}, {one}]
    assert span_of(alone[0]).start_s == span_of(alone[1]).start_s
    assert all(set(piece.questions) == {one, two} for piece in found[2:])


def test_slices_are_asked_slot_by_slot() -> None:
    """An hour's share of good events does not say how many of its slots were good."""
    want = wanted(question(extra="budgeting: ratio_timeslices"), MONTH, FULL_S)
    assert {piece.grid.step_s for piece in pieces([want], {})} == {60}


def test_nothing_is_wanted_twice() -> None:
    """All was asked."""
    want = wanted(question(), MONTH, FULL_S)
    assert not pieces([want], {want.question.key: [Span(0, END_S)]})
