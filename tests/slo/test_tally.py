"""Tallies: exact counts of events."""

from hypothesis import given
from hypothesis import strategies as st

from slowatch.slo.tally import NOTHING, Tally, add_up, micro, slot_tally

tallies = st.builds(
    lambda good, bad, measured: Tally(good, good + bad, measured),
    st.integers(0, 10**15),
    st.integers(0, 10**15),
    st.integers(0, 10**6),
)


def test_bad_is_what_is_not_good() -> None:
    """In millionths of events."""
    assert Tally(good=7_000_000, total=10_000_000, measured=1).bad == 3_000_000


def test_events_are_rounded_to_millionths() -> None:
    """Once, when they come in; 0.1 + 0.2 is 0.3 from then on."""
    assert micro(0.1) + micro(0.2) == micro(0.3) == 300_000
    assert micro(1.000_000_4) == 1_000_000


def test_good_events_are_held_within_the_total() -> None:
    """Two queries may disagree by a scrape; neither less than none nor more than all is good."""
    assert slot_tally(11, 10) == Tally(10_000_000, 10_000_000, 1)
    assert slot_tally(-1, 10) == Tally(0, 10_000_000, 1)
    assert slot_tally(1, -1) == Tally(0, 0, 1)


def test_idle_slot_is_measured() -> None:
    """No events is an answer."""
    assert slot_tally(0, 0) == Tally(0, 0, 1) != NOTHING


@given(st.floats(0, 1e9), st.floats(0, 1e9))
def test_slot_is_always_a_possible_tally(good: float, total: float) -> None:
    """0 <= good <= total."""
    tally = slot_tally(good, total)
    assert 0 <= tally.good <= tally.total
    assert tally.measured == 1


@given(st.lists(tallies))
def test_sum_does_not_depend_on_order(some: list[Tally]) -> None:
    """Neither forwards, nor backwards, nor one by one."""
    one_by_one = NOTHING
    for tally in some:
        one_by_one += tally
    assert add_up(some) == add_up(reversed(some)) == one_by_one


@given(st.lists(tallies, min_size=1))
def test_what_leaves_a_window_takes_away_what_it_brought(some: list[Tally]) -> None:
    """However long the window has been sliding."""
    assert add_up(some) - some[0] == add_up(some[1:])
