"""Burn rates beside the thresholds of alerts, and how far each alert is from being raised."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from slowatch.evaluate.judging import Condition, Status
from slowatch.evaluate.wording import duration
from slowatch.page.drawing import log_place, svg_percent
from slowatch.page.sentences import burn_words
from slowatch.page.shown import count, last, left
from slowatch.slo.alert_condition import is_enough
from slowatch.slo.alert_rule import BreaksBound, BudgetExhausted, Burns, BurnThreshold
from slowatch.slo.burn import LOOK_BACKS_S, PRESENT, burn_rate
from slowatch.slo.figures import NOTHING, burn
from slowatch.slo.policy import BudgetEnding, BudgetLow, Severity, SliAbsent
from slowatch.slo.tally import MICRO, Tally
from slowatch.spec.units import duration_text, share_text

LEAST_AXIS = 20.0
"""The burn rate that the axis goes up to, at least."""

_USED_UP = ("it is used up", 0.0)

LookBack = Callable[[int], Tally]
"""What the last so many seconds hold."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A threshold on the axis."""

    place: str
    factor: str
    severity: Severity
    partner: str


@dataclass(frozen=True, slots=True)
class BurnBar:
    """The burn rate of one look-back, and the thresholds that it is compared with.

    Without a budget there is no burn rate: then `rate` is how much was bad.
    """

    look_back: str
    rate: str
    place: str
    is_over: bool
    marks: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class BurnAxis:
    """The bars, and the place of 1, which spends the budget exactly over the window.

    `has_rates` says whether there is a budget that can burn.
    """

    bars: Sequence[BurnBar]
    one: str
    has_rates: bool


@dataclass(frozen=True, slots=True)
class Distance:
    """An alert, what raises it, how things are, and how near that is: 1 is there."""

    name: str
    severity: Severity
    raised_when: str
    now: str
    nearness: str
    holds: bool | None
    nfr: str


def look_backs(status: Status) -> Mapping[int, str]:
    """The names of all look-backs that say something of a status, by their lengths, ascending."""
    thresholds = (t for _, t in _thresholds(status))
    lengths = {length_s for t in thresholds for length_s in (t.short_s, t.long_s)}
    named = {length_s: name for name, length_s in LOOK_BACKS_S.items()}
    return {s: named.get(s) or duration_text(s) for s in sorted({*lengths, *named})}


def rates(status: Status, look_back: LookBack) -> dict[int, float | None]:
    """The burn rates of all of them; `look_back` tells those that the status does not."""
    return {
        length_s: status.burn_rates[name]
        if name in status.burn_rates
        else burn_rate(look_back(length_s), status.slo.objective)
        for length_s, name in look_backs(status).items()
    }


def burn_axis(status: Status, rate_of: Mapping[int, float | None], look_back: LookBack) -> BurnAxis:
    """A bar for each look-back, shortest first, along a logarithmic axis.

    Of an objective of 100 % it is what was bad instead, without marks.
    """
    if not status.slo.objective.budget_ratio:
        counts = [
            BurnBar(name, _bad_of(look_back(length_s)), "0%", is_over=False, marks=())
            for length_s, name in look_backs(status).items()
        ]
        return BurnAxis(counts, "0%", has_rates=False)
    known = [rate for rate in rate_of.values() if rate is not None]
    factors = [float(threshold.factor) for _, threshold in _thresholds(status)]
    most = max([LEAST_AXIS, *known, *(1.5 * factor for factor in factors)])
    bars = [
        _bar(status, length_s, name, rate_of[length_s], most)
        for length_s, name in look_backs(status).items()
    ]
    return BurnAxis(bars, svg_percent(log_place(1, most)), has_rates=True)


def _bar(status: Status, length_s: int, name: str, rate: float | None, most: float) -> BurnBar:
    marks = []
    is_over = False
    for severity, threshold in _thresholds(status):
        if length_s not in (threshold.short_s, threshold.long_s):
            continue
        factor = float(threshold.factor)
        other_s = threshold.long_s if length_s == threshold.short_s else threshold.short_s
        place = svg_percent(log_place(factor, most))
        marks.append(Mark(place, burn(factor), severity, duration_text(other_s)))
        is_over = is_over or (rate is not None and rate > factor)
    return BurnBar(name, burn(rate), svg_percent(log_place(rate or 0.0, most)), is_over, marks)


def distances(
    status: Status, rate_of: Mapping[int, float | None], look_back: LookBack
) -> list[Distance]:
    """How far each alert is from being raised, as the status says it is."""
    return [_distance(status, one, rate_of, look_back) for one in status.conditions]


