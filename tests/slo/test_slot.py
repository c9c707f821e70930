"""Slots and spans."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slowatch.slo.slot import Span, ceil_to, floor_to, settled_end, slot_starts, subtract


@st.composite
def spans(draw: st.DrawFn) -> Span:
    """Short spans close to each other."""
    start_s = draw(st.integers(0, 60))
    return Span(start_s, start_s + draw(st.integers(0, 30)))


def _seconds(span: Span) -> set[int]:
    return set(range(span.start_s, span.end_s))


def test_span_does_not_end_before_it_starts() -> None:
    """It may be empty."""
    assert Span(5, 5).length_s == 0
    with pytest.raises(ValueError, match="ends before it starts"):
        Span(5, 4)


def test_moments_are_aligned_downwards_and_upwards() -> None:
    """A multiple stays as it is."""
    assert (floor_to(119.9, 60), floor_to(120, 60)) == (60, 120)
    assert (ceil_to(60.1, 60), ceil_to(120, 60)) == (120, 120)


def test_only_whole_slots_of_a_span_start_in_it() -> None:
    """Neither the one it begins in, nor the one it ends in."""
    assert list(slot_starts(Span(30, 200), 60)) == [60, 120]
    assert list(slot_starts(Span(60, 180), 60)) == [60, 120]
    assert list(slot_starts(Span(61, 119), 60)) == []


def test_slot_is_settled_some_time_after_its_end() -> None:
    """The slot up to 120 is asked from 150 on, if it takes 30 s to settle."""
    assert settled_end(149.9, 60, 30) == 60
    assert settled_end(150, 60, 30) == 120


def test_holes_cut_a_span_into_pieces() -> None:
    """In whatever order they come, also where they overlap or lie outside."""
    holes = [Span(50, 60), Span(10, 20), Span(15, 30), Span(95, 200), Span(0, 5)]
    assert list(subtract(Span(0, 100), holes)) == [Span(5, 10), Span(30, 50), Span(60, 95)]
    assert list(subtract(Span(0, 100), [])) == [Span(0, 100)]
    assert list(subtract(Span(10, 20), [Span(0, 100)])) == []
    assert list(subtract(Span(10, 20), [Span(20, 30), Span(0, 10)])) == [Span(10, 20)]


@given(spans(), st.lists(spans(), max_size=6))
def test_subtraction_is_that_of_sets(span: Span, holes: list[Span]) -> None:
    """Second by second; pieces come in order and do not overlap."""
    pieces = list(subtract(span, holes))
    left = _seconds(span).difference(*(_seconds(hole) for hole in holes))
    assert set().union(*map(_seconds, pieces)) == left
    assert sum(piece.length_s for piece in pieces) == len(left)
    assert pieces == sorted(pieces)
