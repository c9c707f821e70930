"""Scraping: whether all that was to be scraped in a run was there, target by target.

A target is a job and an instance. Where Prometheus says of it whether it was up, that counts; where
it does not (remote write), there being any sample does. In each step of a run it was there for the
share of its scrapes that found it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from slowatch.evaluate.measuring import Measuring
from slowatch.evaluate.told import Group
from slowatch.slo.slot import Span
from slowatch.source.answer import Answer, Grid, Refusal, number_of, series_of
from slowatch.source.planning import kept
from slowatch.source.promql_text import escape_regex
from slowatch.spec.compiled import Counter, CounterEvents, FreeEvents, Matcher
from slowatch.spec.compiled_runs import (
    CountMeasure,
    MeanMeasure,
    QuantileMeasure,
    RateMeasure,
    ShareMeasure,
    ValueMeasure,
)
from slowatch.spec.counters import read_series
from slowatch.spec.promql import selector_text
from slowatch.verify.asked import Subject
from slowatch.verify.histograms import part_of
from slowatch.verify.measuring import slots_of

LEAST_COVERAGE = 0.9
"""The share of scrapes that must be there for a verdict to stand on them."""
MOST_STEPS = 120
LEAST_SCRAPES = 10
"""What a step has at least, so that a scrape more or less in it makes little of a difference."""
LATE_BY = 0.2
"""How late a scrape may be: the part of the time between two of them."""
LATE = 3
"""Scrapes within which a series must have been seen to be there still."""

_TARGET = ("job", "instance")

Target = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Presence:
    """When a target was there: for how much of the step that ends at a moment, from 0 to 1."""

    shares: Mapping[int, float] = field(default_factory=dict)
    at_start: bool = False
    at_end: bool = False


There = Mapping[Target, Presence]


@dataclass(frozen=True, slots=True)
class Scraped:
    """How a subject's targets were scraped over a span; None where that cannot be told.

    `gone` are jobs that had more targets at the start than at the end. `restarts` is how often
    counters began again, `unborn` a bad part that has no series at all; `ended` are groups whose
    series were gone at the end, though their target was there. `unread` is why nobody would tell
    how they were scraped.
    """

    coverage: float | None = None
    gone: tuple[str, ...] = ()
    restarts: int = 0
    unborn: str | None = None
    ended: tuple[Group, ...] = ()
    unread: str | None = None

    @property
    def problem(self) -> str | None:
        """Why nothing can be shown by what is there."""
        if self.unread is not None:
            return f"whether all scrapes are there could not be read: {self.unread}"
        if self.coverage is None or self.coverage >= LEAST_COVERAGE:
            return None
        return f"only {self.coverage:.0%} of the scrapes are there: nothing can be shown by them"


def scraped(
    subjects: Iterable[Subject], span: Span, sources: Mapping[str, Measuring]
) -> dict[Subject, Scraped]:
    """How subjects were scraped over a span; raises what sources raise."""
    listed, found = list(subjects), dict[Subject, Scraped]()
    for source, measuring in sources.items():
        found |= _of_source([s for s in listed if s.source == source], span, measuring)
    return found


def _of_source(
    subjects: Iterable[Subject], span: Span, measuring: Measuring
) -> dict[Subject, Scraped]:
    read = {subject: series for subject in subjects if (series := _series(subject))}
    if not read:
        return {}
    asked = _Asked(span, measuring)
    targets = asked.targets({one for series in read.values() for one in series})
    known = [told for told in targets.values() if not isinstance(told, Refusal)]
    there = asked.there({target for told in known for target in told})
    counters = {s: counter for s in read if (counter := counter_of(s)) is not None}
    resets, unborn = asked.resets(counters.values()), asked.unborn(counters)
    ended = asked.ended(counters, there)
    found = {}
    for subject, series in read.items():
        told = [targets[one] for one in series]
        counter = counters.get(subject)
        steps = _up(told, there) if counter is None else _steps_of(counter, told[0], there, asked)
        if isinstance(steps, Refusal):
            found[subject] = Scraped(unread=steps.reason)
            continue
        coverage, gone = _coverage(steps, asked.grid.ends), _gone(steps)
        restarts = 0 if counter is None else resets[counter]
        found[subject] = Scraped(
            coverage, gone, restarts, unborn.get(subject), ended.get(subject, ())
        )
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


def _series(subject: Subject) -> tuple[Counter, ...]:
    """The series whose targets a subject needs; what is asked of `up` itself needs none."""
    counter = counter_of(subject)
    if counter is not None:
        return (counter,)
    match subject.measure:
        case ValueMeasure(query):
            expressions = [query]
        case ShareMeasure(FreeEvents() as sli):
            expressions = [one for one in (sli.total, sli.good, sli.bad) if one is not None]
        case _:
            return ()
    read = (one for expression in expressions for one in read_series(expression))
    return tuple(dict.fromkeys(one for one in read if one.metric != "up"))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of one source about a span, step by step."""

    span: Span
    measuring: Measuring

    @property
    def grid(self) -> Grid:
        """Steps of equal length, all of the run: one where there are few scrapes."""
        length_s = self.span.length_s
        count = max(1, min(MOST_STEPS, length_s // (LEAST_SCRAPES * self.measuring.scrape_s)))
        step_s = length_s // count
        return Grid(self.span.end_s - (count - 1) * step_s, self.span.end_s, step_s)

    def targets(self, counters: Iterable[Counter]) -> dict[Counter, set[Target] | Refusal]:
        """The targets that each counter was scraped of, at any time."""
        asked = {
            counter: f"group by (job, instance) (last_over_time({self._over(counter)}))"
            for counter in counters
        }
        answers = self._at_end(asked.values())
        found: dict[Counter, set[Target] | Refusal] = {}
        for counter, expression in asked.items():
            told = answers[expression]
            if isinstance(told, Refusal):
                found[counter] = told
            else:
                found[counter] = {_target(one.labels) for one in told}
        return found

    def there(self, targets: Iterable[Target]) -> There:
        """When each of the targets was up, where Prometheus says so.

        Of as many scrapes as a step has of the usual ones, or of its own, where they are closer.
        """
        jobs = "|".join(sorted({escape_regex(job) for job, _ in targets}))
        if not jobs:
            return {}
        up = Counter("up", (Matcher("job", "=~", jobs),))
        own = f"clamp_min(count_over_time({self._in_step(up)}), {self._scrapes})"
        told = self._there(up, "sum_over_time", own)
        return {} if isinstance(told, Refusal) else told

    def samples(self, counter: Counter) -> There | Refusal:
        """When each target of a counter had a sample of it."""
        return self._there(counter, "count_over_time", self._scrapes)

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

    def ended(
        self, counters: Mapping[Subject, Counter], there: There
    ) -> dict[Subject, tuple[Group, ...]]:
        """The groups that had series and have none any more, of targets that were up at the end."""
        asked = {subject: self._ended(subject.by, counter) for subject, counter in counters.items()}
        answers = self._at_end(asked.values())
        return {
            subject: tuple(
                sorted(
                    {
                        tuple(kept(one.labels, subject.by).values())
                        for one in series_of(answers[expression])
                        if there.get(_target(one.labels), Presence()).at_end
                    }
                )
            )
            for subject, expression in asked.items()
        }

    def _ended(self, by: Sequence[str], counter: Counter) -> str:
        labels, recent_s = ", ".join(by), LATE * self.measuring.scrape_s
        now = selector_text(counter.metric, counter.matchers, f"[{recent_s}s]")
        ever = f"group by ({', '.join(dict.fromkeys((*by, *_TARGET)))}) ({self._last(counter)})"
        return f"{ever} unless on ({labels}) group by ({labels}) (present_over_time({now}))"

    @property
    def _scrapes(self) -> str:
        """How many scrapes a step has: its part of those that a run of this length has at least."""
        least = max(1, self.span.length_s // self.measuring.scrape_s)
        return f"({least} / {len(self.grid.ends)})"

    def _in_step(self, series: Counter) -> str:
        # One that is late may be in the next step; then the one before it is in this one.
        scrape_s = self.measuring.scrape_s
        over_ms = round(1000 * (max(self.grid.step_s, scrape_s) + LATE_BY * scrape_s))
        return selector_text(series.metric, series.matchers, f"[{over_ms}ms]")

    def _last(self, counter: Counter) -> str:
        return f"last_over_time({self._over(counter)})"

    def _over(self, counter: Counter) -> str:
        # The shortest run has a scrape, even a late one.
        over_s = max(self.span.length_s, 2 * self.measuring.scrape_s)
        return selector_text(counter.metric, counter.matchers, f"[{over_s}s]")

    def _at_end(self, expressions: Iterable[str]) -> Mapping[str, Answer]:
        end_s = self.span.end_s
        return self.measuring.ask(expressions, Grid(end_s, end_s, self.span.length_s))

    def _there(self, series: Counter, found: str, scrapes: str) -> There | Refusal:
        """When each target was there; `found` counts the samples that say so, of so many scrapes.

        At its start and its end, a run has moments in which one is there if any sample says so.
        """
        share = f"max by (job, instance) ({found}({self._in_step(series)}) / {scrapes})"
        steps = self.measuring.ask([share], self.grid)[share]
        moments = slots_of(self.span, MOST_STEPS, self.measuring.scrape_s)
        recent_s = moments.step_s + self.measuring.scrape_s  # the last scrape, or one late
        recent = selector_text(series.metric, series.matchers, f"[{recent_s}s]")
        any_of = f"max by (job, instance) ({found}({recent}))"
        start_s, end_s = moments.first_s, moments.last_s
        ends = self.measuring.ask([any_of], Grid(start_s, end_s, max(1, end_s - start_s)))[any_of]
        if isinstance(steps, Refusal):
            return steps
        if isinstance(ends, Refusal):
            return ends
        shares = {_target(one.labels): one.points for one in steps}
        at = {_target(one.labels): one.points for one in ends}
        return {
            target: Presence(
                {at_s: min(1.0, share) for at_s, share in shares.get(target, {}).items()},
                at.get(target, {}).get(start_s, 0.0) > 0,
                at.get(target, {}).get(end_s, 0.0) > 0,
            )
            for target in {**shares, **at}
        }


def _steps_of(
    counter: Counter, targets: Collection[Target] | Refusal, there: There, asked: _Asked
) -> There | Refusal:
    """When the targets of a counter were there: up, or with a sample of it where nobody says."""
    if isinstance(targets, Refusal):
        return targets
    steps = {target: there[target] for target in targets if target in there}
    if len(steps) == len(targets):
        return steps
    sampled = asked.samples(counter)
    return sampled if isinstance(sampled, Refusal) else {**steps, **sampled}


def _up(targets: Iterable[Iterable[Target] | Refusal], there: There) -> There:
    """When the targets of an expression were up, of those of which Prometheus says so.

    A sample every scrape is not to be expected of what it reads: recorded series have none.
    """
    known = [told for told in targets if not isinstance(told, Refusal)]
    return {target: there[target] for told in known for target in told if target in there}


def _coverage(there: There, steps: Sequence[int]) -> float | None:
    """The share of scrapes of the job that was covered least."""
    coverage = []
    for _, targets in _jobs(there):
        expected = _expected(targets)
        present = (sum(one.shares.get(at_s, 0.0) for one in targets) for at_s in steps)
        coverage.append(sum(min(n, expected) for n in present) / (expected * len(steps)))
    return min(coverage, default=None)


def _gone(there: There) -> tuple[str, ...]:
    """The jobs that ended with fewer targets than they began with."""
    return tuple(
        job
        for job, targets in _jobs(there)
        if sum(one.at_end for one in targets) < _expected(targets)
    )


def _expected(targets: Iterable[Presence]) -> int:
    """As many targets as there were at the start, whichever: one may take another one's place."""
    return max(1, sum(one.at_start for one in targets))


def _jobs(there: There) -> Iterator[tuple[str, list[Presence]]]:
    """The targets of each job, by its name."""
    jobs: dict[str, list[Presence]] = {}
    for (job, _), presence in there.items():
        jobs.setdefault(job, []).append(presence)
    yield from sorted(jobs.items(), key=itemgetter(0))


def _target(labels: Mapping[str, str]) -> Target:
    return labels.get("job", ""), labels.get("instance", "")
