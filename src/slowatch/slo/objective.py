"""The share of good events that is promised."""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Objective:
    """A promised share of good events, exact.

    `ratio` lies in (0, 1]; `Objective(Decimal("0.999"))` is 99.9 %.
    Raises ValueError outside that range.
    """

    ratio: Decimal

    def __post_init__(self) -> None:
        if not 0 < self.ratio <= 1:
            raise ValueError(f"an objective lies in (0, 1], not {self.ratio}")

    @property
    def budget_ratio(self) -> Decimal:
        """The share of events that may be bad: `1 - ratio`, exact."""
        return 1 - self.ratio

    @property
    def budget_fraction(self) -> tuple[int, int]:
        """The same as two whole numbers, numerator and denominator: exact, and quick to use."""
        return _fraction(self.ratio)


@lru_cache(maxsize=4096)
def _fraction(ratio: Decimal) -> tuple[int, int]:
    return (1 - ratio).as_integer_ratio()
