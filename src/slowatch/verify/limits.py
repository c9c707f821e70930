"""Holding estimates against limits: a verdict only where the interval is clear of the limit."""

from dataclasses import dataclass
from decimal import Decimal
from math import ceil, sqrt

from slowatch.slo.verdict import Verdict, worst
from slowatch.spec.compiled_runs import Change, Limits
from slowatch.verify.estimate import Estimate, contrast
from slowatch.verify.result import Interval


@dataclass(frozen=True, slots=True)
class Held:
    """A verdict, the limits that counted in the measure's unit, and how it compares.

    `change` is relative to the baseline.
    """

    verdict: Verdict
    at_least: float | None = None
    at_most: float | None = None
    change: float | None = None
    change_interval: Interval | None = None


def against_limits(estimate: Estimate, limits: Limits, *, scale: float, is_share: bool) -> Held:
    """Whether an estimate is within limits, which are multiplied by `scale`.

    A share that must be nothing or everything is counted, not estimated: one event breaks it, and
    no number of others proves it.
    """
    low = None if limits.at_least is None else float(limits.at_least) * scale
    high = None if limits.at_most is None else float(limits.at_most) * scale
    verdicts = []
    if low is not None:
        exact = is_share and low >= 1
        verdicts.append(_above(Estimate(estimate.value, 0) if exact else estimate, low))
    if high is not None:
        exact = is_share and high <= 0
        verdicts.append(_below(Estimate(estimate.value, 0) if exact else estimate, high))
    return Held(worst(verdicts), low, high)


def against_baseline(now: Estimate, change: Change, before: Estimate) -> Held:
    """Whether an estimate is within a change of its baseline, or within the floor of it.

    It breaks the change where both `now > (1 + change) * before` and `now > before + floor`.
    Nothing is no more than nothing, however many events that rests on.
    """
    floor = float(change.floor)
    low = high = None
    verdicts: list[Verdict] = []
    if change.at_most is not None:
        factor = 1 + float(change.at_most)
        high = max(before.value * factor, before.value + floor)
        over = _least(contrast(now, factor, before), contrast(now, 1.0, before, floor))
        verdicts.append(_clear(over))
    if change.at_least is not None:
        factor = max(0.0, 1 + float(change.at_least))
        low = min(before.value * factor, before.value - floor)
        short = contrast(now, factor, before), contrast(now, 1.0, before, -floor)
        verdicts.append(_clear(_least(*(_negated(one) for one in short))))
    ratio = now.value / before.value - 1 if before.value > 0 else None
    is_nothing = now.value == before.value == 0
    verdict = "pass" if is_nothing else worst(verdicts)
    return Held(verdict, low, high, ratio, _ratio_interval(now, before))


def floor_needed(change: Change, before: Estimate) -> str | None:
    """Why a change of nothing cannot be told; None where it can."""
    if before.value > 0 or change.at_most is None or change.floor > 0:
        return None
    return "its baseline is 0, of which any change is too much: give the check a `floor`"


def limits_around(before: float, change: Change) -> Limits:
    """The limits that a change sets around a baseline, as numbers."""
    held = against_baseline(Estimate(before, 1), change, Estimate(before, 1))
    low, high = held.at_least, held.at_most
    return Limits(
        None if low is None else Decimal(repr(low)), None if high is None else Decimal(repr(high))
    )


def events_to_tell(estimate: Estimate, limits: Limits, *, z: float) -> int | None:
    """About how many events it takes to show that a share keeps its limit; None where it does not.

    As many more as its interval is wider than its distance from the limit, squared; where nothing
    was bad yet, as many as Wilson's interval asks for.
    """
    if limits.at_least is not None:
        spare, reach = estimate.value - float(limits.at_least), estimate.value - estimate.low
        is_clean, allowed = estimate.value >= 1, 1 - float(limits.at_least)
    elif limits.at_most is not None:
        spare, reach = float(limits.at_most) - estimate.value, estimate.high - estimate.value
        is_clean, allowed = estimate.value <= 0, float(limits.at_most)
    else:
        return None
    if spare <= 0 or allowed <= 0:
        return None
    if is_clean:
        return ceil(z * z * (1 - allowed) / allowed)
    return ceil(estimate.events * (reach / spare) ** 2)


def _above(estimate: Estimate, limit: float) -> Verdict:
    if estimate.low >= limit:
        return "pass"
    return "fail" if estimate.high < limit else "inconclusive"


def _below(estimate: Estimate, limit: float) -> Verdict:
    if estimate.high <= limit:
        return "pass"
    return "fail" if estimate.low > limit else "inconclusive"


def _clear(excess: Interval) -> Verdict:
    """The verdict on how far something is beyond what it may be."""
    if excess.high <= 0:
        return "pass"
    return "fail" if excess.low > 0 else "inconclusive"


def _least(first: Interval, second: Interval) -> Interval:
    """Where the smaller of two numbers lies."""
    return Interval(min(first.low, second.low), min(first.high, second.high))


def _negated(interval: Interval) -> Interval:
    return Interval(-interval.high, -interval.low)


def _ratio_interval(now: Estimate, before: Estimate) -> Interval | None:
    """Where the relative change lies; None where the baseline may be nothing.

    Source: Donner and Zou 2012, "Closed-form confidence intervals for functions of the normal mean
    and standard deviation": the ends of both intervals, recovered for a ratio.
    """
    if before.low <= 0 or not (now.interval or before.interval):
        return None
    product = now.value * before.value
    low = _ratio_end(product, now.value, now.low, before.value, before.high, sign=-1)
    high = _ratio_end(product, now.value, now.high, before.value, before.low, sign=1)
    return None if low is None or high is None else Interval(low - 1, high - 1)


def _ratio_end(
    product: float, value: float, end: float, base: float, base_end: float, *, sign: int
) -> float | None:
    of_value, of_base = end * (2 * value - end), base_end * (2 * base - base_end)
    inside = product * product - of_value * of_base
    if of_base <= 0 or inside < 0:
        return None
    return (product + sign * sqrt(inside)) / of_base
