"""The life of an alert, step by step."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slowatch.slo.alert_rule import AlertRule, BudgetExhausted
from slowatch.slo.alert_state import INACTIVE, AlertState, Phase, not_after, resolved, step
from slowatch.slo.slot import DAY_S

T0 = 1_700_006_400
RULE = AlertRule("Burn", "page", BudgetExhausted(), for_s=120, keep_firing_s=300, labels={})
AT_ONCE = replace(RULE, for_s=0, keep_firing_s=0)
Truth = bool | None
TRUTHS = st.lists(st.sampled_from([True, False, None]), max_size=60)


def lived(
    truths: Sequence[Truth], rule: AlertRule = RULE, state: AlertState = INACTIVE
) -> AlertState:
    """The state after a slot of a minute for each truth."""
    return life(truths, rule, state)[-1]


def life(
    truths: Sequence[Truth], rule: AlertRule = RULE, state: AlertState = INACTIVE
) -> list[AlertState]:
    """The states, from the first one on."""
    states = [state]
    for number, holds in enumerate(truths):
        states.append(step(states[-1], rule, holds=holds, at_s=T0 + 60 * number))
    return states


def phases(truths: Sequence[Truth], rule: AlertRule = RULE) -> list[Phase]:
    """The phases after each slot."""
    return [state.phase for state in life(truths, rule)[1:]]


def test_alert_fires_once_its_condition_has_held_for_two_minutes() -> None:
    """Held at 0, 60 and 120 s: that is two minutes."""
    assert phases([False, True, True, True]) == ["inactive", "pending", "pending", "firing"]
    state = lived([False, True, True, True])
    assert (state.pending_s, state.firing_s) == (T0 + 60, T0 + 180)


def test_alert_without_for_fires_at_once() -> None:
    """Pending and firing are the same moment."""
    state = lived([True], AT_ONCE)
    assert (state.phase, state.pending_s, state.firing_s) == ("firing", T0, T0)


def test_pending_alert_starts_over_where_its_condition_ends() -> None:
    """It leaves nothing behind."""
    assert phases([True, True, False, True, True]) == [
        "pending",
        "pending",
        "inactive",
        "pending",
        "pending",
    ]


def test_firing_alert_goes_on_for_five_minutes_after_its_condition() -> None:
    """Held last at 120 s, so it is over at 420 s."""
    states = phases([True] * 3 + [False] * 5)
    assert states[3:] == ["firing"] * 4 + ["resolved"]
    assert lived([True] * 3 + [False] * 5).resolved_s == T0 + 420


def test_firing_alert_ends_at_once_where_nothing_keeps_it() -> None:
    """With `keep_firing_s` of 0."""
    assert phases([True, False, False], AT_ONCE) == ["firing", "resolved", "resolved"]


def test_resolved_alert_begins_a_new_life() -> None:
    """Nothing of the first one is left in it."""
    state = lived([True, False, True], AT_ONCE)
    assert state == AlertState("firing", T0 + 120, T0 + 120, None, T0 + 120, T0 + 120)


def test_unknown_changes_nothing() -> None:
    """Neither of pending alerts nor of firing ones."""
    assert lived([True, None, None]) == lived([True])
    assert lived([True] * 3 + [None] * 30) == lived([True] * 3)
    assert lived([None]) == INACTIVE


def test_alert_is_over_when_nothing_is_known_for_a_day() -> None:
    """A firing one is resolved, a pending one is gone."""
    firing, pending = lived([True] * 3), lived([True])
    assert step(firing, RULE, holds=None, at_s=T0 + 120 + DAY_S - 60) == firing
    assert step(firing, RULE, holds=None, at_s=T0 + 120 + DAY_S).phase == "resolved"
    assert step(pending, RULE, holds=None, at_s=T0 + DAY_S).phase == "inactive"


@pytest.mark.parametrize(("for_s", "phase"), [(600, "firing"), (601, "pending")])
def test_slots_missed_in_between_do_not_reset_a_pending_alert(for_s: int, phase: Phase) -> None:
    """Held at 0 s and at 600 s, unknown in between."""
    rule = replace(RULE, for_s=for_s)
    state = step(lived([True], rule), rule, holds=True, at_s=T0 + 600)
    assert (state.phase, state.pending_s) == (phase, T0)


def test_pending_alert_is_not_taken_up_after_a_day() -> None:
    """Nobody knows what was in between."""
    state = step(lived([True]), RULE, holds=True, at_s=T0 + DAY_S)
    assert (state.phase, state.pending_s) == ("pending", T0 + DAY_S)


def test_firing_alert_is_taken_up_after_a_day() -> None:
    """It still is what it was."""
    firing = lived([True], AT_ONCE)
    assert step(firing, RULE, holds=True, at_s=T0 + 2 * DAY_S).firing_s == T0


def test_clock_that_is_set_right_leaves_no_moment_of_the_future() -> None:
    """The alert then goes on with the next slot."""
    ahead = step(INACTIVE, RULE, holds=True, at_s=T0 + DAY_S)
    assert step(ahead, RULE, holds=False, at_s=T0) == ahead
    right = not_after(ahead, T0)
    assert right == AlertState("pending", T0, None, None, T0, T0)
    assert step(right, RULE, holds=False, at_s=T0 + 60).phase == "inactive"


def test_alert_that_is_ended_by_force_is_resolved_only_if_it_fired() -> None:
    """Nobody was told of a pending one."""
    assert resolved(lived([True] * 3), T0 + 180).resolved_s == T0 + 180
    assert resolved(lived([True]), T0 + 60).phase == "inactive"


@given(TRUTHS)
def test_it_never_fires_before_its_time(truths: Sequence[Truth]) -> None:
    """What fires was pending for two minutes, and its condition never failed in them."""
    for number, state in enumerate(life(truths)):
        if state.firing_s is None or state.phase == "resolved":
            continue
        assert state.pending_s is not None
        assert state.firing_s - state.pending_s >= RULE.for_s
        since = (state.pending_s - T0) // 60
        until = (state.firing_s - T0) // 60
        assert False not in truths[since : min(until + 1, number)]


@given(TRUTHS)
def test_it_never_ends_before_its_time(truths: Sequence[Truth]) -> None:
    """What is resolved did not hold for five minutes."""
    for state in life(truths):
        if state.resolved_s is not None:
            assert state.held_s is not None
            assert state.resolved_s - state.held_s >= RULE.keep_firing_s


@given(st.lists(st.integers(1, 4), min_size=1, max_size=20))
def test_flapping_faster_than_it_is_kept_is_one_episode(pauses: list[int]) -> None:
    """Its condition comes back within four minutes each time."""
    truths: list[Truth] = [True] * 3
    for pause in pauses:
        truths += [False] * pause + [True]
    states = life(truths)[3:]
    assert {(state.phase, state.firing_s) for state in states} == {("firing", T0 + 120)}


@given(TRUTHS, st.sampled_from([True, False]))
def test_a_repeated_or_older_slot_changes_nothing(truths: Sequence[Truth], again: bool) -> None:
    """Whatever is said of it the second time."""
    state = lived([*truths, True])
    end_s = T0 + 60 * len(truths)
    for at_s in (end_s, end_s - 60, T0 - DAY_S):
        assert step(state, RULE, holds=again, at_s=at_s) == state


@given(TRUTHS)
def test_moments_stand_in_their_order(truths: Sequence[Truth]) -> None:
    """Pending, firing, held, known; and an alert is resolved no earlier than it last held."""
    for state in life(truths):
        moments = [state.pending_s, state.firing_s, state.resolved_s]
        given = [moment for moment in moments if moment is not None]
        assert given == sorted(given)
        if state.held_s is not None:
            assert state.held_s <= (state.known_s or 0)
