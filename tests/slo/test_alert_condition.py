"""When an alert's condition holds: numbers worked by hand."""

from collections.abc import Mapping
from decimal import Decimal

import pytest

from slowatch.slo.alert_condition import Standing, holds
from slowatch.slo.alert_rule import BreaksBound, BudgetExhausted, Burns, BurnThreshold, When
from slowatch.slo.budget import error_budget
from slowatch.slo.objective import Objective
from slowatch.slo.policy import BudgetEnding, BudgetLow, SliAbsent
from slowatch.slo.slot import DAY_S, HOUR_S
from slowatch.slo.tally import MICRO, NOTHING, Tally

THREE_NINES = Objective(Decimal("0.999"))
PERFECT = Objective(Decimal(1))


def tally(bad: int, total: int, measured: int = 60) -> Tally:
    """Events of some slots."""
    return Tally((total - bad) * MICRO, total * MICRO, measured)


def standing(
    look_backs: Mapping[int, Tally] | None = None,
    *,
    window: Tally = NOTHING,
    objective: Objective = THREE_NINES,
    exhausts_in_s: float | None = None,
    is_level: bool = False,
    is_absent: bool | None = None,
) -> Standing:
    """What is known of a group, in slots of a minute."""
    found = look_backs or {}
    return Standing(
        objective=objective,
        budget=error_budget(window, objective),
        exhausts_in_s=exhausts_in_s,
        look_back=lambda length_s: found.get(length_s, NOTHING),
        slot_s=60,
        is_level=is_level,
        is_absent=is_absent,
    )


def burns(least_bad: int = 3, z: float = 1.6449, objective: Objective = THREE_NINES) -> Burns:
    """The pair of 5m and 1h, at 30 days."""
    factor = Decimal("14.4")
    ratio = factor * objective.budget_ratio
    return Burns((BurnThreshold(300, HOUR_S, factor, ratio, least_bad, z),))


def hourly(bad: int, total: int, when: When | None = None) -> bool | None:
    """Whether the pair holds where the last five minutes are as bad as the last hour."""
    both = {300: tally(bad, total, 5), HOUR_S: tally(bad, total)}
    return holds(when or burns(), standing(both))


def test_one_failure_in_a_quiet_hour_does_not_page() -> None:
    """1 of 10 is a burn rate of 100, and no news at night."""
    assert hourly(1, 10) is False
    assert hourly(1, 10, burns(least_bad=1, z=0)) is True


@pytest.mark.parametrize(
    ("total", "enough"),
    [
        # The fewest bad events whose number exceeds 0.0144 n + 1.6449 * sqrt(0.0144 * 0.9856 n),
        # and is at least 3.
        (10, 3),  # 0.14 + 0.62
        (60, 3),  # 0.86 + 1.52 = 2.38
        (600, 14),  # 8.64 + 4.80 = 13.44
        (6000, 102),  # 86.4 + 15.18 = 101.58
    ],
)
def test_bad_events_that_it_takes_to_page(total: int, enough: int) -> None:
    """The lower end of Wilson's interval lies above the threshold from there on."""
    assert hourly(enough - 1, total) is False
    assert hourly(enough, total) is True


def test_traffic_makes_the_guard_fade() -> None:
    """Of a million events 14 400 are the threshold, and 1.4 % more are enough."""
    assert hourly(14_400, 10**6) is False
    assert hourly(14_597, 10**6) is True


def test_without_a_guard_the_threshold_is_exact() -> None:
    """14.4 does not exceed 14.4."""
    bare = burns(least_bad=0, z=0)
    assert hourly(144, 10_000, bare) is False
    assert hourly(145, 10_000, bare) is True


def test_what_is_over_burns_no_more() -> None:
    """The short look-back says whether it still goes on."""
    over = {300: tally(0, 1000, 5), HOUR_S: tally(900, 10_000)}
    assert holds(burns(), standing(over)) is False


def test_nothing_is_said_of_a_burn_that_is_not_measured() -> None:
    """Neither that it goes on nor that it is over."""
    assert holds(burns(), standing({HOUR_S: tally(900, 10_000)})) is None


