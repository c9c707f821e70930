"""SLIs that are two free expressions: good or bad events, and all events, of a slot."""

from collections.abc import Mapping
from dataclasses import dataclass

from slowatch.evaluate.expressions import Lengths
from slowatch.evaluate.question import Question
from slowatch.evaluate.told import (
    Group,
    Told,
    at,
    crowd_problem,
    is_count,
    numbers,
    tally_of,
    with_slots,
)
from slowatch.slo.tally import Tally
from slowatch.source.answer import Answer, Refusal
from slowatch.spec.compiled import FreeEvents


@dataclass(frozen=True, slots=True)
class FreePlan:
    """What is asked for free events, and how the answers are read.

    `$window` is the slot's length, so that no event is counted twice. By the hour, what the slots
    would have said is added up.
    """

    question: Question
    events: FreeEvents
    lengths: Lengths
    is_hourly: bool

    @property
    def part(self) -> str:
        """The good events, or the bad ones."""
        return self._events(self.events.good if self.events.good is not None else self.events.bad)

    @property
    def total(self) -> str:
        """All events."""
        return self._events(self.events.total)

    @property
    def measured(self) -> str:
        """How many slots of an hour had a total."""
        total = self.lengths.filled(self.events.total, self.lengths.slot_s)
        return self.lengths.over_hour("count_over_time", total)

    @property
    def expressions(self) -> tuple[str, ...]:
        """All that is asked."""
        return (self.part, self.total, *([self.measured] if self.is_hourly else []))

    def read(self, answers: Mapping[str, Answer]) -> Told:
        """The tallies per group and slot or hour."""
        by = self.question.by
        for expression in self.expressions:
            answer = answers[expression]
            problem = answer.reason if isinstance(answer, Refusal) else crowd_problem(answer, by)
            if problem:
                return Told(otherwise=problem)
        part = numbers(answers[self.part], by)
        slots = numbers(answers[self.measured], by) if self.is_hourly else None
        tallies: dict[tuple[Group, int], Tally] = {}
        for group, row in numbers(answers[self.total], by).items():
            for end_s, total in row.items():
                if is_count(total):
                    tally = self._tally(at(part, group, end_s) or 0.0, total)
                    tallies[group, end_s] = with_slots(tally, at(slots, group, end_s))
        return Told(tallies, f"no data from {self.events.total}")

    def _events(self, query: str | None) -> str:
        filled = self.lengths.filled(query or "", self.lengths.slot_s)
        if not self.is_hourly:
            return filled
        return self.lengths.over_hour("sum_over_time", f"({filled}\n) >= 0")

    def _tally(self, part: float, total: float) -> Tally:
        is_good = self.events.good is not None
        return tally_of(part, total, part_is_good=is_good, slicing=self.question.slicing)
