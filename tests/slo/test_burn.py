"""Burn rates."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slowatch.slo.burn import (
    burn_rate,
    burns_faster_than,
    exhausts_in_s,
)
from slowatch.slo.objective import Objective
from slowatch.slo.slot import DAY_S
from slowatch.slo.tally import MICRO, NOTHING, Tally

THREE_NINES = Objective(Decimal("0.999"))
PERFECT = Objective(Decimal(1))
MONTH_S = 30 * DAY_S


def _bad(bad: int, total: int) -> Tally:
    return Tally((total - bad) * MICRO, total * MICRO, 1)


def test_allowed_share_of_bad_events_burns_at_one() -> None:
    """1 in 1,000 at three nines."""
    assert burn_rate(_bad(1, 1000), THREE_NINES) == 1
    assert burn_rate(_bad(144, 10_000), THREE_NINES) == 14.4


def test_quiet_look_back_has_no_burn_rate() -> None:
    """Not 0 and not NaN."""
    assert burn_rate(NOTHING, THREE_NINES) is None
    assert burn_rate(NOTHING, PERFECT) is None


def test_perfect_look_back_burns_nothing() -> None:
    """Even where nothing may be bad."""
    assert burn_rate(_bad(0, 10), THREE_NINES) == 0
    assert burn_rate(_bad(0, 10), PERFECT) == 0
    assert burn_rate(_bad(1, 10), PERFECT) is None


def test_burn_rate_is_compared_without_rounding() -> None:
    """14.4 exactly does not exceed 14.4; one bad event more in ten million does."""
    factor = Decimal("14.4")
    assert not burns_faster_than(_bad(144_000, 10_000_000), THREE_NINES, factor)
    assert burns_faster_than(_bad(144_001, 10_000_000), THREE_NINES, factor)


def test_any_bad_event_burns_a_perfect_objective_too_fast() -> None:
    """And a good one does not."""
    assert burns_faster_than(_bad(1, 10**9), PERFECT, Decimal(1000))
    assert not burns_faster_than(_bad(0, 10**9), PERFECT, Decimal(1))
    assert not burns_faster_than(NOTHING, PERFECT, Decimal(1))


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.decimals("0.001", "1000", places=3))
def test_comparison_agrees_with_fractions(bad: int, good: int, factor: Decimal) -> None:
    """Bad / total > factor * (1 - objective), in exact fractions."""
    from fractions import Fraction

    exact = Fraction(bad, bad + good) > Fraction(factor) * Fraction(1, 1000)
    assert burns_faster_than(_bad(bad, bad + good), THREE_NINES, factor) == exact


@pytest.mark.parametrize(
    ("remaining_ratio", "burn", "seconds"),
    [
        (1.0, 10.0, 3 * DAY_S),
        (0.5, 2.0, MONTH_S / 4),
        (0.0, 5.0, 0),
        (-1.0, 0.0, 0),
        (0.5, 1.0, None),
        (0.5, 0.0, None),
        (None, 5.0, None),
        (0.5, None, None),
    ],
)
def test_time_to_exhaustion(
    remaining_ratio: float | None, burn: float | None, seconds: float | None
) -> None:
    """What remains, divided by the speed; never at a speed of one or less."""
    assert exhausts_in_s(remaining_ratio, burn, MONTH_S) == seconds
