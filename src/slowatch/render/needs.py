"""Over which look-backs a service's SLOs are summed, and which of them need each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from slowatch.render.cascade import Sum, plan
from slowatch.render.rule import MINUTE_S
from slowatch.slo.alert_rule import AlertRule, BreaksBound, Burns
from slowatch.slo.burn import LOOK_BACKS_S
from slowatch.slo.slot import ceil_to
from slowatch.slo.window import RollingWindow
from slowatch.spec.compiled import CompiledSlo, Level


@dataclass(frozen=True, slots=True)
class Look:
    """A sum and the names of the SLOs that need it."""

    sum: Sum
    slos: tuple[str, ...]


def minutes_of(length_s: int) -> int:
    """A look-back in whole minutes, which is what rules add up."""
    return ceil_to(length_s, MINUTE_S) // MINUTE_S


def window_min(slo: CompiledSlo) -> int | None:
    """The window of an SLO in minutes; None on the calendar, of which rules know nothing."""
    window = slo.window
    return minutes_of(window.length_s) if isinstance(window, RollingWindow) else None


def event_look_backs(slo: CompiledSlo, rules: Iterable[AlertRule]) -> set[int]:
    """Minutes over which an SLO's events are summed: the usual ones, its window, its alerts'."""
    found = {minutes_of(length_s) for length_s in LOOK_BACKS_S.values()}
    found.update(_raised(rules))
    window = window_min(slo)
    return found if window is None else found | {window}


def measured_look_backs(slo: CompiledSlo, rules: Iterable[AlertRule]) -> set[int]:
    """Minutes over which it is counted how many were measured."""
    bounds = [rule.when for rule in rules if isinstance(rule.when, BreaksBound)]
    held = {minutes_of(one.held_s) for one in bounds if isinstance(slo.sli, Level)}
    window = window_min(slo)
    return held if window is None else held | {window}


def _raised(rules: Iterable[AlertRule]) -> Iterator[int]:
    for rule in rules:
        match rule.when:
            case Burns(thresholds):
                for threshold in thresholds:
                    yield minutes_of(threshold.short_s)
                    yield minutes_of(threshold.long_s)
            case BreaksBound(held_s):
                yield minutes_of(held_s)


def looks(needed: Mapping[str, set[int]]) -> tuple[Look, ...]:
    """The sums to record, shortest first, for SLOs by name and the minutes that each needs."""
    sums = plan(minutes for own in needed.values() for minutes in own)
    by_slo = {name: _with_parts(own, sums) for name, own in needed.items()}
    return tuple(Look(one, _needing(one, by_slo)) for one in sums)


def _with_parts(minutes: set[int], sums: Sequence[Sum]) -> set[int]:
    """Lengths, and those that they are made of."""
    found = set(minutes)
    for one in reversed(sums):
        if one.length_min in found:
            found.update(part.length_min for part in one.parts)
    return found


def _needing(one: Sum, by_slo: Mapping[str, set[int]]) -> tuple[str, ...]:
    return tuple(sorted(name for name, lengths in by_slo.items() if one.length_min in lengths))
