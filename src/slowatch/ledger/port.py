"""What the ledger takes and gives: plain values, so that callers need no SQL."""

from collections.abc import Mapping
from dataclasses import dataclass

from slowatch.slo.slot import Span
from slowatch.slo.tally import Tally

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked: a digest that is the same exactly when the same facts are meant.

    `key` is at most 64 characters; `text` is for people who look into the database.
    """

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Fact:
    """The tally of one label set over a slot, or over a whole hour that was asked at once."""

    labels: Labels
    span: Span
    tally: Tally


@dataclass(frozen=True, slots=True)
class Gap:
    """A span of slots without a number, and why."""

    span: Span
    reason: str


@dataclass(frozen=True, slots=True)
class Recording:
    """The answers for one thing asked over one span: the facts, and the gaps with their reasons.

    `span` is what was asked; it is remembered even where nothing was found, so that it is not asked
    again. Writing the same recording twice changes nothing.
    """

    asked: Asked
    span: Span
    facts: tuple[Fact, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class SeriesTally:
    """The tally of one label set of one thing asked, over a span that the caller named."""

    key: str
    labels: Labels
    tally: Tally
