"""Recovery: how long after a spike a measure is back at its baseline, and stays."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from slowatch.slo.slot import Span
from slowatch.slo.verdict import Verdict
from slowatch.source.answer import Grid
from slowatch.spec.compiled_runs import Check, Limits, Recovery
from slowatch.verify.asked import Row, Subject
from slowatch.verify.baselines import Before
from slowatch.verify.estimators import Estimator, Plain
from slowatch.verify.limits import against_limits, limits_around
from slowatch.verify.lines import broken, plain_line
from slowatch.verify.measuring import (
    Measured,
    Outcome,
    RunMeasuring,
    aligned,
    estimator_of,
)
from slowatch.verify.played import Played, clock_start_s
from slowatch.verify.result import Interval, Line
from slowatch.verify.scraping import Scraped

STAYS = 2
"""Slots in a row that must be back at the end of what was seen."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What recoveries are seen by: a run as it was played, and the span of it that is judged."""

    measuring: RunMeasuring
    played: Played
    span: Span


def recovery_lines(
    check: Check,
    bound: Recovery,
    seen: Seen,
    outcome: Outcome,
    before: Before | None,
    scraped: Scraped,
) -> Iterator[Line]:
    """The lines of a recovery, one for each group that there is or was, seen scrape by scrape.

    Raises what the source raises.
    """
    clock_s = clock_start_s(bound, seen.played.phases, seen.played.span)
    scrape_s = seen.measuring.scrape_s(check.source)
    count = 0 if clock_s is None else (seen.span.end_s - clock_s) // scrape_s
    line = replace(
        plain_line(check, ()),
        unit="seconds",
        at_most=float(bound.within_s),
        baseline_ref=None if before is None else before.ref,
        course_unit=check.unit,
    )
    if clock_s is None or count < STAYS or before is None or not before.groups:
        yield replace(line, reason=_unseen(bound, clock_s, before))
        return
    subject = Subject.of(check)
    after = Grid(clock_s + scrape_s, clock_s + count * scrape_s, scrape_s)
    rows = seen.measuring.rows([subject], after)[subject]
    for group in sorted(dict.fromkeys((*before.groups, *outcome.groups, *outcome.lost))):
        named = replace(line, group=dict(zip(check.by, group, strict=False)))
        if group in outcome.groups:
            named = replace(named, course=outcome.groups[group].course)
        was = before.groups.get(group)
        if was is None or scraped.problem is not None:
            reason = scraped.problem or outcome.lost.get(group)
            yield replace(named, reason=reason or "the baseline knows nothing of this group")
            continue
        limits = limits_around(was.estimate.value, bound.change)
        slots = Slots(estimator_of(subject, group, rows), aligned(rows, rows, group), after)
        yield _judged(_seen_line(named, was, limits), check, bound, slots, limits, seen.measuring.z)


@dataclass(frozen=True, slots=True)
class Slots:
    """What one group did in each scrape's slot after the clock started."""

    estimator: Estimator
    rows: Mapping[int, Row]
    grid: Grid

    @property
    def clock_s(self) -> int:
        """When the clock started."""
        return self.grid.first_s - self.grid.step_s

    def last_out_s(self, limits: Limits, z: float) -> int:
        """The end of the last slot that was out, or in which nothing happened; else the start.

        A service that no longer answers has not recovered.
        """
        out = [end_s for end_s in self.grid.ends if self._is_out(end_s, limits, z)]
        return max(out, default=self.clock_s)

    def after(self, start_s: int, limits: Limits, z: float) -> Verdict:
        """How all slots after a moment, taken together, are within limits."""
        rows = [row for end_s, row in self.rows.items() if end_s > start_s]
        if len(rows) < STAYS:
            return "inconclusive"
        # A gauge does not add up; each of its values was within the limits for certain.
        if isinstance(self.estimator, Plain):
            return "pass"
        together = tuple(sum(numbers) for numbers in zip(*rows, strict=True))
        estimate = self.estimator.estimate(together, z)
        if estimate is None:
            return "inconclusive"
        return against_limits(estimate, limits, scale=1.0, is_share=False).verdict

    def _is_out(self, end_s: int, limits: Limits, z: float) -> bool:
        row = self.rows.get(end_s)
        estimate = None if row is None else self.estimator.estimate(row, z)
        if estimate is None:
            return True
        return against_limits(estimate, limits, scale=1.0, is_share=False).verdict == "fail"


def recovered(slots: Slots, limits: Limits, z: float) -> Interval | None:
    """Seconds from the clock's start to when it was back, and stayed; None where it was not.

    From the last slot that was out on, or from the first one after it from which all that is left
    is within the limits for certain, taken together: what is slow now and then is not back. It was
    back between two scrapes, each of which may have been late by one, so up to two slots before. A
    measure that never left was back at once.
    """
    out_s, step_s = slots.last_out_s(limits, z), slots.grid.step_s
    for back_s in range(out_s, slots.grid.last_s, step_s):
        if slots.after(back_s, limits, z) == "pass":
            low = out_s - slots.clock_s - 2 * step_s
            return Interval(float(max(0, low)), float(back_s - slots.clock_s))
    return None


def is_away(slots: Slots, limits: Limits, z: float, within_s: int) -> bool:
    """Whether it was certainly not back when it should have been, to stay.

    It was out when the run ended, or what came after its time was, taken together.
    """
    due_s, step_s = slots.clock_s + within_s, slots.grid.step_s
    if slots.grid.last_s < due_s + 2 * step_s:
        return False
    is_out = slots.last_out_s(limits, z) > slots.grid.last_s - STAYS * step_s
    return is_out or slots.after(due_s, limits, z) == "fail"


def _judged(
    line: Line, check: Check, bound: Recovery, slots: Slots, limits: Limits, z: float
) -> Line:
    back, seen_s = recovered(slots, limits, z), slots.grid.last_s - slots.clock_s
    if back is None:
        told = f"it was not back to stay when the run ended, {seen_s} s after the clock started"
        is_late = is_away(slots, limits, z, bound.within_s)
        verdict = broken(check, "fail" if is_late else "inconclusive")
        return replace(line, verdict=verdict, reason=told)
    verdict, reason = _verdict(back, bound.within_s), None
    if verdict == "inconclusive":
        reason = "scrapes are too far apart to tell"
    elif seen_s < bound.within_s:
        verdict = "inconclusive"
        reason = f"the run ended {seen_s} s after the clock started: whether it stays is not seen"
    return replace(
        line,
        verdict=broken(check, verdict),
        measured=back.high,
        interval=back,
        reason=reason,
    )


def _verdict(back: Interval, within_s: float) -> Verdict:
    if back.high <= within_s:
        return "pass"
    return "fail" if back.low > within_s else "inconclusive"


def _seen_line(line: Line, was: Measured, limits: Limits) -> Line:
    low, high = limits.at_least, limits.at_most
    return replace(
        line,
        baseline=was.estimate.value,
        before=was.course,
        course_at_least=None if low is None else float(low),
        course_at_most=None if high is None else float(high),
    )


def _unseen(bound: Recovery, clock_s: int | None, before: Before | None) -> str:
    """Why a recovery cannot be judged."""
    if clock_s is None:
        return f"the run had no phase `{bound.after}`, after which the clock starts"
    if before is None or not before.groups:
        return (before.reason if before is not None else None) or "there is no baseline"
    return "the run ended when the clock had hardly started"
