"""SLIs that are a number per slot, good while it is within its bounds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan

from slowatch.evaluate.expressions import Lengths
from slowatch.evaluate.question import Question
from slowatch.evaluate.told import (
    Group,
    Numbers,
    Told,
    at,
    crowd_problem,
    native_hint,
    numbers,
    sliced,
)
from slowatch.slo.tally import Tally, micro, slot_tally
from slowatch.source.answer import Answer, Refusal, series_of
from slowatch.source.planning import kept
from slowatch.spec.compiled import Bounds, Level


@dataclass(frozen=True, slots=True)
class LevelPlan:
    """What is asked for a number per slot, and how the answers are read.

    Asked slot by slot it is the number and its condition; asked by the hour it is how many slots
    were good, said anything, and were measured.
    """

    question: Question
    level: Level
    lengths: Lengths
    is_hourly: bool

    @property
    def value(self) -> str:
        """The number."""
        return self.lengths.filled(self.level.query, self.level.over_s)

    @property
    def condition(self) -> str | None:
        """What must hold for the number to count."""
        query = self.level.while_query
        return None if query is None else self.lengths.filled(query, self.level.over_s)

    @property
    def counts(self) -> tuple[str, str, str]:
        """Slots of an hour: good, not idle, measured. A NaN is idle and passes no `<` or `>`."""
        held = f"\nand on () (abs({self.condition}\n) > 0)" if self.condition else ""
        keeps = f"({self.value}\n) {comparison(self.level.bounds)}{held}"
        speaks = f"({self.value}\n) >= -Inf{held}"
        count = self.lengths.over_hour
        return (
            count("count_over_time", keeps),
            count("count_over_time", speaks),
            count("count_over_time", self.value),
        )

    @property
    def expressions(self) -> tuple[str, ...]:
        """All that is asked."""
        if self.is_hourly:
            return self.counts
        return (self.value,) if self.condition is None else (self.value, self.condition)

    def read(self, answers: Mapping[str, Answer]) -> Told:
        """The tallies per group and slot or hour."""
        for expression in self.expressions:
            answer = answers[expression]
            if isinstance(answer, Refusal):
                return Told(otherwise=answer.reason)
        crowded = crowd_problem(answers[self.expressions[0]], self.question.by)
        if crowded:
            return Told(otherwise=crowded)
        tallies = self._hours(answers) if self.is_hourly else self._slots(answers)
        none = f"no data from {self.level.query}"
        return Told(tallies, f"{none}{native_hint(self.level.histogram)}")

    def _hours(self, answers: Mapping[str, Answer]) -> dict[tuple[Group, int], Tally]:
        good, spoken, measured = (numbers(answers[e], self.question.by) for e in self.counts)
        return {
            (group, end_s): Tally(
                micro(at(good, group, end_s) or 0),
                micro(at(spoken, group, end_s) or 0),
                round(slots),
            )
            for group, row in measured.items()
            for end_s, slots in row.items()
        }

    def _slots(self, answers: Mapping[str, Answer]) -> dict[tuple[Group, int], Tally]:
        by = self.question.by
        holds = condition_holds(answers[self.condition], by) if self.condition else None
        tallies = {}
        for group, row in numbers(answers[self.value], by).items():
            for end_s, value in row.items():
                is_idle = isnan(value) or (holds is not None and not holds(group, end_s))
                events = 0.0 if is_idle else 1.0
                good = events if is_within(value, self.level.bounds) else 0.0
                tallies[group, end_s] = sliced(slot_tally(good, events), self.question.slicing)
        return tallies


def condition_holds(answer: Answer, by: Sequence[str]) -> Callable[[Group, int], bool]:
    """Whether a `while:` holds; per group where its series carry the group's labels."""
    series = series_of(answer)
    per_group = bool(by) and all(set(by) <= set(one.labels) for one in series)
    table: Numbers = numbers(answer, by if per_group else ())
    if not per_group:
        held = {end_s for one in series for end_s, value in one.points.items() if _is_true(value)}
        return lambda _group, end_s: end_s in held
    assert all(kept(one.labels, by) for one in series)  # noqa: S101  every group has its labels
    return lambda group, end_s: _is_true(at(table, group, end_s))


def _is_true(value: float | None) -> bool:
    return value is not None and value != 0 and not isnan(value)


def comparison(bounds: Bounds) -> str:
    """Comparisons that keep a value only while it is within its bounds."""
    lower = f">= {bounds.at_least!r}" if bounds.at_least is not None else ""
    upper = f"<= {bounds.at_most!r}" if bounds.at_most is not None else ""
    return f"{lower} {upper}".strip()


def is_within(value: float, bounds: Bounds) -> bool:
    """Whether a number keeps its bounds, both ends included; NaN keeps none."""
    if isnan(value) or (bounds.at_least is not None and value < bounds.at_least):
        return False
    return bounds.at_most is None or value <= bounds.at_most
