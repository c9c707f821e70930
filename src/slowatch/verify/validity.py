"""Validity: whether a run can be judged at all, and what to know of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from slowatch.evaluate.measuring import Measuring
from slowatch.slo.slot import Span
from slowatch.source.answer import Answer, Grid, Refusal
from slowatch.spec.compiled import Counter, CounterEvents
from slowatch.spec.compiled_runs import (
    CompiledRun,
    CountMeasure,
    MeanMeasure,
    QuantileMeasure,
    RateMeasure,
    ShareMeasure,
)
from slowatch.spec.promql import selector_text
from slowatch.spec.units import duration_text
from slowatch.verify.asked import Subject
from slowatch.verify.played import Played
from slowatch.verify.result import Notice

LEAST_COVERAGE = 0.9
"""The share of scrapes that must be there for a verdict to stand on them."""
FEWEST_SCRAPES = 5
"""In a stretch of fewer scrapes than this, their number tells nothing."""
REACHED = 0.95
"""The share of the declared users and of the declared length that counts as reached."""


@dataclass(frozen=True, slots=True)
class Scraped:
    """Of a subject's series over a span: the share of scrapes that are there, and restarts.

    None where that cannot be told.
    """

    coverage: float | None = None
    restarts: int = 0

    @property
    def problem(self) -> str | None:
        """Why nothing can be shown by what is there."""
        if self.coverage is None or self.coverage >= LEAST_COVERAGE:
            return None
        return f"only {self.coverage:.0%} of the scrapes are there: nothing can be shown by them"


def scraped(
    subjects: Iterable[Subject], span: Span, measuring: Measuring
) -> dict[Subject, Scraped]:
    """How well subjects of one source were scraped over a span; raises what the source raises."""
    counters = {s: counter for s in subjects if (counter := counter_of(s)) is not None}
    expected = span.length_s / measuring.scrape_s
    if expected < FEWEST_SCRAPES:
        return {}
    at_end = Grid(span.end_s, span.end_s, span.length_s)
    asked = {e for c in counters.values() for e in (_present(c, span), _resets(c, span))}
    answers = measuring.ask(asked, at_end)
    found = {}
    for subject, counter in counters.items():
        samples = _number(answers[_present(counter, span)])
        # Scrapes and the ends of the span do not fall together: there may be one less.
        coverage = None if samples is None else min(1.0, (samples + 1) / expected)
        resets = _number(answers[_resets(counter, span)]) or 0.0
        found[subject] = Scraped(coverage, round(resets))
    return found


def counter_of(subject: Subject) -> Counter | None:
    """A counter whose series tell how a subject was scraped; None where it has none."""
    match subject.measure:
        case ShareMeasure(CounterEvents() as sli):
            return sli.total[0].counter
        case QuantileMeasure(_, histogram, is_native) | MeanMeasure(histogram, is_native):
            name = histogram.metric if is_native else f"{histogram.metric}_count"
            return Counter(name, histogram.matchers)
        case RateMeasure(counter) | CountMeasure(counter):
            return counter
    return None


def notices(run: CompiledRun, played: Played, found: Mapping[Subject, Scraped]) -> Iterator[Notice]:
    """What keeps a run from being judged, and what else to know of it."""
    yield from _load(run, played)
    restarts = max((one.restarts for one in found.values()), default=0)
    if restarts:
        text = "a process was restarted during the run: counters began again"
        yield Notice(f"{text}; what they had counted is not lost")
    if played.exit_code:
        command = " ".join(played.command)
        yield Notice(f"`{command}` failed with exit code {played.exit_code}", blocks=True)
    judged = played.judged_span(run)
    if judged.length_s <= 0:
        told = f"{duration_text(played.span.length_s)} long"
        yield Notice(f"the run is {told}, no longer than its warm-up and cool-down", blocks=True)


def _load(run: CompiledRun, played: Played) -> Iterator[Notice]:
    """Whether the declared load was reached."""
    if run.users is not None and played.users is not None:
        wanted = run.users * played.scale
        if played.users < REACHED * wanted:
            text = f"the load was not reached: {played.users} users of {wanted:g}"
            yield Notice(text, blocks=True)
    elif run.users is not None and not run.requires:
        text = f"nobody told whether {run.users * played.scale:g} users were there"
        yield Notice(f"{text}: give `--phases`, or have the run require them")
    wanted_s = run.length_s * played.time_scale
    if played.span.length_s < REACHED * wanted_s:
        length = duration_text(played.span.length_s)
        text = f"the run lasted {length}, and its load is meant for {duration_text(wanted_s)}"
        yield Notice(text, blocks=True)


def _present(counter: Counter, span: Span) -> str:
    series = selector_text(counter.metric, counter.matchers, f"[{span.length_s}s]")
    return f"max(count_over_time({series}))"


def _resets(counter: Counter, span: Span) -> str:
    series = selector_text(counter.metric, counter.matchers, f"[{span.length_s}s]")
    return f"max(resets({series}))"


def _number(answer: Answer) -> float | None:
    if isinstance(answer, Refusal):
        return None
    return next((value for one in answer for value in one.points.values()), None)
