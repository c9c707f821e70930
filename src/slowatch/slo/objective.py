"""The share of good events that is promised."""

from dataclasses import dataclass
from decimal import Decimal


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
