"""Lines: each check of each group, with what was measured, what it was held against, a verdict."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from slowatch.evaluate.told import Group
from slowatch.slo.slot import Span
from slowatch.slo.verdict import Verdict
from slowatch.spec.compiled_runs import (
    Change,
    Check,
    CountMeasure,
    Limits,
    MeanMeasure,
    QuantileMeasure,
    ShareMeasure,
)
from slowatch.verify.baselines import Before
from slowatch.verify.estimate import Estimate
from slowatch.verify.limits import Held, against_baseline, against_limits, events_to_tell
from slowatch.verify.measuring import Measured, Outcome
from slowatch.verify.result import Line
from slowatch.verify.validity import Scraped

MOST_MISSING = 0.5
"""The share of moments that may have no value, for a statistic of values to stand on the others."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What all checks of a run have in common."""

    scale: float
    least_events: int
    z: float


def lines_of(
    check: Check, outcome: Outcome, before: Before | None, scraped: Scraped, rules: Rules
) -> Iterator[Line]:
    """The lines of a check, one for each group that there is, now or in the baseline."""
    groups: dict[Group, None] = dict.fromkeys(outcome.groups)
    if before is not None:
        groups |= dict.fromkeys(before.groups)
    for group in sorted(groups) or [()]:
        line = plain_line(check, group)
        measured = outcome.groups.get(group)
        if measured is None:
            reason = outcome.reason or "nothing of this group was measured"
            was = before.groups.get(group) if before is not None else None
            yield replace(_with_before(line, before, was), reason=reason)
            continue
        line = replace(
            line,
            measured=measured.estimate.value,
            interval=measured.estimate.interval,
            events=measured.estimate.events,
            course=measured.course,
        )
        yield _judged(line, check, measured, before, group, scraped, rules)


def plain_line(check: Check, group: Group) -> Line:
    """The line of a check of which nothing is known yet."""
    return Line(
        name=check.name,
        nfr=check.nfr,
        description=check.description,
        group=dict(zip(check.by, group, strict=False)),
        bound=check.bound,
        unit=check.unit,
        verdict="inconclusive",
    )


def length_line(name: str, nfr: str | None, span: Span, most_s: int, scale: float) -> Line:
    """The line of how long a run may last; its lengths are multiplied by the time scale."""
    from decimal import Decimal

    at_most = most_s * scale
    return Line(
        name=name,
        nfr=nfr,
        description="How long the run lasts",
        group={},
        bound=Limits(at_most=Decimal(most_s)),
        unit="seconds",
        verdict="pass" if span.length_s <= at_most else "fail",
        measured=float(span.length_s),
        at_most=at_most,
    )


def broken(check: Check, verdict: Verdict) -> Verdict:
    """The verdict as a check wants it that only warns."""
    return "warn" if verdict == "fail" and check.severity == "warn" else verdict


def _judged(
    line: Line,
    check: Check,
    measured: Measured,
    before: Before | None,
    group: Group,
    scraped: Scraped,
    rules: Rules,
) -> Line:
    estimate = measured.estimate
    if isinstance(check.bound, Change):
        was = before.groups.get(group) if before is not None else None
        line = _with_before(line, before, was)
        if was is None:
            reason = before.reason if before is not None else "there is no baseline"
            return replace(line, reason=reason or "the baseline knows nothing of this group")
        held = against_baseline(estimate, check.bound, was.estimate)
    else:
        assert isinstance(check.bound, Limits)  # noqa: S101  recoveries are judged elsewhere
        scale = rules.scale if check.scales else 1.0
        is_share = isinstance(check.measure, ShareMeasure)
        held = against_limits(estimate, check.bound, scale=scale, is_share=is_share)
    return _settled(_held(line, check, held), check, measured, scraped, rules)


def _with_before(line: Line, before: Before | None, was: Measured | None) -> Line:
    if before is None:
        return line
    return replace(
        line,
        baseline_ref=before.ref,
        baseline=None if was is None else was.estimate.value,
        before=() if was is None else was.course,
    )


def _held(line: Line, check: Check, held: Held) -> Line:
    return replace(
        line,
        verdict=broken(check, held.verdict),
        at_least=held.at_least,
        at_most=held.at_most,
        change=held.change,
        change_interval=held.change_interval,
    )


def _settled(line: Line, check: Check, measured: Measured, scraped: Scraped, rules: Rules) -> Line:
    """The line as what it rests on allows: too little of it shows nothing."""
    estimate = measured.estimate
    if scraped.problem:
        return replace(line, verdict="inconclusive", reason=scraped.problem)
    if measured.missing > MOST_MISSING:
        told = f"{measured.missing:.0%} of the time there was no value: nothing can be shown by it"
        return replace(line, verdict="inconclusive", reason=told)
    if isinstance(check.measure, ShareMeasure | QuantileMeasure | MeanMeasure):
        is_counted = _is_counted(check.bound) and line.verdict != "pass"
        if estimate.events < rules.least_events and not is_counted:
            least = f"at least {rules.least_events} are needed to show anything"
            told = f"only {estimate.events:g} events: {least}"
            return replace(line, verdict="inconclusive", reason=told)
    if line.verdict == "inconclusive" and line.reason is None:
        return replace(line, reason=_straddles(check, estimate, rules))
    return line


def _is_counted(bound: object) -> bool:
    """Whether the first event that breaks a share breaks its bound."""
    return isinstance(bound, Limits) and (bound.at_least == 1 or bound.at_most == 0)


def _straddles(check: Check, estimate: Estimate, rules: Rules) -> str:
    """Why an interval shows nothing, and what would."""
    told = "where it lies holds the limit"
    if isinstance(check.measure, ShareMeasure) and isinstance(check.bound, Limits):
        events = events_to_tell(estimate, check.bound, z=rules.z)
        if events is not None:
            return (
                f"{told}: about {events:,} events would tell, and there were {estimate.events:,.0f}"
            )
    if isinstance(check.measure, CountMeasure):
        return told
    return f"{told}: a longer run would tell"
