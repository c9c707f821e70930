"""All that an SLO may raise, whoever raises it: the daemon, or rules rendered for Prometheus."""

from collections.abc import Mapping
from dataclasses import replace

from slowatch.slo.alert_rule import AlertRule, BreaksBound, policy_rules
from slowatch.slo.window import RollingWindow
from slowatch.spec.buckets import plain_number
from slowatch.spec.compiled import CompiledSlo, Level
from slowatch.spec.units import duration_text

IDENTITY = ("alertname", "severity", "service", "slo", "nfr")
_TAKEN = frozenset({*IDENTITY, "alert", "job", "instance", "look_back", "outcome", "state", "le"})


def alert_rules(slo: CompiledSlo, window_s: int) -> tuple[AlertRule, ...]:
    """The rules of an SLO whose window is so many seconds long: its policy's, then its own."""
    # What may be good while it is absent may be absent.
    policy = slo.policy if slo.no_data != "good" else replace(slo.policy, sli_absent=None)
    by_policy = policy_rules(policy, slo.objective, window_s, is_sampled=not slo.is_by_slots)
    own = (
        AlertRule(
            name=alert.name,
            severity=alert.severity,
            when=BreaksBound(alert.for_s),
            # A number per slot is seen to have broken its bound slot by slot; events are summed.
            for_s=0 if isinstance(slo.sli, Level) else alert.for_s,
            keep_firing_s=slo.policy.keep_firing_s,
            labels=slo.policy.labels.get(alert.severity, {}),
            nfr=alert.nfr,
        )
        for alert in slo.alerts
    )
    return (*by_policy, *own)


def published_labels(slo: CompiledSlo, group: Mapping[str, str]) -> dict[str, str]:
    """The labels by which an SLO's group is known outside: in metrics, rules and alerts.

    A label of the group that could be taken for another one is called `group_…`.
    """
    return {"service": slo.service, "slo": slo.name, "nfr": slo.nfr or ""} | {
        published_label(name): value for name, value in group.items()
    }


def info_labels(slo: CompiledSlo) -> dict[str, str]:
    """The labels of the series that says what an SLO is; the SLO's own give way to the others.

    Those that an SLO does not have are left out.
    """
    own = {published_label(name): value for name, value in slo.labels.items()}
    promise = {"objective": plain_number(slo.objective.ratio), "window": window_text(slo)}
    labels = {**own, **published_labels(slo, {}), **promise}
    return {name: value for name, value in labels.items() if value}


def window_text(slo: CompiledSlo) -> str:
    """An SLO's window, such as `30d` or `month`."""
    window = slo.window
    if isinstance(window, RollingWindow):
        return duration_text(window.length_s)
    return window.unit


def published_label(name: str) -> str:
    """What a label of `by` is called outside."""
    return f"group_{name}" if name in _TAKEN else name


def alert_labels(slo: CompiledSlo, rule: AlertRule, group: Mapping[str, str]) -> dict[str, str]:
    """All labels of an alert: the SLO's own, for routing, give way to those that say what it is."""
    named = published_labels(slo, group)
    if rule.nfr is not None:
        named["nfr"] = rule.nfr
    labels = {**slo.labels, "severity": rule.severity, **rule.labels, **named}
    labels["alertname"] = rule.name
    return {name: value for name, value in labels.items() if value}
