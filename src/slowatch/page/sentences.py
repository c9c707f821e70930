"""Where an SLO stands, in plain language: what is promised, how it goes, what would page."""

from collections.abc import Iterator

from slowatch.evaluate.judging import Condition, Status
from slowatch.evaluate.wording import duration
from slowatch.page.shown import count, last, noun, window
from slowatch.slo.alert_rule import BreaksBound, Burns, BurnThreshold
from slowatch.slo.burn import LOOK_BACKS_S, PRESENT
from slowatch.slo.figures import burn, compliance, coverage, objective_percent, percent
from slowatch.slo.tally import MICRO

WELL_COVERED = 0.95
"""The share of a window that is enough to say nothing of what was not measured."""


def sentences(status: Status) -> list[str]:
    """All there is to say of a status, one thing after the other."""
    return [*_promise(status), *_standing(status), *_left(status), *_pages(status)]


def _promise(status: Status) -> Iterator[str]:
    slo = status.slo
    objective = slo.objective.ratio
    share = "All" if objective == 1 else f"At least {objective_percent(objective)} of all"
    yield f"{share} {noun(slo)} of {window(slo.window)} are to be good."


def _standing(status: Status) -> Iterator[str]:
    tally, what = status.tally, noun(status.slo)
    if tally.measured == 0:
        yield f"Nothing is known of it: {status.reason or 'nothing was measured'}."
        return
    if tally.total == 0:
        yield f"It was measured, and there were no {what}."
    else:
        ratio = compliance(status.compliance_ratio, status.slo.objective.ratio)
        yield f"{ratio} of {count(tally.total / MICRO)} were{_bad(status)}."
    if status.coverage_ratio < WELL_COVERED:
        measured = coverage(status.coverage_ratio).replace("<", "Less than ")
        yield f"{measured} of the window has been measured so far."
    if status.state == "no_data":
        yield f"At present nothing is known: {status.reason}."


def _bad(status: Status) -> str:
    budget = status.budget
    if status.tally.bad == 0:
        return ", none was bad"
    spent = count(budget.spent_bad)
    if budget.allowed_bad == 0:
        return f"; {spent} bad, where none may be"
    return f"; {spent} bad, where {count(budget.allowed_bad)} may be"


def _left(status: Status) -> Iterator[str]:
    remaining, now = status.budget.remaining_ratio, status.burn_rates[PRESENT]
    if remaining is None:
        return
    if remaining < 0:
        times = 1 - remaining
        yield f"The error budget is spent {_times(times)} over."
    elif status.budget.is_exhausted:
        yield "The error budget is used up."
    elif status.slo.objective.budget_ratio:
        yield f"{percent(remaining, digits=1)} of the error budget is left{_lasts(status, now)}."


def _lasts(status: Status, now: float | None) -> str:
    if now is None:
        return ""
    if status.exhausts_in_s is not None:
        return f", and ends in {duration(status.exhausts_in_s)} at the pace of the last hour"
    return ", and at the pace of the last hour it lasts"


def _times(times: float) -> str:
    if times < 2:
        return f"{times:.2f} times"
    return f"{times:.1f} times" if times < 100 else f"{count(round(times))} times"


def _pages(status: Status) -> Iterator[str]:
    """What holds, or would have to hold, for somebody to be paged."""
    pages = [one for one in status.conditions if one.rule.severity == "page"]
    held = [one.rule.name for one in pages if one.holds]
    if held:
        yield f"It is worth a page now: {', '.join(held)}."
        return
    for one in pages:
        match one.rule.when:
            case Burns(thresholds):
                first = thresholds[0]
                yield f"It pages when {burn_words(first)}{_now(status, one, first)}."
            case BreaksBound(held_s):
                yield f"It pages when the bound is broken all through {last(held_s)}."
            case _:
                continue
        return
    yield "Nothing pages for it." if not pages else f"It pages for {pages[0].rule.name}."


def burn_words(threshold: BurnThreshold) -> str:
    """What a threshold asks for."""
    long, short = last(threshold.long_s), last(threshold.short_s)
    share = percent(threshold.bad_ratio, digits=2)
    factor = burn(float(threshold.factor))
    if not threshold.bad_ratio:
        least = f"{threshold.least_bad} or more are" if threshold.least_bad > 1 else "anything is"
        return f"{least} bad in {long}, and anything in {short}"
    return (
        f"{long} and {short} both burn more than {factor} times as fast as they may ({share} bad)"
    )


def _now(status: Status, condition: Condition, threshold: BurnThreshold) -> str:
    rates = rates_by_length(status)
    short, long = rates.get(threshold.short_s), rates.get(threshold.long_s)
    if short is None or long is None or not threshold.bad_ratio:
        return ""
    # Both exceed it, and yet it does not hold: then there is not enough to go by.
    is_guarded = condition.holds is False and min(short, long) > float(threshold.factor)
    guard = ", of too few bad events to tell" if is_guarded else ""
    return f"; now it is {burn(long)} and {burn(short)} times{guard}"


def rates_by_length(status: Status) -> dict[int, float | None]:
    """The burn rates of a status by the lengths of their look-backs, in seconds."""
    return {LOOK_BACKS_S[name]: rate for name, rate in status.burn_rates.items()}
