"""Repairing a slot: the exact growth of a counter from its raw samples.

Wherever a series was reset, born or gone within a slot, the difference of its two ends is wrong or
absent. Its growth is then followed sample by sample from the last value known before the slot, so
that what was counted while scrapes failed is neither lost nor counted twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

Sample = tuple[float, float]

_ROUNDED = 1 - 1e-13


@dataclass(frozen=True, slots=True)
class Origin:
    """Where counting starts for a series without a sample before the slot.

    `last_known` is its last value seen earlier, if any. `is_new` says that the series began to
    exist, and did not merely come into sight: then it began at zero.
    """

    last_known: float | None = None
    is_new: bool = False


def growth_within(
    samples: Sequence[Sample], start_s: float, end_s: float, origin: Origin
) -> float | None:
    """Events counted by one series in `(start_s, end_s]`; None where it has no sample there.

    `samples` are (seconds, value), oldest first, and may reach back before the slot; the last one
    at or before `start_s` is where counting starts, else `origin`. A value below the one before it
    is a reset, after which the counter began again at zero; unless it is below by no more than a
    share of a native histogram, times its count, is rounded.
    """
    before = [value for at, value in samples if at <= start_s]
    inside = [value for at, value in samples if start_s < at <= end_s]
    if not inside:
        return None
    previous = before[-1] if before else origin.last_known
    if previous is None:
        previous = 0.0 if origin.is_new else inside[0]
    total = 0.0
    for value in inside:
        total += value - previous if value >= previous * _ROUNDED else value
        previous = value
    return total


def starts_before(samples: Sequence[Sample], start_s: float) -> bool:
    """Whether the series was seen at or before the start of the slot."""
    return bool(samples) and samples[0][0] <= start_s
