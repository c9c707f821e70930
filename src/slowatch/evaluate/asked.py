"""The PromQL that is asked for a slot, for people to read and to ask themselves."""

from collections.abc import Iterator
from dataclasses import dataclass

from slowatch.evaluate.counter_events import CounterQuestion
from slowatch.evaluate.expressions import Lengths
from slowatch.evaluate.free_events import FreePlan
from slowatch.evaluate.levels import LevelPlan
from slowatch.evaluate.question import Question
from slowatch.source.counters import growth, irregular
from slowatch.spec.compiled import CounterEvents, FreeEvents, Level


@dataclass(frozen=True, slots=True)
class AskedExpression:
    """An expression, evaluated at the end of a slot, and what it says of that slot."""

    says: str
    promql: str


def asked_of(question: Question, lengths: Lengths) -> tuple[AskedExpression, ...]:
    """All that is asked for a slot of one question, as if nothing else was asked together with it.

    What is read again where counters were reset is not among it.
    """
    match question.sli:
        case CounterEvents() as sli:
            return tuple(_counters(CounterQuestion.of(question, sli), lengths))
        case Level() as level:
            return tuple(_level(LevelPlan(question, level, lengths, is_hourly=False)))
        case FreeEvents() as events:
            return tuple(_free(FreePlan(question, events, lengths, is_hourly=False)))


def _counters(asked: CounterQuestion, lengths: Lengths) -> Iterator[AskedExpression]:
    by, slot_s = asked.question.by, lengths.slot_s
    part = "good events" if asked.sli.good is not None else "bad events"
    both = [("all events", need) for need in asked.totals] + [(part, need) for need in asked.parts]
    for says, need in both:
        yield AskedExpression(says, growth(need.counter, by=by, slot_s=slot_s))
    for need in asked.needs:
        if need.watched_by is None:
            odd = irregular(need.counter, by=by, slot_s=slot_s, scrape_s=lengths.scrape_s)
            yield AskedExpression("series that were reset, born or gone", odd)


def _level(plan: LevelPlan) -> Iterator[AskedExpression]:
    yield AskedExpression("the number that is judged", plan.value)
    if plan.condition is not None:
        yield AskedExpression("whether the slot counts", plan.condition)


def _free(plan: FreePlan) -> Iterator[AskedExpression]:
    yield AskedExpression("all events", plan.total)
    yield AskedExpression(
        "good events" if plan.events.good is not None else "bad events", plan.part
    )
