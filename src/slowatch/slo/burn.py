"""Burn rates, and the pairs of look-backs that make one worth a page or a ticket.

Source: Google SRE Workbook, chapter 5, "Alerting on SLOs".
"""

from dataclasses import dataclass
from decimal import Decimal

from slowatch.slo.objective import Objective
from slowatch.slo.slot import DAY_S, HOUR_S
from slowatch.slo.tally import Tally

LOOK_BACKS_S: dict[str, int] = {
    "5m": 300,
    "30m": 1800,
    "1h": HOUR_S,
    "2h": 2 * HOUR_S,
    "6h": 6 * HOUR_S,
    "1d": DAY_S,
    "3d": 3 * DAY_S,
}


RECENT = "5m"
"""The look-back over which events are told as they come."""
PRESENT = "1h"
"""The look-back whose burn rate is taken for the present one."""
PRESENT_S = LOOK_BACKS_S[PRESENT]


@dataclass(frozen=True, slots=True)
class BurnPair:
    """Two look-backs that must both burn faster than a factor.

    The long one says that it matters, the short one that it still goes on. `budget_share` is the
    share of the window's budget that is gone when the long look-back has burnt at the factor.
    """

    short_s: int
    long_s: int
    budget_share: Decimal

    def factor(self, window_s: int) -> Decimal:
        """The burn rate to exceed: budget share * window / long look-back.

        14.4 for 2 % of a 30-day budget in an hour.
        """
        return self.budget_share * window_s / self.long_s


def burn_rate(tally: Tally, objective: Objective) -> float | None:
    """The bad share divided by the share that may be bad.

    1 spends the budget exactly over the window. None where nothing happened, and where something
    bad happened and nothing may be bad.
    """
    if tally.total == 0:
        return None
    if tally.bad == 0:
        return 0.0
    share, of = objective.budget_fraction
    if share == 0:
        return None
    return (tally.bad * of) / (share * tally.total)


def burns_faster_than(tally: Tally, objective: Objective, factor: Decimal) -> bool:
    """Whether the burn rate exceeds `factor`, decided exactly, without a division."""
    return tally.bad > factor * objective.budget_ratio * tally.total


def exhausts_in_s(
    remaining_ratio: float | None, present_burn: float | None, window_s: int
) -> float | None:
    """Seconds until the budget is used up if events stay as bad as they are now.

    0 when it is used up; None when that never happens (a burn rate of at most 1 lasts the window)
    or cannot be said.
    """
    if remaining_ratio is None or present_burn is None:
        return None
    if remaining_ratio <= 0:
        return 0.0
    return remaining_ratio * window_s / present_burn if present_burn > 1 else None
