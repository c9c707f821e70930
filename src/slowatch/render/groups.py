"""Rules that stand alone in Prometheus: one group for each service."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from slowatch.render.alerts import alerts_over_records
from slowatch.render.cascade import plan
from slowatch.render.minutes import minute_rule
from slowatch.render.needs import event_look_backs, looks, measured_look_backs, window_min
from slowatch.render.outcomes import outcome_rules
from slowatch.render.ratios import constant_rules, ratio_rules
from slowatch.render.rule import MINUTE_S, Rule, RuleGroup
from slowatch.render.scope import Scope
from slowatch.render.sums import event_rules, measured_rules
from slowatch.slo.alert_rule import AlertRule
from slowatch.slo.slot import DAY_S
from slowatch.slo.window import CalendarWindow
from slowatch.spec.alert_rules import alert_rules
from slowatch.spec.compiled import CompiledSlo
from slowatch.spec.units import duration_text


@dataclass(frozen=True, slots=True)
class Manner:
    """How rules are rendered.

    `scrape_s` is the scrape interval of the targets. `with_alerts` is False where the daemon itself
    notifies. `external_url` is where people reach slowatch, if they do.
    """

    scrape_s: int = 15
    with_alerts: bool = True
    external_url: str | None = None


USUAL = Manner()
USUAL_RETENTION_S = 15 * DAY_S
"""What Prometheus keeps unless it is told otherwise."""


def rule_groups(slos: Sequence[CompiledSlo], manner: Manner = USUAL) -> tuple[RuleGroup, ...]:
    """A group for each service, in the order of their names."""
    return tuple(
        RuleGroup(service, tuple(_rules(own, manner))) for service, own in by_service(slos).items()
    )


def by_service(slos: Sequence[CompiledSlo]) -> Mapping[str, list[CompiledSlo]]:
    """SLOs by their service, in the order of their names."""
    services: dict[str, list[CompiledSlo]] = {}
    for slo in sorted(slos, key=lambda slo: (slo.service, slo.name)):
        services.setdefault(slo.service, []).append(slo)
    return services


def notes(slos: Sequence[CompiledSlo]) -> Iterator[str]:
    """What rules cannot do for some SLOs, a sentence each."""
    filled = [slo.id for slo in slos if slo.no_data != "missing"]
    if filled:
        yield (
            f"rules leave minutes without data out, whatever `no_data` says, for {_named(filled)};"
            " the daemon counts them"
        )
    calendar = [slo.id for slo in slos if isinstance(slo.window, CalendarWindow)]
    if calendar:
        yield (
            "rules know nothing of the calendar: budgets, coverage and budget alerts are left to"
            f" the daemon for {_named(calendar)}; alerts on burn rates that can fire are rendered"
        )
    kept_s = max((s for slo in slos if (s := _remembered_s(slo)) > USUAL_RETENTION_S), default=0)
    if kept_s:
        yield (
            f"Prometheus has to keep {duration_text(kept_s)} of what rules record, else windows are"
            " cut short: set --storage.tsdb.retention.time (15d is its default)"
        )


def _remembered_s(slo: CompiledSlo) -> int:
    """How long ago the last part of its window's sum ended, in seconds."""
    window = window_min(slo)
    if window is None:
        return 0
    parts = next(one.parts for one in plan([window]) if one.length_min == window)
    return max((part.ago_min * MINUTE_S for part in parts), default=0)


def raised(slo: CompiledSlo) -> tuple[AlertRule, ...]:
    """All that an SLO may raise, over a window of its usual length."""
    return alert_rules(slo, slo.window.nominal_length_s)


def _rules(slos: Sequence[CompiledSlo], manner: Manner) -> Iterator[Rule]:
    scope = Scope.of(slos)
    may_raise = {slo.name: raised(slo) if manner.with_alerts else () for slo in slos}
    events = looks({slo.name: event_look_backs(slo, may_raise[slo.name]) for slo in slos})
    measured = looks({slo.name: measured_look_backs(slo, may_raise[slo.name]) for slo in slos})
    yield from chain.from_iterable(constant_rules(slo) for slo in slos)
    yield from (minute_rule(slo, manner.scrape_s) for slo in slos)
    yield from outcome_rules(slos)
    yield from event_rules(scope, events)
    yield from measured_rules(scope, measured)
    yield from ratio_rules(slos)
    for slo in slos:
        yield from alerts_over_records(slo, may_raise[slo.name], manner.external_url)


def _named(ids: Sequence[str]) -> str:
    return ", ".join(ids)
