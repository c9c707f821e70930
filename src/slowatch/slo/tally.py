"""Counts of events, kept as whole micro-events so that sums are exact and order does not matter.

A counter's increments are whole numbers almost always; the few that are not (a native histogram's
interpolated share, a user's own expression) are rounded once, to a millionth of an event. From then
on windows may be added to and taken from for months without drift, which floats do not allow.
"""

from collections.abc import Iterable
from dataclasses import dataclass

MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class Tally:
    """Good and total events over some slots.

    `good` and `total` are micro-events with `0 <= good <= total`; `measured` is the number of slots
    they come from. A measured slot may hold no events: that is an idle slot, not a missing one.
    """

    good: int = 0
    total: int = 0
    measured: int = 0

    @property
    def bad(self) -> int:
        """Bad events, in micro-events."""
        return self.total - self.good

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.good + other.good, self.total + other.total, self.measured + other.measured
        )

    def __sub__(self, other: "Tally") -> "Tally":
        return Tally(
            self.good - other.good, self.total - other.total, self.measured - other.measured
        )


NOTHING = Tally()


def micro(events: float) -> int:
    """Events as whole micro-events."""
    return round(events * MICRO)


def slot_tally(good: float, total: float) -> Tally:
    """One measured slot's tally from counts of events; good is held within `0 … total`."""
    total_micro = max(0, micro(total))
    return Tally(good=min(max(0, micro(good)), total_micro), total=total_micro, measured=1)


def add_up(tallies: Iterable[Tally]) -> Tally:
    """The sum of tallies."""
    good = total = measured = 0
    for tally in tallies:
        good += tally.good
        total += tally.total
        measured += tally.measured
    return Tally(good, total, measured)
