"""Which alerts must fire, by the daemon's own judging of what a unit test's world holds."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from slowatch.evaluate.judging import Evidence, judge
from slowatch.render.conditions import condition
from slowatch.render.needs import minutes_of
from slowatch.render.rule import MINUTE_S
from slowatch.render.tallies import Group, Tallies
from slowatch.slo.alert_rule import AlertRule
from slowatch.slo.alert_state import INACTIVE, AlertState, step
from slowatch.slo.policy import SliAbsent
from slowatch.slo.slot import Span
from slowatch.slo.tally import NOTHING, Tally
from slowatch.spec.alert_rules import alert_labels
from slowatch.spec.compiled import CompiledSlo

Labels = tuple[tuple[str, str], ...]
SETTLING_MIN = 2
"""How much later than in the daemon an alert may end in Prometheus, and still be the same."""


@dataclass(frozen=True, slots=True)
class Check:
    """The alerts that fire so many minutes after the start, and no others."""

    minute: int
    firing: frozenset[Labels]


class Past:
    """The tallies of one group, minute by minute."""

    def __init__(self, tallies: Tallies) -> None:
        self._until = list(accumulate((one or NOTHING for one in tallies), initial=NOTHING))

    def over(self, minutes: int, end: int) -> Tally:
        """The sum of the last so many minutes at the end of a minute."""
        return self._until[end] - self._until[max(0, end - minutes)]


def firing_by_minute(
    slo: CompiledSlo,
    rules: Sequence[AlertRule],
    groups: Mapping[Group, Tallies],
    kept: Collection[str],
) -> list[frozenset[Labels]]:
    """The `kept` labels of an SLO's firing alerts at the end of each minute."""
    pasts = {group: Past(tallies) for group, tallies in groups.items()}
    length = max(len(tallies) for tallies in groups.values())
    told = [rule for rule in rules if condition(slo, rule) is not None]
    states: dict[Labels, AlertState] = {}
    found = []
    for end in range(1, length + 1):
        # Of an alert that concerns all groups, each of them says the same.
        said = {
            _identity(slo, rule, group, kept): (rule, holds)
            for rule, group, holds in _holding(slo, told, pasts, end)
        }
        for alert, (rule, holds) in said.items():
            state = states.get(alert, INACTIVE)
            # Where the facts do not say, the daemon waits; Prometheus takes it for a no.
            states[alert] = step(state, rule, holds=bool(holds), at_s=end * MINUTE_S)
        found.append(frozenset(name for name, one in states.items() if one.phase == "firing"))
    return found


def checks(firing: Sequence[Iterable[frozenset[Labels]]]) -> Iterator[Check]:
    """When to look: after each change, once it has settled, and before the next."""
    union = [frozenset().union(*sets) for sets in zip(*firing, strict=True)]
    first = 0
    for at, (now, then) in enumerate(zip(union, [*union[1:], None], strict=True)):
        if now != then:
            for minute in sorted({first + SETTLING_MIN, at}):
                if first + SETTLING_MIN <= minute <= at:
                    yield Check(minute + 1, now)
            first = at + 1


def _holding(
    slo: CompiledSlo, rules: Sequence[AlertRule], pasts: Mapping[Group, Past], end: int
) -> Iterator[tuple[AlertRule, Mapping[str, str], bool | None]]:
    absent = all(p.over(_absent_min(rules), end).measured == 0 for p in pasts.values())
    for group, past in pasts.items():
        labels = dict(zip(slo.by, group, strict=True))
        evidence = replace(_evidence(slo, past, end), is_absent=absent)
        status = judge(_as_rules_count(slo), labels, evidence, rules)
        for one in status.conditions:
            whose = {} if isinstance(one.rule.when, SliAbsent) else labels
            yield one.rule, whose, one.holds


def _absent_min(rules: Sequence[AlertRule]) -> int:
    waits = [minutes_of(rule.when.for_s) for rule in rules if isinstance(rule.when, SliAbsent)]
    return max(waits, default=1)


def _evidence(slo: CompiledSlo, past: Past, end: int) -> Evidence:
    end_s = end * MINUTE_S
    window_s = slo.window.nominal_length_s
    return Evidence(
        tally=past.over(minutes_of(window_s), end),
        span=Span(end_s - window_s, end_s),
        look_back=lambda length_s: past.over(minutes_of(length_s), end),
        end_s=end_s,
        slot_s=MINUTE_S,
    )


def _as_rules_count(slo: CompiledSlo) -> CompiledSlo:
    """Rules leave minutes without data out."""
    return replace(slo, no_data="missing")


def _identity(
    slo: CompiledSlo, rule: AlertRule, group: Mapping[str, str], kept: Collection[str]
) -> Labels:
    labels = alert_labels(slo, rule, group)
    return tuple(sorted((name, labels[name]) for name in labels if name in kept))
