"""Colours that mean something, told apart without red and green; words go with them."""

from collections.abc import Iterable
from decimal import Decimal

from grafana_foundation_sdk.models.dashboard import (
    Threshold,
    ThresholdsConfig,
    ThresholdsMode,
    ValueMap,
    ValueMappingResult,
)

from slowatch.evaluate.judging import WORST_FIRST
from slowatch.slo.policy import Severity

FINE, WARNING, SERIOUS, SPENT = "blue", "yellow", "orange", "purple"
UNKNOWN, NEUTRAL, CLEAR = "#8e8e8e", "text", "transparent"
OF_STATE = {
    "exhausted": SPENT,
    "page": SERIOUS,
    "ticket": WARNING,
    "no_data": UNKNOWN,
    "ok": FINE,
}
OF_SEVERITY: dict[Severity, str] = {"page": SERIOUS, "ticket": WARNING}

Step = tuple[float | Decimal, str]


def thresholds(base: str, steps: Iterable[Step] = ()) -> ThresholdsConfig:
    """A colour for all values, and others from some values on, in ascending order."""
    above = [Threshold(value=float(value), color=colour) for value, colour in steps]
    return ThresholdsConfig(
        mode=ThresholdsMode.ABSOLUTE, steps=[Threshold(value=None, color=base), *above]
    )


def state_words() -> ValueMap:
    """The places of states in the list of them, worst first, as words and colours."""
    return ValueMap(
        options={
            str(rank): ValueMappingResult(
                text=state.replace("_", " "), color=OF_STATE[state], index=rank
            )
            for rank, state in enumerate(WORST_FIRST)
        }
    )


def up_words() -> ValueMap:
    """1 and 0 as up and down."""
    return ValueMap(
        options={
            "0": ValueMappingResult(text="down", color=SERIOUS, index=0),
            "1": ValueMappingResult(text="up", color=FINE, index=1),
        }
    )