def test_any_pair_is_enough() -> None:
    """Though another one is not known."""
    other = BurnThreshold(1800, 6 * HOUR_S, Decimal(6), Decimal("0.006"), 3, 0)
    both = Burns((*burns().thresholds, other))
    known = {1800: tally(30, 1000), 6 * HOUR_S: tally(30, 1000)}
    assert holds(both, standing(known)) is True
    assert holds(both, standing({1800: tally(0, 1000), 6 * HOUR_S: tally(0, 1000)})) is None


def test_any_failures_burn_where_none_are_allowed() -> None:
    """Three of them, since one alone is told by the exhausted budget."""
    for bad, burning in ((2, False), (3, True)):
        both = {300: tally(bad, 10_000, 5), HOUR_S: tally(bad, 10_000)}
        pair = burns(objective=PERFECT)
        assert holds(pair, standing(both, objective=PERFECT)) is burning


@pytest.mark.parametrize(
    ("bad", "low", "exhausted"),
    [
        (89, False, False),  # 11 % left
        (90, False, False),  # 10 % left are not less than 10 %
        (91, True, False),
        (99, True, False),
        (100, False, True),  # used up is told by another alert
        (0, False, False),
    ],
)
def test_budget_is_low_until_it_is_exhausted(bad: int, low: bool, exhausted: bool) -> None:
    """100 of 100 000 may be bad."""
    now = standing(window=tally(bad, 100_000))
    assert holds(BudgetLow(Decimal("0.10"), "ticket"), now) is low
    assert holds(BudgetExhausted(), now) is exhausted


def test_budget_of_no_events_is_neither_low_nor_exhausted() -> None:
    """Nothing happened."""
    assert holds(BudgetLow(Decimal("0.10"), "ticket"), standing()) is False
    assert holds(BudgetExhausted(), standing()) is False


@pytest.mark.parametrize(
    ("ends_in_s", "bad", "soon"),
    [(DAY_S - 1, 3, True), (DAY_S, 3, False), (None, 3, False), (60.0, 2, False)],
)
def test_budget_ends_soon(ends_in_s: float | None, bad: int, soon: bool) -> None:
    """Within a day, by at least three failures in the last hour."""
    now = standing({HOUR_S: tally(bad, 1000)}, window=tally(50, 100_000), exhausts_in_s=ends_in_s)
    assert holds(BudgetEnding(DAY_S, "ticket"), now) is soon


def test_exhausted_budget_does_not_end_soon() -> None:
    """It has."""
    now = standing({HOUR_S: tally(9, 10)}, window=tally(200, 100_000), exhausts_in_s=0.0)
    assert holds(BudgetEnding(DAY_S, "ticket"), now) is False


@pytest.mark.parametrize("absent", [True, False, None])
def test_absence_is_what_was_found_when_asking(absent: bool | None) -> None:
    """Unknown while Prometheus was not asked."""
    assert holds(SliAbsent(900, "ticket"), standing(is_absent=absent)) is absent


@pytest.mark.parametrize(
    ("tallied", "is_level", "broken"),
    [
        (tally(5, 5, 5), True, True),
        (tally(4, 5, 5), True, False),  # one slot kept the bound
        (tally(4, 4, 4), True, None),  # one slot was not measured: it may have kept the bound
        (tally(3, 4, 4), True, False),  # one was not measured, and another one kept it
        (tally(0, 0, 5), True, False),  # idle
        (tally(10, 10_000, 5), False, False),  # 99.9 % exactly
        (tally(11, 10_000, 5), False, True),
        (tally(11, 10_000, 4), False, True),  # by what is known
        (NOTHING, True, None),
        (NOTHING, False, None),
    ],
)
def test_bound_is_broken_all_the_time(tallied: Tally, is_level: bool, broken: bool | None) -> None:
    """Five slots of a minute."""
    now = standing({300: tallied}, is_level=is_level)
    assert holds(BreaksBound(300), now) is broken
