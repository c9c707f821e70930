"""Short ways to say recordings."""

from slowatch.ledger.port import Asked, Fact, Gap, Labels, Recording
from slowatch.slo.slot import HOUR_S, Span
from slowatch.slo.tally import Tally, slot_tally

T0 = 1_699_999_200  # on the hour
EVERYTHING = Span(T0 - 1000 * HOUR_S, T0 + 1000 * HOUR_S)


def slot(at_s: int, good: float, total: float, **labels: str) -> Fact:
    """A minute's fact; `at_s` counts from T0."""
    return Fact(labels, Span(T0 + at_s, T0 + at_s + 60), slot_tally(good, total))


def hour(at_s: int, good: int, total: int, measured: int = 60, **labels: str) -> Fact:
    """An hour's fact, in whole events; `at_s` counts from T0."""
    tally = Tally(good * 1_000_000, total * 1_000_000, measured)
    return Fact(labels, Span(T0 + at_s, T0 + at_s + HOUR_S), tally)


def gap(start_s: int, end_s: int, reason: str) -> Gap:
    """A gap between moments that count from T0."""
    return Gap(span(start_s, end_s), reason)


def span(start_s: int, end_s: int) -> Span:
    """A span between moments that count from T0."""
    return Span(T0 + start_s, T0 + end_s)


def recording(
    start_s: int, end_s: int, *parts: Fact | Gap, key: str = "requests", text: str = "up"
) -> Recording:
    """What was found when a span was asked; moments count from T0."""
    facts = tuple(part for part in parts if isinstance(part, Fact))
    gaps = tuple(part for part in parts if isinstance(part, Gap))
    return Recording(Asked(key, text), span(start_s, end_s), facts, gaps)


def events(good: int, total: int, measured: int) -> Tally:
    """A tally in whole events."""
    return Tally(good * 1_000_000, total * 1_000_000, measured)


__all__ = ["EVERYTHING", "T0", "Labels", "events", "gap", "hour", "recording", "slot", "span"]
