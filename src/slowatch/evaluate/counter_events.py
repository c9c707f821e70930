"""Counter SLIs: good and total events of a slot from how much counters grew in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from slowatch.evaluate.question import Question
from slowatch.evaluate.told import (
    TOO_MANY,
    Group,
    Numbers,
    Told,
    at,
    is_count,
    native_hint,
    numbers,
    tally_of,
    with_slots,
)
from slowatch.slo.slot import HOUR_S
from slowatch.slo.tally import Tally
from slowatch.source.answer import Grid
from slowatch.source.asking import Asker, Gate
from slowatch.source.buckets import Buckets, share_problem
from slowatch.source.counters import CounterNeed, instant
from slowatch.source.counting import Counted, Counting
from slowatch.spec.compiled import Counter, CounterEvents, CounterSum


@dataclass(frozen=True, slots=True)
class CounterQuestion:
    """A question about counters."""

    question: Question
    sli: CounterEvents
    totals: tuple[CounterNeed, ...]
    parts: tuple[CounterNeed, ...]

    @classmethod
    def of(cls, question: Question, sli: CounterEvents) -> "CounterQuestion":
        """The question, and what it needs."""
        totals = tuple(CounterNeed(term.counter, question.by) for term in sli.total)
        parts = tuple(
            CounterNeed(term.counter, question.by, _watcher(term.counter, totals))
            for term in (*(sli.good or ()), *(sli.bad or ()))
        )
        return cls(question, sli, totals, parts)

    @property
    def needs(self) -> tuple[CounterNeed, ...]:
        """All counters it is made of."""
        return (*self.totals, *self.parts)

    @property
    def presence(self) -> str:
        """In how many slots of the last hour there was anything to count."""
        by = ", ".join(self.question.by)
        there = " or ".join(f"group by ({by}) ({instant(t.counter)})" for t in self.sli.total)
        return f"count_over_time(({there})[{HOUR_S - 1}s:{self.question.slot_s}s])"


class CounterEventsMeasuring:
    """Measures counter SLIs: asked together, since many share counters or templates."""

    def __init__(self, asker: Asker, counting: Counting, buckets: Buckets) -> None:
        self._asker, self._counting, self._buckets = asker, counting, buckets

    def measure(
        self, questions: Sequence[CounterQuestion], grid: Grid, gate: Gate
    ) -> dict[str, Told]:
        """What each question was told, by its key."""
        counted = self._counting.count([n for q in questions for n in q.needs], grid, gate)
        slots = self._slots_per_hour(questions, grid, gate)
        return {
            q.question.key: self._told(q, counted, slots.get(q.question.key)) for q in questions
        }

    def _slots_per_hour(
        self, questions: Sequence[CounterQuestion], grid: Grid, gate: Gate
    ) -> dict[str, Numbers]:
        hourly = [q for q in questions if grid.step_s != q.question.slot_s]
        answers = self._asker.ask((q.presence for q in hourly), grid, gate)
        return {q.question.key: numbers(answers[q.presence], q.question.by) for q in hourly}

    def _told(
        self,
        asked: CounterQuestion,
        counted: Mapping[CounterNeed, Counted],
        slots: Numbers | None,
    ) -> Told:
        question, sli = asked.question, asked.sli
        for need in asked.needs:
            if (refused := counted[need].refused) is not None:
                return Told(otherwise=refused, is_refused=True)
        total = _combined(sli.total, asked.totals, counted)
        part = _combined(sli.good or sli.bad or (), asked.parts, counted)
        tallies: dict[tuple[Group, int], Tally] = {}
        unknown = {cell: why for n in asked.needs for cell, why in counted[n].unknown.items()}
        reasons = {end_s: why for (_, end_s), why in unknown.items()}
        bucketless = set()
        for group, row in total.items():
            parts = part.get(group, {})
            for end_s, events in row.items():
                some = parts.get(end_s)
                if (group, end_s) in unknown:
                    continue
                if not (is_count(events) and is_count(some or 0.0)):
                    reasons[end_s] = TOO_MANY
                    continue
                if some is None and sli.bucket is not None:
                    bucketless.add(end_s)
                    continue
                tally = tally_of(
                    some or 0.0,
                    events,
                    part_is_good=sli.good is not None,
                    slicing=question.slicing,
                )
                tallies[group, end_s] = with_slots(tally, at(slots, group, end_s))
        return Told(tallies, _absent(sli), reasons | self._bucket_reasons(sli, bucketless))

    def _bucket_reasons(self, sli: CounterEvents, ends: set[int]) -> dict[int, str]:
        if not ends or sli.bucket is None:
            return {}
        bounds = self._buckets.bounds([sli.bucket], max(ends))[0]
        problem = share_problem(sli.bucket, bounds)
        return dict.fromkeys(ends, problem or f"{sli.bucket.histogram} has no buckets here")


def _combined(
    terms: CounterSum, needs: Sequence[CounterNeed], counted: Mapping[CounterNeed, Counted]
) -> Mapping[Group, Mapping[int, float]]:
    """The sum of counters per group and slot, wherever any of them is."""
    if len(terms) == 1 and terms[0].coefficient == 1:
        return counted[needs[0]].values
    table: dict[Group, dict[int, float]] = {}
    for term, need in zip(terms, needs, strict=True):
        coefficient = float(term.coefficient)
        for group, row in counted[need].values.items():
            own = table.setdefault(group, {})
            for end_s, events in row.items():
                own[end_s] = own.get(end_s, 0.0) + coefficient * events
    return table


def _watcher(part: Counter, totals: Sequence[CounterNeed]) -> CounterNeed | None:
    """The total whose series come and go with those of a part of it, if there is one.

    A part of the same metric with further matchers is some of its series; the buckets of a classic
    histogram live and die with its count.
    """
    for total in totals:
        whole = total.counter
        is_bucket = part.metric.endswith("_bucket") and (
            part.metric.removesuffix("_bucket") == whole.metric.removesuffix("_count")
        )
        same = whole.metric == part.metric or is_bucket
        if (
            same
            and (whole.view is None) == (part.view is None)
            and set(whole.matchers) <= set(part.matchers)
        ):
            return total
    return None


def _absent(sli: CounterEvents) -> str:
    none = f"no series match {' + '.join(instant(term.counter) for term in sli.total)}"
    return f"{none}{native_hint(sli.bucket)}"
