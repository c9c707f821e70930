"""Scraping: whether all that was to be scraped in a run was there, target by target.

A target is a job and an instance. Where Prometheus says of it whether it was up, that counts; where
it does not (remote write), there being any sample does.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from slowatch.evaluate.measuring import Measuring
from slowatch.slo.slot import Span
from slowatch.source.answer import Answer, Grid, number_of, series_of
from slowatch.source.promql_text import escape_regex
from slowatch.spec.compiled import Counter, CounterEvents, Matcher
from slowatch.spec.compiled_runs import (
    CountMeasure,
    MeanMeasure,
    QuantileMeasure,
    RateMeasure,
    ShareMeasure,
)
from slowatch.spec.promql import selector_text
from slowatch.verify.asked import Subject
from slowatch.verify.histograms import part_of
from slowatch.verify.measuring import slots_of

LEAST_COVERAGE = 0.9
"""The share of scrapes that must be there for a verdict to stand on them."""
FEWEST_SCRAPES = 5
"""In a stretch of fewer scrapes than this, their number tells nothing."""
MOST_STEPS = 120

Target = tuple[str, str]
There = Mapping[Target, frozenset[int]]
"""The moments at which each target was there."""


@dataclass(frozen=True, slots=True)
class Scraped:
    """How a subject's targets were scraped over a span; None where that cannot be told.

    `gone` are jobs that had more targets at the start than at the end. `restarts` is how often
    counters began again, `unborn` a bad part that has no series at all.
    """

    coverage: float | None = None
    gone: tuple[str, ...] = ()
    restarts: int = 0
    unborn: str | None = None

    @property
    def problem(self) -> str | None:
        """Why nothing can be shown by what is there."""
        if self.coverage is None or self.coverage >= LEAST_COVERAGE:
            return None
        return f"only {self.coverage:.0%} of the scrapes are there: nothing can be shown by them"


def scraped(
    subjects: Iterable[Subject], span: Span, measuring: Measuring
) -> dict[Subject, Scraped]:
    """How subjects of one source were scraped over a span; raises what the source raises."""
    counters = {s: counter for s in subjects if (counter := counter_of(s)) is not None}
    if span.length_s < FEWEST_SCRAPES * measuring.scrape_s or not counters:
        return {}
    asked = _Asked(span, measuring)
    targets = asked.targets(counters.values())
    there = asked.there({target for found in targets.values() for target in found})
    resets = asked.resets(counters.values())
    unborn = asked.unborn(counters)
    found = {}
    for subject, counter in counters.items():
        steps = {target: there.get(target) for target in targets[counter]}
        if None in steps.values():
            steps |= asked.samples(counter)
        coverage, gone = _coverage(steps, asked.grid.ends)
        found[subject] = Scraped(coverage, gone, resets[counter], unborn.get(subject))
    return found


def counter_of(subject: Subject) -> Counter | None:
    """A counter whose series tell how a subject was scraped; None where it has none."""
    match subject.measure:
        case ShareMeasure(CounterEvents() as sli):
            return sli.total[0].counter
        case QuantileMeasure(_, histogram, is_native) | MeanMeasure(histogram, is_native):
            return histogram if is_native else part_of(histogram, "_count")
        case RateMeasure(counter) | CountMeasure(counter):
            return counter
    return None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of one source about a span, step by step."""

    span: Span
    measuring: Measuring

    @property
    def grid(self) -> Grid:
        """A scrape's steps, or longer ones."""
        return slots_of(self.span, MOST_STEPS, self.measuring.scrape_s)

    @property
    def recent_s(self) -> int:
        """How long ago a scrape may have been to count at a step: the last one, or one late."""
        return self.grid.step_s + self.measuring.scrape_s

    def targets(self, counters: Iterable[Counter]) -> dict[Counter, set[Target]]:
        """The targets that each counter was scraped of, at any time."""
        asked = {
            counter: f"group by (job, instance) (last_over_time({self._over(counter)}))"
            for counter in counters
        }
        answers = self._at_end(asked.values())
        return {
            counter: {_target(series.labels) for series in series_of(answers[expression])}
            for counter, expression in asked.items()
        }

    def there(self, targets: Iterable[Target]) -> There:
        """When each of the targets was up, where Prometheus says so."""
        jobs = "|".join(sorted({escape_regex(job) for job, _ in targets}))
        if not jobs:
            return {}
        up = selector_text("up", (Matcher("job", "=~", jobs),), f"[{self.recent_s}s]")
        return self._steps(f"max by (job, instance) (max_over_time({up}))")

    def samples(self, counter: Counter) -> There:
        """When each target of a counter had a sample of it."""
        series = selector_text(counter.metric, counter.matchers, f"[{self.recent_s}s]")
        return self._steps(f"group by (job, instance) (present_over_time({series}))")

    def resets(self, counters: Iterable[Counter]) -> dict[Counter, int]:
        """How often a series of each counter began again, at most."""
        asked = {counter: f"max(resets({self._over(counter)}))" for counter in counters}
        answers = self._at_end(asked.values())
        return {counter: round(number_of(answers[e]) or 0.0) for counter, e in asked.items()}

    def unborn(self, subjects: Iterable[Subject]) -> dict[Subject, str]:
        """The bad parts of shares that have no series at all, in the whole span."""
        asked = {}
        for subject in subjects:
            match subject.measure:
                case ShareMeasure(CounterEvents(bad=bad)) if bad:
                    asked[subject] = (bad[0].counter, f"group({self._last(bad[0].counter)})")
        answers = self._at_end(expression for _, expression in asked.values())
        return {
            subject: selector_text(counter.metric, counter.matchers)
            for subject, (counter, expression) in asked.items()
            if not series_of(answers[expression])
        }

    def _last(self, counter: Counter) -> str:
        return f"last_over_time({self._over(counter)})"

    def _over(self, counter: Counter) -> str:
        return selector_text(counter.metric, counter.matchers, f"[{self.span.length_s}s]")

    def _at_end(self, expressions: Iterable[str]) -> Mapping[str, Answer]:
        end_s = self.span.end_s
        return self.measuring.ask(expressions, Grid(end_s, end_s, self.span.length_s))

    def _steps(self, expression: str) -> There:
        """When each target's value was more than nothing."""
        answer = self.measuring.ask([expression], self.grid)[expression]
        return {
            _target(one.labels): frozenset(at_s for at_s, value in one.points.items() if value > 0)
            for one in series_of(answer)
        }


def _coverage(
    there: Mapping[Target, frozenset[int] | None], steps: Sequence[int]
) -> tuple[float | None, tuple[str, ...]]:
    """The least covered job's share of steps, and the jobs that ended with fewer targets.

    As many targets are expected as there were at the start, whichever they are: one may take
    another one's place.
    """
    jobs: dict[str, list[frozenset[int]]] = {}
    for (job, _), at in there.items():
        jobs.setdefault(job, []).append(at or frozenset())
    coverage, gone = [], []
    for job, targets in jobs.items():
        counts = [sum(at_s in at for at in targets) for at_s in steps]
        expected = max(1, counts[0])
        coverage.append(sum(min(n, expected) for n in counts) / (expected * len(counts)))
        if counts[-1] < expected:
            gone.append(job)
    return min(coverage, default=None), tuple(sorted(gone))


def _target(labels: Mapping[str, str]) -> Target:
    return labels.get("job", ""), labels.get("instance", "")
