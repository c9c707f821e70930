"""Targets: whether what a new series belongs to was there before it.

A target is a job and an instance. For those that it scrapes, Prometheus keeps `up`. Of those that
push (remote write, OTLP), only their other series tell.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from slowatch.source.answer import Answer, Grid, Refusal, Samples, Series, series_of
from slowatch.source.asking import Asker
from slowatch.source.counter_groups import narrowed, values_in
from slowatch.source.counters import REMEMBERED_S
from slowatch.source.errors import Refused
from slowatch.source.planning import Values
from slowatch.spec.compiled import Counter
from slowatch.spec.promql import selector_text

TARGET = ("job", "instance")
YOUNG_S = 120
"""A process that began this long before the slot, at most, had all its counters at zero then."""
SHORT_S = 60
"""A target that goes away within a slot as short as this is taken to be gone all along."""
GLANCE_S = 60
"""How far apart it is looked, in a longer slot, what is there; twenty times at least."""


@dataclass(frozen=True, slots=True)
class Targets:
    """When targets that were up before a slot were there last, which are young, which are scraped.

    The young ones began about when the slot did. `scraped` is None where Prometheus does not say.
    """

    up_s: Mapping[Values, float]
    young: frozenset[Values]
    scraped: frozenset[Values] | None

    @classmethod
    def at(cls, asker: Asker, end_s: int, slot_s: int) -> Self:
        """What Prometheus knows of its targets at one slot."""
        was_up = f"max_over_time(up[{REMEMBERED_S}s] offset {slot_s}s) == 1"
        up = [f"max by (job, instance) ({at_s} and {was_up})" for at_s in _times("up", slot_s)]
        known = f"group by (job, instance) (last_over_time(up[{slot_s + REMEMBERED_S}s]))"
        since_s = end_s - slot_s - max(slot_s, YOUNG_S)
        started = f"last_over_time(process_start_time_seconds[{slot_s}s])"
        young = f"max by (job, instance) ({started}) >= {since_s}"
        answers = asker.ask([*up, known, young], Grid(end_s, end_s, slot_s))
        return cls(
            _latest(answers[one] for one in up),
            frozenset(_by_target(answers[young])),
            None if isinstance(answers[known], Refusal) else frozenset(_by_target(answers[known])),
        )

    def brought_new(self, series: Samples, *, late_s: int) -> bool:
        """Whether a series not seen before began at zero: a new label value, or a new process.

        A target whose labels were changed is another one, all of whose series have a past: with its
        old labels it was there no more when they began.
        """
        target = target_of(series)
        return _was_there(self.up_s.get(target), series, late_s) or target in self.young

    def are_silent_on(self, series: Samples) -> bool:
        """Whether nothing is known of its target, since it is not scraped."""
        target = target_of(series)
        return self.scraped is not None and target not in self.scraped | self.young


@dataclass(frozen=True, slots=True)
class Siblings:
    """When the last sample was of series that were there before a slot, by their target."""

    seen_s: Mapping[Values, float]

    @classmethod
    def of(
        cls, newcomers: Iterable[Samples], metric: str, asker: Asker, end_s: int, slot_s: int
    ) -> Self:
        """The siblings of series that were born in one slot; raises Refused.

        They are all series of the metric, whatever part of them is counted: else a part of a
        counter could grow without its whole.
        """
        targets = {target_of(series) for series in newcomers}
        if not targets:
            return cls({})
        expressions = _last_seen(narrowed(Counter(metric), TARGET, targets), slot_s)
        answers = asker.ask(expressions, Grid(end_s, end_s, slot_s))
        for answer in answers.values():
            if isinstance(answer, Refusal):
                raise Refused(answer.reason)
        return cls(_latest(answers.values()))

    def brought_new(self, series: Samples, *, late_s: int) -> bool:
        """Whether a series not seen before is a new label value, so that it began at zero.

        Siblings that ended before it began are no proof: it may be one of them with other labels.
        A sample of the series is `late_s` seconds older than it says, at most.
        """
        return _was_there(self.seen_s.get(target_of(series)), series, late_s)


def target_of(series: Series | Samples) -> Values:
    """The job and the instance of a series; those that it does not have are empty."""
    return values_in(series, TARGET)


def _last_seen(counter: Counter, slot_s: int) -> list[str]:
    """When targets' series that were there before the slot were seen last, no later than now."""
    name = selector_text(counter.metric, counter.matchers)
    before = f"present_over_time({name}[{REMEMBERED_S}s] offset {slot_s}s)"
    return [f"max by (job, instance) ({at_s} and {before})" for at_s in _times(name, slot_s)]


def _times(selector: str, slot_s: int) -> list[str]:
    """Expressions of when a series was seen last, the latest of which counts."""
    now = f"timestamp({selector})"
    if slot_s <= SHORT_S:
        return [now]
    return [now, f"max_over_time({now}[{slot_s}s:{min(GLANCE_S, slot_s // 20)}s])"]


def _was_there(last_s: float | None, series: Samples, late_s: int) -> bool:
    """Whether what was seen last at a moment was there when a series began."""
    return last_s is not None and last_s > series.samples[0][0] - max(late_s, 1e-3)


def _latest(answers: Iterable[Answer]) -> dict[Values, float]:
    """The latest moment that any of some answers has for each target."""
    found: dict[Values, float] = {}
    for answer in answers:
        for target, at_s in _by_target(answer).items():
            found[target] = max(at_s, found.get(target, at_s))
    return found


def _by_target(answer: Answer) -> dict[Values, float]:
    """The value that each target has at the one moment that was asked for."""
    return {
        target_of(series): value for series in series_of(answer) for value in series.points.values()
    }
