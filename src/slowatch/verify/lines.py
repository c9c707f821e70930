"""Lines: each check of each group, with what was measured, what it was held against, a verdict."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

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
    ValueMeasure,
)
from slowatch.verify.baselines import Before
from slowatch.verify.buckets import against_buckets, unseen_change
from slowatch.verify.estimate import Estimate
from slowatch.verify.limits import (
    Held,
    against_baseline,
    against_limits,
    events_to_tell,
    floor_needed,
)
from slowatch.verify.measuring import Measured, Outcome
from slowatch.verify.result import Line
from slowatch.verify.scraping import Scraped

MOST_MISSING = 0.1
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
    groups = dict.fromkeys((*outcome.groups, *outcome.lost, *(before.groups if before else ())))
    for group in sorted(groups) or [()]:
        line, measured = plain_line(check, group), outcome.groups.get(group)
        if measured is not None:
            yield _judged(line, check, measured, before, group, scraped, rules)
            continue
        gone = "nothing of this group was measured" if outcome.groups else outcome.reason
        was = before.groups.get(group) if before is not None else None
        yield replace(_with_before(line, before, was), reason=outcome.lost.get(group) or gone)


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
    line = _measured_line(line, measured)
    if isinstance(check.bound, Change):
        was = before.groups.get(group) if before is not None else None
        line = _with_before(line, before, was)
        if was is None:
            reason = before.reason if before is not None else "there is no baseline"
            return replace(line, reason=reason or "the baseline knows nothing of this group")
        if (doubt := doubt_of(was)) is not None:
            return replace(line, reason=f"its baseline: {doubt}")
        held = against_baseline(measured.estimate, check.bound, was.estimate)
        unseen = unseen_change(held, check.bound, measured, was)
        if held.verdict == "inconclusive":
            unseen = unseen or floor_needed(check.bound, was.estimate)
    else:
        assert isinstance(check.bound, Limits)  # noqa: S101  recoveries are judged elsewhere
        held, unseen = _against_limits(check, check.bound, measured, rules)
        if isinstance(check.measure, CountMeasure):
            line = replace(line, interval=None)
    if unseen is not None:
        held = replace(held, verdict="inconclusive")
        line = replace(line, reason=unseen)
    return _settled(_held(line, check, held), check, measured, group, scraped, rules)


def _measured_line(line: Line, measured: Measured) -> Line:
    return replace(
        line,
        measured=measured.estimate.value,
        interval=measured.estimate.interval,
        events=measured.estimate.events,
        course=measured.course,
    )


def _against_limits(
    check: Check, limits: Limits, measured: Measured, rules: Rules
) -> tuple[Held, str | None]:
    """How a number is within its limits, and why that cannot be told where it cannot."""
    scale = rules.scale if check.scales else 1.0
    estimate = measured.estimate
    if measured.in_buckets is not None:
        return against_buckets(estimate, limits, measured.in_buckets)
    if isinstance(check.measure, CountMeasure):
        estimate = Estimate(estimate.value, estimate.events)
    is_share = isinstance(check.measure, ShareMeasure)
    return against_limits(estimate, limits, scale=scale, is_share=is_share), None


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
        stands=is_fact(check),
        at_least=held.at_least,
        at_most=held.at_most,
        change=held.change,
        change_interval=held.change_interval,
    )


def is_fact(check: Check) -> bool:
    """Whether what breaks a check is a fact, and no estimate: it stands whatever is missing.

    One bad event where none may be, a value that was beyond its limit; but none that may be so only
    since the load was less, and no peak that was not reached: what is missing may have reached it.
    """
    if not isinstance(check.bound, Limits) or check.scales:
        return False
    match check.measure:
        case ValueMeasure(_, "max") | CountMeasure():
            return check.bound.at_least is None
        case ValueMeasure(_, "min"):
            return check.bound.at_most is None
        case ShareMeasure():
            return check.bound.at_least == 1 or check.bound.at_most == 0
    return False


def _settled(
    line: Line, check: Check, measured: Measured, group: Group, scraped: Scraped, rules: Rules
) -> Line:
    """The line as what it rests on allows: too little of it shows nothing, but a fact."""
    if line.stands and line.verdict in ("fail", "warn"):
        return line
    missed = _missing(measured) or scraped.problem
    if group in scraped.ended:
        missed = missed or "its series ended before the run did: nothing can be shown by them"
    doubt = missed or measured.doubt or _too_few(check, measured, rules)
    if doubt is not None:
        return replace(line, verdict="inconclusive", reason=doubt)
    if line.verdict == "inconclusive" and line.reason is None:
        return replace(line, reason=_straddles(check, measured.estimate, rules))
    return line


def doubt_of(measured: Measured) -> str | None:
    """Why nothing can be shown by a number, whatever it is held against."""
    return _missing(measured) or measured.doubt


def _missing(measured: Measured) -> str | None:
    if measured.doubt is not None or measured.missing <= MOST_MISSING:
        return None
    return f"{measured.missing:.0%} of the time there was no value: nothing can be shown by it"


def _too_few(check: Check, measured: Measured, rules: Rules) -> str | None:
    """Why there is too little for anything to be shown by it; None where there is enough."""
    events = measured.estimate.events
    is_sample = isinstance(check.measure, ShareMeasure | QuantileMeasure | MeanMeasure)
    if not is_sample or events >= rules.least_events:
        return None
    return f"only {events:g} events: at least {rules.least_events} are needed to show anything"


def _straddles(check: Check, estimate: Estimate, rules: Rules) -> str:
    """Why an interval shows nothing, and what would."""
    told = "where it lies holds the limit"
    if isinstance(check.measure, ShareMeasure) and isinstance(check.bound, Limits):
        events = events_to_tell(estimate, check.bound, z=rules.z)
        if events is not None:
            return (
                f"{told}: about {events:,} events would tell, and there were {estimate.events:,.0f}"
            )
    return f"{told}: a longer run would tell"
