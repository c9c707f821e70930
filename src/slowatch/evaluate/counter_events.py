"""Counter SLIs: good and total events of a slot from how much counters grew in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from slowatch.evaluate.question import Question
from slowatch.evaluate.told import (
    Group,
    Numbers,
    Told,
    at,
    is_count,
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
from slowatch.spec.compiled import CounterEvents, CounterSum


@dataclass(frozen=True, slots=True)
class CounterQuestion:
    """A question about counters."""

    question: Question
    sli: CounterEvents
    needs: tuple[CounterNeed, ...]
    """All counters it is made of."""

    @classmethod
    def of(cls, question: Question, sli: CounterEvents) -> "CounterQuestion":
        """The question, and what it needs."""
        terms = (*sli.total, *(sli.good or ()), *(sli.bad or ()))
        return cls(question, sli, tuple(CounterNeed(t.counter, question.by) for t in terms))

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
                return Told(otherwise=refused)
        total = _combined(sli.total, question.by, counted)
        part = _combined(sli.good or sli.bad or (), question.by, counted)
        tallies: dict[tuple[Group, int], Tally] = {}
        bucketless = set()
        for group, row in total.items():
            parts = part.get(group, {})
            for end_s, events in row.items():
                if not is_count(events):
                    continue
                some = parts.get(end_s)
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
        return Told(tallies, _absent(sli), self._bucket_reasons(sli, bucketless))

    def _bucket_reasons(self, sli: CounterEvents, ends: set[int]) -> dict[int, str]:
        if not ends or sli.bucket is None:
            return {}
        bounds = self._buckets.bounds([sli.bucket], max(ends))[0]
        problem = share_problem(sli.bucket, bounds)
        return dict.fromkeys(ends, problem or f"{sli.bucket.histogram} has no buckets here")


def _combined(
    terms: CounterSum, by: Sequence[str], counted: Mapping[CounterNeed, Counted]
) -> dict[Group, dict[int, float]]:
    """The sum of counters per group and slot, wherever any of them is."""
    if len(terms) == 1 and terms[0].coefficient == 1:
        return counted[CounterNeed(terms[0].counter, tuple(by))].values
    table: dict[Group, dict[int, float]] = {}
    for term in terms:
        coefficient = float(term.coefficient)
        for group, row in counted[CounterNeed(term.counter, tuple(by))].values.items():
            own = table.setdefault(group, {})
            for end_s, events in row.items():
                own[end_s] = own.get(end_s, 0.0) + coefficient * events
    return table


def _absent(sli: CounterEvents) -> str:
    return f"no series match {' + '.join(instant(term.counter) for term in sli.total)}"
