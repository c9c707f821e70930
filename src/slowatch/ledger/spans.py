"""Arithmetic of spans: merging, cutting, and deciding what of a recording is new."""

from collections.abc import Iterable
from dataclasses import dataclass

from slowatch.ledger.port import Fact, Gap, Recording
from slowatch.slo.slot import Span, subtract


@dataclass(frozen=True, slots=True)
class News:
    """What of a recording is new: the spans asked for the first time, and what lies in them."""

    spans: list[Span]
    facts: list[Fact]
    ignored: list[Fact]
    gaps: list[Gap]


def merge(spans: Iterable[Span]) -> list[Span]:
    """The same moments as as few spans as possible, oldest first; empty ones vanish."""
    merged: list[Span] = []
    for span in sorted(spans):
        if span.start_s == span.end_s:
            continue
        if merged and span.start_s <= merged[-1].end_s:
            merged[-1] = Span(merged[-1].start_s, max(merged[-1].end_s, span.end_s))
        else:
            merged.append(span)
    return merged


def cut(span: Span, pieces: Iterable[Span]) -> list[Span]:
    """The parts of a span that lie in the pieces."""
    parts = ((max(span.start_s, piece.start_s), min(span.end_s, piece.end_s)) for piece in pieces)
    return [Span(start_s, end_s) for start_s, end_s in parts if start_s < end_s]


def news(recording: Recording, known: list[Span]) -> News:
    """What of a recording was not asked before.

    A fact that is only in part new cannot be written: its known part would count twice. It is
    ignored and its new part stays unasked, which may make the next fact one that is in part new.
    """
    if not cut(recording.span, known):
        return News([recording.span], list(recording.facts), [], list(recording.gaps))
    spans = [span for span in subtract(recording.span, known) if span.length_s]
    facts, ignored = _split(recording.facts, spans)
    while straddling := [fact.span for fact in ignored if cut(fact.span, spans)]:
        spans = [left for span in spans for left in subtract(span, straddling) if left.length_s]
        facts, dropped = _split(facts, spans)
        ignored += dropped
    gaps = [Gap(part, gap.reason) for gap in recording.gaps for part in cut(gap.span, spans)]
    return News(spans, facts, ignored, gaps)


def _split(facts: Iterable[Fact], spans: list[Span]) -> tuple[list[Fact], list[Fact]]:
    inside: list[Fact] = []
    outside: list[Fact] = []
    for fact in facts:
        (inside if _lies_in(fact.span, spans) else outside).append(fact)
    return inside, outside


def _lies_in(span: Span, spans: list[Span]) -> bool:
    return any(one.start_s <= span.start_s and span.end_s <= one.end_s for one in spans)
