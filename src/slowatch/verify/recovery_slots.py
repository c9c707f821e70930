"""What is asked for a recovery: what each group did after its clock started, scrape by scrape."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from statistics import stdev

from slowatch.evaluate.told import Group, numbers
from slowatch.slo.slot import Span
from slowatch.source.answer import Grid
from slowatch.spec.compiled_runs import MeanMeasure
from slowatch.spec.promql import selector_text
from slowatch.verify.asked import Rows, Subject
from slowatch.verify.estimators import Mean, Plain
from slowatch.verify.measuring import Measured, RunMeasuring, aligned, estimator_of
from slowatch.verify.scraping import counter_of
from slowatch.verify.stretches import STAYS, Slots

MOST_SLOTS = 10_000
"""Prometheus answers 11,000 moments at once; a longer stretch has slots of several scrapes."""


@dataclass(frozen=True, slots=True)
class RecoverySlots:
    """A subject's rows on a grid, and the slots in which each group was scraped.

    The latter is None where no counter tells. A mean of fewer than `least_events` is not normal
    enough to be away by itself.
    """

    subject: Subject
    grid: Grid
    rows: Rows
    scrapes: Mapping[Group, Set[int]] | None
    confidence: float
    least_events: int

    @classmethod
    def asked(
        cls, subject: Subject, grid: Grid, measuring: RunMeasuring, least_events: int
    ) -> "RecoverySlots":
        """What the source tells; raises what it raises."""
        rows = measuring.rows([subject], grid)[subject]
        scrapes = _scrapes(subject, grid, measuring)
        return cls(subject, grid, rows, scrapes, measuring.confidence, least_events)

    def of(self, group: Group, was: Measured) -> Slots:
        """The slots of a group that was there before, too."""
        estimator = estimator_of(self.subject, group, self.rows)
        by_end = aligned(self.rows, self.rows, group)
        is_mean = isinstance(self.subject.measure, MeanMeasure)
        if isinstance(estimator, Plain):
            # Values do not add up; their mean wavers as they did before.
            known = [point.value for point in was.course if point.value is not None]
            estimator = Mean(stdev(known) if len(known) > 1 else 0.0)
            by_end = {end_s: (row[0], 1.0) for end_s, row in by_end.items()}
            is_mean = False
        least = self.least_events if is_mean else 0
        slots = Slots(estimator, by_end, self.grid, self.confidence, least)
        return slots if self.scrapes is None else slots.scraped(self.scrapes.get(group, set()))

    def unread(self, group: Group) -> str | None:
        """Why a group cannot be seen scrape by scrape; None where it can."""
        why = self.rows.lost.get(group) or self.rows.doubts.get(group)
        is_seen = self.scrapes is None or self.scrapes.get(group)
        if why is None and not (self.rows.by_group.get(group) and is_seen):
            why = self.rows.reason or "nothing of this group was scraped after the clock started"
        return None if why is None else f"it could not be seen scrape by scrape: {why}"


def grid_of(clock_s: int, span: Span, scrape_s: int) -> Grid | None:
    """A slot for each scrape after the clock started; None where there are too few."""
    scrapes = (span.end_s - clock_s) // scrape_s
    step_s = scrape_s * max(1, -(-scrapes // MOST_SLOTS))
    count = (span.end_s - clock_s) // step_s
    return Grid(clock_s + step_s, clock_s + count * step_s, step_s) if count >= STAYS else None


def _scrapes(
    subject: Subject, grid: Grid, measuring: RunMeasuring
) -> Mapping[Group, Set[int]] | None:
    counter = counter_of(subject)
    if counter is None:
        return None
    series = selector_text(counter.metric, counter.matchers, f"[{grid.step_s}s]")
    there = f"group by ({', '.join(subject.by)}) (present_over_time({series}))"
    answer = measuring.sources[subject.source].ask([there], grid)[there]
    return {group: by_end.keys() for group, by_end in numbers(answer, subject.by).items()}
