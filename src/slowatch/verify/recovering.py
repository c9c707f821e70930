"""Recovery: how long after a spike a measure is back at its baseline, and stays."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from slowatch.evaluate.told import Group
from slowatch.slo.slot import Span
from slowatch.slo.verdict import Verdict
from slowatch.source.answer import Grid
from slowatch.spec.compiled_runs import Check, Limits, Recovery
from slowatch.verify.asked import Row, Subject
from slowatch.verify.baselines import Before
from slowatch.verify.estimators import Estimator
from slowatch.verify.limits import against_limits, limits_around
from slowatch.verify.lines import broken, plain_line
from slowatch.verify.measuring import (
    Measured,
    Outcome,
    RunMeasuring,
    aligned,
    estimator_of,
)
from slowatch.verify.played import Played
from slowatch.verify.result import Interval, Line

STAYS = 2
"""Slots in a row that must be back at the end of what was seen."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What recoveries are seen by: a run as it was played, and the span of it that is judged."""

    measuring: RunMeasuring
    played: Played
    span: Span

    def clock_s(self, bound: Recovery) -> int | None:
        """When the clock of a recovery starts; None where its phase was not played."""
        phases = self.played.phases
        if bound.after is not None:
            phase = self.played.phase(bound.after)
            return None if phase is None else phase.span.end_s
        return phases[0].span.end_s if len(phases) > 1 else self.played.span.start_s


def recovery_lines(
    check: Check, bound: Recovery, seen: Seen, outcome: Outcome, before: Before | None
) -> Iterator[Line]:
    """The lines of a recovery, one for each group of its baseline, seen scrape by scrape.

    Raises what the source raises.
    """
    clock_s, scrape_s = seen.clock_s(bound), seen.measuring.scrape_s(check.source)
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
    slots = seen.measuring.rows(
        [subject], Grid(clock_s + scrape_s, clock_s + count * scrape_s, scrape_s)
    )[subject]
    for group, was in sorted(before.groups.items()):
        estimator, z = estimator_of(subject, group, slots), seen.measuring.z
        rows = aligned(slots, slots, group)
        limits = limits_around(was.estimate.value, bound.change)
        is_out = out_of(estimator, rows, limits, z)
        named = _seen_line(line, check, group, was, limits)
        if group in outcome.groups:
            named = replace(named, course=outcome.groups[group].course)
        yield _judged(named, check, bound, is_out, clock_s, scrape_s)


def out_of(
    estimator: Estimator, slots: Mapping[int, Row], limits: Limits, z: float
) -> dict[int, bool]:
    """Of each slot in which anything happened, whether it is beyond the limits for certain."""
    found = {}
    for end_s, row in slots.items():
        estimate = estimator.estimate(row, z)
        if estimate is not None:
            held = against_limits(estimate, limits, scale=1.0, is_share=False)
            found[end_s] = held.verdict == "fail"
    return found


def recovered(is_out: Mapping[int, bool], clock_s: int, slot_s: int) -> Interval | None:
    """Seconds from the clock's start to when it was back, and stayed; None where it was not.

    It was back between two scrapes, each of which may have been late by one: at the end of the last
    slot that was out, or up to two slots before. A measure that never left was back at once.
    """
    ends = sorted(end_s for end_s in is_out if end_s > clock_s)
    last_out_s = max((end_s for end_s in ends if is_out[end_s]), default=clock_s)
    stayed = [end_s for end_s in ends if end_s > last_out_s]
    if len(stayed) < STAYS:
        return None
    after_s = float(last_out_s - clock_s)
    return Interval(max(0.0, after_s - 2 * slot_s), after_s)


def _judged(
    line: Line,
    check: Check,
    bound: Recovery,
    is_out: Mapping[int, bool],
    clock_s: int,
    scrape_s: int,
) -> Line:
    back = recovered(is_out, clock_s, scrape_s)
    if back is None:
        seen_s = max(is_out, default=clock_s) - clock_s
        told = f"it was not back, and stayed, when the run ended {seen_s} s after the clock started"
        is_late = seen_s >= bound.within_s + 2 * scrape_s
        verdict = broken(check, "fail" if is_late else "inconclusive")
        return replace(line, verdict=verdict, reason=told)
    verdict = _verdict(back, bound.within_s)
    return replace(
        line,
        verdict=broken(check, verdict),
        measured=back.high,
        interval=back,
        reason="scrapes are too far apart to tell" if verdict == "inconclusive" else None,
    )


def _verdict(back: Interval, within_s: float) -> Verdict:
    if back.high <= within_s:
        return "pass"
    return "fail" if back.low > within_s else "inconclusive"


def _seen_line(line: Line, check: Check, group: Group, was: Measured, limits: Limits) -> Line:
    low, high = limits.at_least, limits.at_most
    return replace(
        line,
        group=dict(zip(check.by, group, strict=True)),
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
