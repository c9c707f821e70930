"""What the ledger takes and gives: plain values, so that callers need no SQL."""

from collections.abc import Mapping
from dataclasses import dataclass

from slowatch.slo.slot import HOUR_S, Span
from slowatch.slo.tally import Tally

Labels = Mapping[str, str]

MOST_PER_HOUR = 2**63 - 1
"""Micro-events that one hour may hold: what a BIGINT holds."""

MOST_PER_SLOT = MOST_PER_HOUR // 360
"""Micro-events that one slot may hold, so that an hour of the shortest slots can be added up."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked: a digest that is the same exactly when the same facts are meant.

    `key` is at most 64 characters; `text` is for people who look into the database.
    """

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Fact:
    """The tally of one label set over a slot, or over a whole hour that was asked at once.

    An hour starts on the hour. Raises ValueError where it does not, or where the tally is more than
    the ledger can add up (25 billion events in a slot).
    """

    labels: Labels
    span: Span
    tally: Tally

    def __post_init__(self) -> None:
        if self.is_hour and self.span.start_s % HOUR_S:
            raise ValueError(f"an hour starts on the hour, not at {self.span.start_s}")
        if self.tally.total > (MOST_PER_HOUR if self.is_hour else MOST_PER_SLOT):
            raise ValueError(
                f"more events than the ledger can add up: {self.tally.total} millionths"
            )

    @property
    def is_hour(self) -> bool:
        """Whether this is a whole hour; slots are at most five minutes long."""
        return self.span.end_s - self.span.start_s == HOUR_S


@dataclass(frozen=True, slots=True)
class Gap:
    """A span of slots without a number, and why."""

    span: Span
    reason: str


@dataclass(frozen=True, slots=True)
class Recording:
    """The answers for one thing asked over one span: the facts, and the gaps with their reasons.

    `span` is what was asked; it is remembered even where nothing was found, so that it is not asked
    again. Writing the same recording twice changes nothing. Facts of one label set do not overlap.
    Raises ValueError where a fact or a gap lies outside the span.
    """

    asked: Asked
    span: Span
    facts: tuple[Fact, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def __post_init__(self) -> None:
        spans = [part.span for part in self.facts] + [part.span for part in self.gaps]
        for span in spans:
            if span.start_s < self.span.start_s or span.end_s > self.span.end_s:
                raise ValueError(f"{span} lies outside of what was asked, {self.span}")


@dataclass(frozen=True, slots=True)
class Series:
    """One label set of one thing asked, and the start of its oldest row, if it has any.

    An id is never given to another series.
    """

    id: int
    key: str
    labels: Labels
    first_start_s: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact that was written, and the series it was written to."""

    series_id: int
    fact: Fact


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of recordings: what was written, what was known already, what series are new.

    `ignored` are the facts that overlap a span asked before. Where such a fact reaches beyond that
    span (an hour of which some slots are known), the rest of it is not marked as asked.
    """

    entries: tuple[Entry, ...] = ()
    ignored: tuple[Fact, ...] = ()
    created: tuple[Series, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """The tally of one series over `[start_s, start_s + length_s)`, for charts."""

    start_s: int
    length_s: int
    tally: Tally


@dataclass(frozen=True, slots=True)
class Size:
    """How big the ledger is: bytes of its tables and indexes, and how many series it holds."""

    stored_bytes: int
    series: int
