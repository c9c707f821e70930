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
from slowatch.source.counters import LOOK_BACK_S, REMEMBERED_S
from slowatch.source.errors import Refused
from slowatch.source.planning import Values
from slowatch.spec.compiled import Counter
from slowatch.spec.promql import selector_text

TARGET = ("job", "instance")
YOUNG_S = 120
"""A process that began this long before the slot, at most, had all its counters at zero then."""
GLANCE_S = 60
"""How often it is looked, in a long slot, what is there."""


@dataclass(frozen=True, slots=True)
class Targets:
    """Which targets were up when a slot began, which began about then, and which are scraped.

    `scraped` is None where Prometheus does not say.
    """

    up: frozenset[Values]
    young: frozenset[Values]
    scraped: frozenset[Values] | None

    @classmethod
    def at(cls, asker: Asker, end_s: int, slot_s: int) -> Self:
        """What Prometheus knows of its targets at one slot."""
        was_up = f"max_over_time(up[{REMEMBERED_S}s] offset {slot_s}s)"
        # A target whose labels were changed since is another one: all its series have a past.
        still_up = f"max by (job, instance) ({was_up} == 1 and up)"
        up = f"{still_up} or 0 * group by (job, instance) (up or {was_up})"
        since_s = end_s - slot_s - max(slot_s, YOUNG_S)
        started = f"last_over_time(process_start_time_seconds[{slot_s}s])"
        young = f"max by (job, instance) ({started}) >= {since_s}"
        answers = asker.ask([up, young], Grid(end_s, end_s, slot_s))
        was = _by_target(answers[up])
        return cls(
            frozenset(target for target, is_up in was.items() if is_up),
            frozenset(_by_target(answers[young])),
            None if isinstance(answers[up], Refusal) else frozenset(was),
        )

    def brought_new(self, series: Samples) -> bool:
        """Whether a series not seen before began at zero: a new label value, or a new process."""
        target = target_of(series)
        return target in self.up or target in self.young

    def are_silent_on(self, series: Samples) -> bool:
        """Whether nothing is known of its target, since it is not scraped."""
        return self.scraped is not None and not (
            target_of(series) in self.scraped or self.brought_new(series)
        )


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
        seen_s: dict[Values, float] = {}
        for answer in answers.values():
            if isinstance(answer, Refusal):
                raise Refused(answer.reason)
            for target, at_s in _by_target(answer).items():
                seen_s[target] = max(at_s, seen_s.get(target, at_s))
        return cls(seen_s)

    def brought_new(self, series: Samples, *, late_s: int) -> bool:
        """Whether a series not seen before is a new label value, so that it began at zero.

        Siblings that ended before it began are no proof: it may be one of them with other labels.
        A sample of the series is `late_s` seconds older than it says, at most.
        """
        last_s = self.seen_s.get(target_of(series))
        return last_s is not None and last_s > series.samples[0][0] - max(late_s, 1e-3)


def target_of(series: Series | Samples) -> Values:
    """The job and the instance of a series; those that it does not have are empty."""
    return values_in(series, TARGET)


def _last_seen(counter: Counter, slot_s: int) -> list[str]:
    """When targets' series that were there before the slot were seen last, no later than now."""
    name = selector_text(counter.metric, counter.matchers)
    before = f"present_over_time({name}[{REMEMBERED_S}s] offset {slot_s}s)"
    seen = [f"timestamp({name})"]
    if slot_s >= LOOK_BACK_S:
        # In a slot as long as this, a target may well have gone since.
        seen.append(f"max_over_time(timestamp({name})[{slot_s}s:{GLANCE_S}s])")
    return [f"max by (job, instance) ({at_s} and {before})" for at_s in seen]


def _by_target(answer: Answer) -> dict[Values, float]:
    """The value that each target has at the one moment that was asked for."""
    return {
        target_of(series): value for series in series_of(answer) for value in series.points.values()
    }
