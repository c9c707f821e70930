"""Recovery: how long after a spike a measure is back at its baseline, and stays."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from slowatch.slo.slot import Span
from slowatch.slo.verdict import Verdict
from slowatch.spec.compiled_runs import Check, Limits, Recovery
from slowatch.verify.asked import Subject
from slowatch.verify.baselines import Before
from slowatch.verify.buckets import beyond_buckets
from slowatch.verify.limits import floor_needed
from slowatch.verify.lines import broken, doubt_of, plain_line
from slowatch.verify.measuring import (
    Measured,
    Outcome,
    RunMeasuring,
)
from slowatch.verify.played import Played, clock_start_s
from slowatch.verify.recovery_slots import RecoverySlots, grid_of
from slowatch.verify.result import Interval, Line
from slowatch.verify.scraping import Scraped
from slowatch.verify.stretches import Home, Slots


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
    subject, scrape_s = Subject.of(check), seen.measuring.scrape_s(check.source)
    grid = None if clock_s is None else grid_of(subject, clock_s, seen.span, scrape_s)
    line = replace(
        plain_line(check, ()),
        unit="seconds",
        at_most=float(bound.within_s),
        baseline_ref=None if before is None else before.ref,
        course_unit=check.unit,
    )
    if grid is None or before is None or not before.groups:
        yield replace(line, reason=_unseen(bound, clock_s, before))
        return
    asked = RecoverySlots.asked(subject, grid, seen.measuring)
    for group in sorted(dict.fromkeys((*before.groups, *outcome.groups, *outcome.lost))):
        named = replace(line, group=dict(zip(check.by, group, strict=False)))
        if group in outcome.groups:
            named = replace(named, course=outcome.groups[group].course)
        was = before.groups.get(group)
        if was is None:
            yield replace(named, reason="the baseline knows nothing of this group")
            continue
        why = scraped.problem or outcome.lost.get(group) or _unusable(was)
        slots = why or asked.of(group, was)
        if isinstance(slots, str):
            yield replace(named, reason=slots)
            continue
        home = Home(bound.change, was.estimate, before.per_s(was))
        yield _judged(_seen_line(named, was, home.limits), check, bound, slots, home)


def _unusable(was: Measured) -> str | None:
    """Why nothing can be compared with what a group was; None where something can."""
    doubt = doubt_of(was) or beyond_buckets(was)
    return None if doubt is None else f"its baseline: {doubt}"


def _judged(line: Line, check: Check, bound: Recovery, slots: Slots, home: Home) -> Line:
    found, seen_s = slots.back(home), slots.seen_s - slots.clock_s
    if found is None:
        told = f"it was not back to stay when the run ended, {seen_s} s after the clock started"
        if slots.is_away(home, bound.within_s):
            return replace(line, verdict=broken(check, "fail"), reason=told)
        return replace(line, reason=floor_needed(bound.change, home.was) or told)
    back = _between_scrapes(slots, *found)
    verdict, reason = _verdict(back, bound.within_s), None
    if verdict == "inconclusive":
        told = f"it was back between {back.low:g} and {back.high:g} s after the clock started"
        too_few = f"{told}: it takes closer scrapes, or more events, to tell"
        reason = floor_needed(bound.change, home.was) or too_few
    elif seen_s < bound.within_s:
        verdict = "inconclusive"
        reason = f"the run ended {seen_s} s after the clock started: whether it stays is not seen"
    elif verdict == "pass" and (blind_s := slots.blind_until_s()) is not None:
        verdict = "inconclusive"
        until = f"until {blind_s - slots.clock_s} s after the clock started"
        reason = f"it was not scraped for a while, {until}: whether it was back is not known"
    return replace(
        line,
        verdict=broken(check, verdict),
        measured=back.high,
        interval=back,
        reason=reason,
    )


def _between_scrapes(slots: Slots, away_s: int, back_s: int) -> Interval:
    """Seconds from the clock's start to when it was back, and stayed.

    It was back between two scrapes, each of which may have been late by one, so up to two slots
    before. A measure that never left was back at once.
    """
    low = away_s - slots.clock_s - 2 * slots.grid.step_s
    return Interval(float(max(0, low)), float(back_s - slots.clock_s))


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
