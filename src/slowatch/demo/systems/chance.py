"""Chance: how long a call takes and whether it fails, given how the system fares."""

import math
from collections.abc import Callable
from random import Random

from slowatch.demo.systems.incident import Condition


class Chance:
    """Latencies and failures drawn from one seeded source.

    `overload` is a factor on latencies beside that of the condition.
    """

    def __init__(
        self,
        rng: Random,
        condition: Callable[[], Condition],
        overload: Callable[[], float] = lambda: 1.0,
    ) -> None:
        self._rng = rng
        self._condition = condition
        self._overload = overload
        self._debts: dict[str, float] = {}

    @property
    def condition(self) -> Condition:
        """How the system fares now."""
        return self._condition()

    def duration_s(self, typical_s: float, *, spread: float = 0.25) -> float:
        """Seconds of simulated work: lognormal around `typical_s`, longer while things are slow."""
        median_s = typical_s * self._condition().slowness * self._overload()
        return self._rng.lognormvariate(math.log(median_s), spread)

    def fails(self, what: str, *, ratio: float = 0.0) -> bool:
        """Whether this one of the events named `what` fails, in health at most `ratio` of them."""
        condition = self._condition()
        return self.happens(what, max(ratio * condition.bad_luck, condition.failure_ratio))

    def happens(self, what: str, ratio: float) -> bool:
        """Whether this one of the events named `what` is among the `ratio` of them, in any case.

        They are spread evenly, so their share never exceeds `ratio`, not even in the first seconds:
        each event adds its probability to a debt, and a whole debt is one that happens.
        """
        debt = self._debts.get(what, -self._rng.random() * (ratio > 0)) + ratio
        self._debts[what] = debt - 1 if debt >= 1 else debt
        return debt >= 1

    def around(self, value: float, *, within: float = 0.01) -> float:
        """A value that wavers around another by the given share."""
        return value * self._rng.uniform(1 - within, 1 + within)
