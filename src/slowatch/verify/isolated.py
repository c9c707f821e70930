"""Isolated stretches of time: nothing else happened around them.

Their last events are scraped up to one scrape after their end, and belong to them.
"""

from collections.abc import Iterable

from slowatch.slo.slot import Span
from slowatch.spec.compiled_runs import RateMeasure, ValueMeasure
from slowatch.verify.asked import Subject
from slowatch.verify.measuring import Outcome, RunMeasuring


def measured(
    measuring: RunMeasuring, subjects: Iterable[Subject], span: Span, *, is_isolated: bool
) -> dict[Subject, Outcome]:
    """What subjects came to over a span; raises what sources raise.

    What is told by the second or by the scrape is not asked for beyond its end.
    """
    listed = list(subjects)
    paced = [s for s in listed if isinstance(s.measure, RateMeasure | ValueMeasure)]
    counted = [s for s in listed if s not in paced]
    found = measuring.measure(paced, span)
    for source in {subject.source for subject in counted}:
        theirs = [subject for subject in counted if subject.source == source]
        scrape_s = measuring.scrape_s(source)
        found |= measuring.measure(theirs, counted_span(span, scrape_s, is_isolated=is_isolated))
    return found


def counted_span(span: Span, scrape_s: int, *, is_isolated: bool) -> Span:
    """The time in which the events of a span are scraped."""
    return Span(span.start_s, span.end_s + scrape_s) if is_isolated else span
