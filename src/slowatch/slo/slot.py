"""Slots: `[start, start + length)`, aligned to the epoch, and spans made of them.

All moments are whole seconds since the epoch, UTC.
"""

from collections.abc import Iterator
from dataclasses import dataclass

HOUR_S = 3600
DAY_S = 86_400


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The half-open stretch `[start_s, end_s)`."""

    start_s: int
    end_s: int

    def __post_init__(self) -> None:
        if self.end_s < self.start_s:
            raise ValueError(f"a span ends before it starts: {self.start_s} … {self.end_s}")

    @property
    def length_s(self) -> int:
        """Seconds from start to end."""
        return self.end_s - self.start_s

    def overlaps(self, other: "Span") -> bool:
        """Whether the two have a stretch in common; that they touch is none."""
        return self.start_s < other.end_s and other.start_s < self.end_s


def floor_to(at_s: float, length_s: int) -> int:
    """The latest multiple of `length_s` that is not after `at_s`."""
    return int(at_s // length_s) * length_s


def ceil_to(at_s: float, length_s: int) -> int:
    """The earliest multiple of `length_s` that is not before `at_s`."""
    return -int(-at_s // length_s) * length_s


def slot_starts(span: Span, length_s: int) -> range:
    """The starts of all slots that lie wholly inside the span."""
    return range(ceil_to(span.start_s, length_s), span.end_s - length_s + 1, length_s)


def settled_end(now_s: float, length_s: int, settle_s: float) -> int:
    """The end of the latest slot that ended at least `settle_s` ago."""
    return floor_to(now_s - settle_s, length_s)


def subtract(span: Span, holes: list[Span]) -> Iterator[Span]:
    """What is left of a span without the holes, oldest first."""
    at_s = span.start_s
    for hole in sorted(holes):
        if hole.start_s > at_s:
            left = Span(at_s, min(hole.start_s, span.end_s))
            if left.length_s > 0:
                yield left
        at_s = max(at_s, hole.end_s)
        if at_s >= span.end_s:
            return
    if at_s < span.end_s:
        yield Span(at_s, span.end_s)
