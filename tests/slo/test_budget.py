"""Error budgets and objectives."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slowatch.slo.budget import compliance_ratio, error_budget
from slowatch.slo.objective import Objective
from slowatch.slo.tally import MICRO, NOTHING, Tally

THREE_NINES = Objective(Decimal("0.999"))
PERFECT = Objective(Decimal(1))

objectives = st.decimals("0.0001", "1", places=5).map(Objective)


def _events(good: int, total: int) -> Tally:
    return Tally(good * MICRO, total * MICRO, 1)


tallies = st.tuples(st.integers(0, 10**12), st.integers(0, 10**12)).map(
    lambda pair: _events(min(pair), max(pair))
)


@pytest.mark.parametrize("ratio", ["0", "-0.1", "1.0001", "99.9"])
def test_objective_is_a_share(ratio: str) -> None:
    """99.9 is a percentage, which exists only in files and on screens."""
    with pytest.raises(ValueError, match=r"lies in \(0, 1\]"):
        Objective(Decimal(ratio))


def test_budget_of_three_nines_is_exactly_one_in_a_thousand() -> None:
    """In floats it is 0.0010000000000000009."""
    assert THREE_NINES.budget_ratio == Decimal("0.001")


def test_half_spent_budget_has_half_left() -> None:
    """100,000 events allow 100 bad ones; 50 were."""
    budget = error_budget(_events(99_950, 100_000), THREE_NINES)
    assert budget.allowed_bad == 100
    assert budget.spent_bad == 50
    assert budget.remaining_ratio == 0.5
    assert not budget.is_exhausted


def test_budget_spent_exactly_is_exhausted() -> None:
    """100 of 100 allowed; the next one overspends."""
    budget = error_budget(_events(99_900, 100_000), THREE_NINES)
    assert (budget.remaining_ratio, budget.is_exhausted) == (0, True)
    over = error_budget(_events(99_700, 100_000), THREE_NINES)
    assert (over.remaining_ratio, over.is_exhausted) == (-2, True)


def test_quiet_window_has_no_remaining_ratio() -> None:
    """There is nothing to allow, and nothing was spent."""
    budget = error_budget(NOTHING, THREE_NINES)
    assert budget.allowed_bad == 0
    assert (budget.remaining_ratio, budget.is_exhausted) == (None, False)
    assert compliance_ratio(NOTHING) is None


def test_first_bad_event_exhausts_a_perfect_objective() -> None:
    """And nothing divides by zero."""
    fine, spoilt = error_budget(_events(10, 10), PERFECT), error_budget(_events(9, 10), PERFECT)
    assert (fine.remaining_ratio, fine.is_exhausted) == (1, False)
    assert (spoilt.remaining_ratio, spoilt.is_exhausted) == (0, True)


def test_compliance_is_the_share_of_good_events() -> None:
    """Weighted by events."""
    assert compliance_ratio(_events(3, 4)) == 0.75


@given(tallies, objectives)
def test_budget_is_exhausted_exactly_when_nothing_remains(
    tally: Tally, objective: Objective
) -> None:
    """Decided on decimals, not on the rounded ratio."""
    budget = error_budget(tally, objective)
    spent = budget.spent_bad > 0 and budget.spent_bad >= budget.allowed_bad
    assert budget.is_exhausted == spent
    if budget.remaining_ratio is not None:
        assert budget.remaining_ratio <= 1
        assert budget.is_exhausted or budget.remaining_ratio >= 0


@given(tallies, objectives, st.integers(0, 10**6))
def test_more_bad_events_never_leave_more_budget(
    tally: Tally, objective: Objective, worse: int
) -> None:
    """At the same total."""
    less_good = Tally(max(0, tally.good - worse * MICRO), tally.total, tally.measured)
    before = error_budget(tally, objective).remaining_ratio
    after = error_budget(less_good, objective).remaining_ratio
    assert before is None or after is None or after <= before
