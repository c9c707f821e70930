"""Whether an alert's condition holds at the end of a slot: pure, exact, of tallies alone."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

from slowatch.slo.alert_rule import (
    BreaksBound,
    BudgetExhausted,
    Burns,
    BurnThreshold,
    When,
)
from slowatch.slo.budget import ErrorBudget
from slowatch.slo.burn import PRESENT_S, burns_faster_than
from slowatch.slo.objective import Objective
from slowatch.slo.policy import BudgetEnding, BudgetLow, SliAbsent
from slowatch.slo.tally import MICRO, Tally


@dataclass(frozen=True, slots=True)
class Standing:
    """What conditions are judged by, for one group of an SLO at the end of a slot.

    `look_back` tells what the last so many seconds hold; `slot_s` is the length of a slot.
    `is_absent` says whether the SLI was asked for all through the time that `SliAbsent` waits, and
    nothing of any group was measured; None where it was not asked for. `is_level` says whether the
    SLI is a number per slot.
    """

    objective: Objective
    budget: ErrorBudget
    exhausts_in_s: float | None
    look_back: Callable[[int], Tally]
    slot_s: int
    is_level: bool
    is_absent: bool | None


def holds(when: When, standing: Standing) -> bool | None:
    """Whether a condition holds; None where the facts do not say."""
    match when:
        case Burns(thresholds):
            known = [_exceeds(threshold, standing) for threshold in thresholds]
            return None if not any(known) and None in known else any(known)
        case BudgetExhausted():
            return standing.budget.is_exhausted
        case BudgetLow(share):
            remaining = standing.budget.remaining_ratio
            return not standing.budget.is_exhausted and remaining is not None and remaining < share
        case BudgetEnding():
            return _ends_soon(when, standing)
        case SliAbsent():
            return standing.is_absent
        case BreaksBound(held_s):
            return breaks_bound(standing, held_s)


def breaks_bound(standing: Standing, held_s: int) -> bool | None:
    """Whether the SLI broke its bound.

    A number per slot must break its own in every slot of the time, so a slot that is not known may
    be the one that kept it. Events must fall short of the objective, taken together; that this goes
    on for as long is what the alert waits for.
    """
    tally = standing.look_back(held_s)
    if tally.measured == 0:
        return None
    if not standing.is_level:
        return tally.good < standing.objective.ratio * tally.total
    if tally.good > 0 or tally.total == 0:
        return False
    return True if tally.measured * standing.slot_s >= held_s else None


def _exceeds(threshold: BurnThreshold, standing: Standing) -> bool | None:
    short, long = standing.look_back(threshold.short_s), standing.look_back(threshold.long_s)
    if short.measured == 0:
        return None
    if short.bad == 0 or long.bad == 0:
        return False
    burns = (burns_faster_than(t, standing.objective, threshold.factor) for t in (short, long))
    return all(burns) and is_enough(long, threshold)


def is_enough(long: Tally, threshold: BurnThreshold) -> bool:
    """Whether the long look-back holds so many bad events that they are no accident."""
    bad, total, ratio = long.bad / MICRO, long.total / MICRO, float(threshold.bad_ratio)
    spread = threshold.z * sqrt(ratio * (1 - ratio) * total)
    return bad >= threshold.least_bad and (spread == 0 or bad > ratio * total + spread)


def _ends_soon(when: BudgetEnding, standing: Standing) -> bool:
    if standing.exhausts_in_s is None or standing.budget.is_exhausted:
        return False
    recent = standing.look_back(PRESENT_S)
    return standing.exhausts_in_s < when.within_s and recent.bad >= when.least_bad * MICRO