def _distance(
    status: Status, condition: Condition, rate_of: Mapping[int, float | None], look_back: LookBack
) -> Distance:
    rule = condition.rule
    match rule.when:
        case Burns(thresholds):
            raised_when = "; or ".join(burn_words(threshold) for threshold in thresholds)
            now, near = _nearest_burn(thresholds, rate_of, look_back)
        case BudgetExhausted():
            raised_when = "nothing of the budget is left"
            now, near = _of_budget(status, 1.0)
        case BudgetLow(share):
            raised_when = f"less than {share_text(share)} of the budget is left, and some still is"
            used_up = status.budget.is_exhausted
            now, near = _USED_UP if used_up else _of_budget(status, 1 - float(share))
        case BudgetEnding(within_s):
            raised_when = f"the budget ends within {duration_text(within_s)} at the present pace"
            now, near = _ending(status, within_s)
        case SliAbsent(for_s):
            raised_when = f"nothing was measured for {duration_text(for_s)}"
            now, near = ("nothing was measured", 1.0) if condition.holds else ("measured", 0.0)
        case BreaksBound(held_s):
            raised_when = f"the bound is broken all through {last(held_s)}"
            now, near = ("broken", 1.0) if condition.holds else ("not all through", 0.0)
    near = 1.0 if condition.holds else min(0.99, near)
    told = now if condition.holds is not None else "not known"
    return Distance(
        name=rule.name,
        severity=rule.severity,
        raised_when=raised_when,
        now=told,
        nearness=svg_percent(near if condition.holds is not None else 0.0),
        holds=condition.holds,
        nfr=rule.nfr or "",
    )


def _nearest_burn(
    thresholds: Sequence[BurnThreshold],
    rate_of: Mapping[int, float | None],
    look_back: LookBack,
) -> tuple[str, float]:
    """The burns that are nearest to a threshold, and how near they are to it."""
    return max((_burn_of(t, rate_of, look_back) for t in thresholds), key=lambda one: one[1])


def _burn_of(
    threshold: BurnThreshold, rate_of: Mapping[int, float | None], look_back: LookBack
) -> tuple[str, float]:
    short, long = rate_of.get(threshold.short_s), rate_of.get(threshold.long_s)
    pair = f"{duration_text(threshold.long_s)} and {duration_text(threshold.short_s)}"
    if not threshold.bad_ratio:
        return _any_bad(threshold, look_back)
    if short is None or long is None or not threshold.factor:
        return f"{pair}: no burn rate", 0.0
    told = f"{burn(long)} and {burn(short)} times over {pair}"
    near = min(short, long) / float(threshold.factor)
    tally = look_back(threshold.long_s)
    if near > 1 and not is_enough(tally, threshold):
        return f"{told}, of too few bad events to tell ({count(tally.bad / MICRO)})", 0.99
    return told, near


def _any_bad(threshold: BurnThreshold, look_back: LookBack) -> tuple[str, float]:
    """What was bad in both look-backs; with nothing bad in one of them it is half way at most."""
    long, short = look_back(threshold.long_s), look_back(threshold.short_s)
    lengths = duration_text(threshold.long_s), duration_text(threshold.short_s)
    told = f"{_bad_of(long)} bad in {lengths[0]}, {_bad_of(short)} in {lengths[1]}"
    share = min(1.0, long.bad / MICRO / threshold.least_bad) if threshold.least_bad else 1.0
    return told, (share + (short.bad > 0)) / 2 if long.bad else 0.0


def _bad_of(tally: Tally) -> str:
    return count(tally.bad / MICRO) if tally.measured else NOTHING


def _of_budget(status: Status, share: float) -> tuple[str, float]:
    remaining = status.budget.remaining_ratio
    if remaining is None:
        return NOTHING, 0.0
    told = left(remaining) if remaining < 0 else f"{left(remaining)} is left"
    return told, max(0.0, (1 - remaining) / share) if share else 1.0


def _ending(status: Status, within_s: int) -> tuple[str, float]:
    if status.budget.is_exhausted:
        return _USED_UP
    if status.exhausts_in_s is None:
        return ("it lasts", 0.0) if status.burn_rates[PRESENT] is not None else (NOTHING, 0.0)
    return f"it ends in {duration(status.exhausts_in_s)}", within_s / status.exhausts_in_s


def _thresholds(status: Status) -> Iterator[tuple[Severity, BurnThreshold]]:
    for condition in status.conditions:
        if isinstance(condition.rule.when, Burns):
            for threshold in condition.rule.when.thresholds:
                yield condition.rule.severity, threshold
