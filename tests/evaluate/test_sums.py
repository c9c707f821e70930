"""Sums that move along equal sums made anew."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slowatch.evaluate.sums import WindowSums
from slowatch.ledger.ledger import Ledger
from slowatch.ledger.port import Asked, Fact, Recording
from slowatch.slo.slot import HOUR_S, Span
from slowatch.slo.tally import MICRO, NOTHING, Tally
from slowatch.slo.window import CalendarWindow, RollingWindow, Window, judged_span

SLOT_S = 300
START_S = 1_700_006_400  # an hour
FULL_S = 3 * HOUR_S
WINDOWS: tuple[Window, ...] = (
    RollingWindow(SLOT_S),
    RollingWindow(HOUR_S),
    RollingWindow(FULL_S),
    RollingWindow(8 * HOUR_S),
    CalendarWindow("day"),
    CalendarWindow("week", "Asia/Kolkata"),
)
ASKED = Asked("k", "k")


@dataclass(frozen=True)
class Step:
    """Something that happens: the end moves by slots, a slot is recorded, all is compacted.

    Or sums are forgotten, or made again for an earlier end, and then for the latest once more.
    """

    kind: str
    slots: int
    good: int = 0
    bad: int = 0


steps = st.lists(
    st.one_of(
        st.builds(Step, st.just("advance"), st.integers(0, 200)),
        st.builds(Step, st.just("go back"), st.integers(1, 200)),
        st.builds(Step, st.just("there and back"), st.integers(1, 200)),
        st.builds(Step, st.just("forget"), st.just(0)),
        st.builds(
            Step, st.just("record"), st.integers(1, 300), st.integers(0, 9), st.integers(0, 9)
        ),
        st.builds(Step, st.just("hour"), st.integers(4, 20), st.integers(0, 99)),
        st.builds(Step, st.just("compact"), st.just(0)),
    ),
    max_size=40,
)


@settings(deadline=None)
@given(steps=steps)
@pytest.mark.slow
def test_sums_that_move_equal_sums_made_anew(steps: list[Step]) -> None:
    """Whatever is recorded late, early, by the hour, compacted, or asked for out of turn."""
    end_s = START_S
    with Ledger.open(":memory:") as ledger:
        moving = WindowSums(ledger, WINDOWS, full_resolution_s=FULL_S)
        moving.advance(end_s)
        for step in steps:
            if step.kind == "advance":
                end_s += step.slots * SLOT_S
                moving.advance(end_s)
            elif step.kind == "go back":
                end_s = max(end_s - step.slots * SLOT_S, START_S)
                moving.advance(end_s)
            elif step.kind == "there and back":
                moving.advance(end_s - step.slots * SLOT_S)
                moving.advance(end_s)
            elif step.kind == "forget":
                moving.forget()
                moving.advance(end_s)
            elif step.kind == "compact":
                ledger.compact(end_s - FULL_S)
            else:
                entries = ledger.record([_recording(step, end_s)]).entries
                moving.include(entries)
            _compare(ledger, moving, end_s)


def _recording(step: Step, end_s: int) -> Recording:
    length_s = HOUR_S if step.kind == "hour" else SLOT_S
    start_s = (end_s - step.slots * length_s) // length_s * length_s
    measured = length_s // SLOT_S
    tally = Tally(step.good * MICRO, (step.good + step.bad) * MICRO, measured)
    span = Span(start_s, start_s + length_s)
    return Recording(ASKED, span, (Fact({}, span, tally),))


def _compare(ledger: Ledger, moving: WindowSums, end_s: int) -> None:
    series = [one.id for one in ledger.series()]
    for window in WINDOWS:
        span = judged_span(window, end_s, FULL_S)
        assert moving.span(window) == span
        anew = ledger.sums(span)
        for series_id in series:
            found = moving.tallies(window).get(series_id, NOTHING)
            assert found == anew.get(series_id, NOTHING), window


def test_window_that_goes_back_is_made_anew() -> None:
    """A clock that was set back."""
    with Ledger.open(":memory:") as ledger:
        moving = WindowSums(ledger, WINDOWS, full_resolution_s=FULL_S)
        moving.advance(START_S)
        moving.include(ledger.record([_recording(Step("record", 2, 5, 1), START_S)]).entries)
        moving.advance(START_S + HOUR_S)
        moving.advance(START_S)
        _compare(ledger, moving, START_S)


@pytest.mark.parametrize("window", WINDOWS)
def test_earlier_end_and_forth_again_loses_and_doubles_nothing(window: Window) -> None:
    """Fifty minutes of a slot each five: ten of them in an hour, two at the earlier end, ten."""
    end_s = START_S + 3000
    with Ledger.open(":memory:") as ledger:
        moving = WindowSums(ledger, [window], full_resolution_s=FULL_S)
        slots = (_recording(Step("record", 0, 9, 1), at_s) for at_s in _slot_starts(10))
        series = {one.series_id for one in ledger.record(slots).entries}.pop()
        measured = []
        for at_s in (end_s, START_S + 600, end_s):
            moving.advance(at_s)
            measured.append(moving.tallies(window)[series].measured)
    assert measured == ([1, 1, 1] if window == RollingWindow(SLOT_S) else [10, 2, 10])


def test_what_someone_else_wrote_counts_once_sums_are_forgotten() -> None:
    """Two slots of ten events each, of which these sums were told of one."""
    window = RollingWindow(HOUR_S)
    with Ledger.open(":memory:") as ledger:
        moving = WindowSums(ledger, [window], full_resolution_s=FULL_S)
        own, others = (_recording(Step("record", 0, 9, 1), at_s) for at_s in _slot_starts(2))
        moving.advance(START_S + HOUR_S)
        moving.include(ledger.record([own]).entries)
        ledger.record([others])
        moving.forget()
        moving.advance(START_S + HOUR_S)
        assert list(moving.tallies(window).values()) == [Tally(18 * MICRO, 20 * MICRO, 2)]


def _slot_starts(count: int) -> range:
    return range(START_S, START_S + count * SLOT_S, SLOT_S)


@pytest.mark.parametrize("window", WINDOWS)
def test_window_without_facts_has_no_tally(window: Window) -> None:
    """Nothing is not zero."""
    with Ledger.open(":memory:") as ledger:
        moving = WindowSums(ledger, WINDOWS, full_resolution_s=FULL_S)
        moving.advance(START_S)
        assert not moving.tallies(window)
