"""Error budgets: how many events may be bad, and how much of that is left."""

from dataclasses import dataclass
from decimal import Decimal

from slowatch.slo.objective import Objective
from slowatch.slo.tally import MICRO, Tally


@dataclass(frozen=True, slots=True)
class ErrorBudget:
    """Allowed and spent bad events over a window, in events.

    `remaining_ratio` is `1 - spent / allowed`: 1 is untouched, 0 is used up, below 0 is overspent.
    It is None where nothing happened, so there is nothing to allow. An objective of 100 % allows
    nothing: 1 while no event was bad, 0 from the first one on.
    """

    allowed_bad: Decimal
    spent_bad: Decimal
    remaining_ratio: float | None
    is_exhausted: bool


def error_budget(tally: Tally, objective: Objective) -> ErrorBudget:
    """The error budget of a window's tally: allowed = `(1 - objective) * total`."""
    allowed = objective.budget_ratio * tally.total
    return ErrorBudget(
        allowed_bad=allowed / MICRO,
        spent_bad=Decimal(tally.bad) / MICRO,
        remaining_ratio=_remaining_ratio(tally, allowed),
        is_exhausted=tally.bad > 0 and tally.bad >= allowed,
    )


def _remaining_ratio(tally: Tally, allowed: Decimal) -> float | None:
    if tally.total == 0:
        return None
    if allowed == 0:
        return 0.0 if tally.bad else 1.0
    return float(1 - tally.bad / allowed)


def compliance_ratio(tally: Tally) -> float | None:
    """Good events divided by all events; None where nothing happened."""
    return tally.good / tally.total if tally.total else None
