"""Verdicts on runs and gates, and the worst of several."""

from collections.abc import Iterable
from typing import Literal

Verdict = Literal["pass", "warn", "fail", "inconclusive"]

WORST_FIRST: tuple[Verdict, ...] = ("fail", "inconclusive", "warn", "pass")


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of some verdicts; of none `inconclusive`, since nothing was shown."""
    return min(verdicts, key=WORST_FIRST.index, default="inconclusive")
