"""What is asked for a recovery: what each group did after its clock started, scrape by scrape."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from statistics import stdev
from typing import Self

from slowatch.evaluate.told import Group, numbers
from slowatch.slo.slot import Span
from slowatch.source.answer import Grid, Refusal
from slowatch.spec.compiled import FreeEvents
from slowatch.spec.compiled_runs import MeanMeasure, Measure, QuantileMeasure, ShareMeasure
from slowatch.spec.promql import selector_text
from slowatch.verify.asked import Rows, Subject
from slowatch.verify.estimators import Mean, Plain
from slowatch.verify.measuring import (
    SCRAPES_IN_SLOT,
    TOO_FEW,
    Measured,
    RunMeasuring,
    aligned,
    estimator_of,
)
from slowatch.verify.scraping import counter_of
from slowatch.verify.stretches import STAYS, Slots

MOST_SLOTS = 10_000
"""Prometheus answers 11,000 moments at once; a longer stretch has slots of several scrapes."""


@dataclass(frozen=True, slots=True)
class RecoverySlots:
    """A subject's rows on a grid, and the slots in which each group was scraped.

    The latter is None where no counter tells, and a refusal where nobody would say.
    """

    subject: Subject
    grid: Grid
    rows: Rows
    scrapes: Mapping[Group, Set[int]] | Refusal | None
    confidence: float

    @classmethod
    def asked(cls, subject: Subject, grid: Grid, measuring: RunMeasuring) -> Self:
        """What the source tells; raises what it raises."""
        rows = measuring.rows([subject], grid)[subject]
        return cls(subject, grid, rows, _scrapes(subject, grid, measuring), measuring.confidence)

    def of(self, group: Group, was: Measured) -> Slots | str:
        """The slots of a group that was there before, too; why it cannot be seen, if it cannot."""
        why = self._unread(group)
        if why is not None:
            return f"it could not be seen scrape by scrape: {why}"
        by_end = aligned(self.rows, self.rows, group)
        estimator = estimator_of(self.subject, group, self.rows, by_end)
        if isinstance(estimator, Plain):
            # Values do not add up; their mean wavers as they did before.
            by_end = {end_s: (row[0], 1.0) for end_s, row in by_end.items()}
            known = [point.value for point in was.course if point.value is not None]
            estimator = Mean(stdev(known)) if len(known) > 1 else Mean()
        if estimator == Mean():
            return TOO_FEW
        slots = Slots(estimator, by_end, self.grid, self.confidence)
        if isinstance(self.scrapes, Mapping):
            return slots.scraped(self.scrapes.get(group, set()))
        return slots

    def _unread(self, group: Group) -> str | None:
        if isinstance(self.scrapes, Refusal):
            return self.scrapes.reason
        # Of a share it is not told which of its groups is lost.
        why = self.rows.lost.get(group) or self.rows.lost.get(()) or self.rows.doubts.get(group)
        is_seen = self.scrapes is None or self.scrapes.get(group)
        if why is None and not (self.rows.by_group.get(group) and is_seen):
            why = self.rows.reason or "nothing of this group was scraped after the clock started"
        return why


def grid_of(subject: Subject, clock_s: int, span: Span, scrape_s: int) -> Grid | None:
    """A slot for each scrape after the clock started; None where there are too few.

    What the engine works out of a slot by itself takes two scrapes.
    """
    least_s = SCRAPES_IN_SLOT * scrape_s if _is_of_engine(subject.measure) else scrape_s
    slots = (span.end_s - clock_s) // least_s
    step_s = least_s * max(1, -(-slots // MOST_SLOTS))
    count = (span.end_s - clock_s) // step_s
    return Grid(clock_s + step_s, clock_s + count * step_s, step_s) if count >= STAYS else None


def _is_of_engine(measure: Measure) -> bool:
    match measure:
        case QuantileMeasure(is_native=True) | MeanMeasure(is_native=True):
            return True
        case ShareMeasure(FreeEvents()):
            return True
    return False


def _scrapes(
    subject: Subject, grid: Grid, measuring: RunMeasuring
) -> Mapping[Group, Set[int]] | Refusal | None:
    counter = counter_of(subject)
    if counter is None:
        return None
    series = selector_text(counter.metric, counter.matchers, f"[{grid.step_s}s]")
    there = f"group by ({', '.join(subject.by)}) (present_over_time({series}))"
    answer = measuring.sources[subject.source].ask([there], grid)[there]
    if isinstance(answer, Refusal):
        return answer
    return {group: by_end.keys() for group, by_end in numbers(answer, subject.by).items()}
