"""SLIs that are two free expressions: good or bad events, and all events, of a slot."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan

from slowatch.evaluate.expressions import Lengths
from slowatch.evaluate.question import Question
from slowatch.evaluate.told import (
    TOO_MANY,
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
        """The good events, or the bad ones; of a slot of an hour no more than its total."""
        part = self.events.good if self.events.good is not None else self.events.bad
        if not self.is_hourly:
            return self._filled(part)
        some, every = self._counts(part), self._counts(self.events.total)
        on = f"on ({', '.join(self.question.by)})"
        least = f"{every} - {on} clamp_min({every} - {on} {some}, 0)"
        return self.lengths.over_hour("sum_over_time", least)

    @property
    def total(self) -> str:
        """All events."""
        if not self.is_hourly:
            return self._filled(self.events.total)
        return self.lengths.over_hour("sum_over_time", self._counts(self.events.total))

    @property
    def measured(self) -> str:
        """How many slots of an hour had a total that is a number."""
        total = self._filled(self.events.total)
        return self.lengths.over_hour("count_over_time", f"abs({total}\n) < Inf")

    @property
    def expressions(self) -> tuple[str, ...]:
        """All that is asked."""
        return (self.total, self.part, *([self.measured] if self.is_hourly else []))

    def read(self, answers: Mapping[str, Answer]) -> Told:
        """The tallies per group and slot or hour."""
        by = self.question.by
        for expression in self.expressions:
            answer = answers[expression]
            problem = answer.reason if isinstance(answer, Refusal) else crowd_problem(answer, by)
            if problem:
                return Told(otherwise=problem, is_refused=True)
        part = numbers(answers[self.part], by)
        slots = numbers(answers[self.measured], by) if self.is_hourly else None
        tallies: dict[tuple[Group, int], Tally] = {}
        reasons: dict[int, str] = {}
        for group, row in numbers(answers[self.total], by).items():
            for end_s, total in row.items():
                some = at(part, group, end_s)
                some = 0.0 if some is None or isnan(some) else some
                if is_count(total) and is_count(some):
                    tally = self._tally(some, total)
                    tallies[group, end_s] = with_slots(tally, at(slots, group, end_s))
                elif not isnan(total):
                    reasons[end_s] = TOO_MANY
        return Told(tallies, f"no data from {self.events.total}", reasons)

    def _filled(self, query: str | None) -> str:
        return self.lengths.filled(query or "", self.lengths.slot_s)

    def _counts(self, query: str | None) -> str:
        """Its values where they can be counts: no NaN, nothing infinite or below zero."""
        return f"(({self._filled(query)}\n) >= 0 < Inf)"

    def _tally(self, part: float, total: float) -> Tally:
        is_good = self.events.good is not None
        return tally_of(part, total, part_is_good=is_good, slicing=self.question.slicing)
