"""Metrics of alerts: what rules fire on, how many alerts there are, and what became of sending."""

from collections.abc import Iterator, Mapping, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from slowatch.evaluate.alert import Alert, key_of
from slowatch.evaluate.judging import Condition, Status
from slowatch.notify.sent import Sent
from slowatch.spec.alert_rules import published_labels

_COUNTERS = {
    "sent": ("taken", "Requests with alerts that a target took."),
    "failed": ("failed", "Requests with alerts that a target did not take."),
    "dropped": ("dropped", "Deliveries that were given up after a day."),
}


def conditions_gauge(statuses: Sequence[Status]) -> Metric:
    """Whether each alert's condition holds now, before it has to hold for a time.

    One of which nothing is known has no sample.
    """
    name = "slowatch_slo_alert_condition"
    family = GaugeMetricFamily(name, "1 while the condition of an alert holds, else 0.")
    found: dict[tuple[tuple[str, str], ...], float] = {}
    for status in statuses:
        for condition in status.conditions:
            if condition.holds is not None:
                labels = tuple(_condition_labels(status, condition).items())
                # That an SLI is absent is said by each of its groups.
                found[labels] = max(found.get(labels, 0.0), float(condition.holds))
    for labels, value in found.items():
        family.add_sample(name, dict(labels), value)
    return family


def alerts_gauge(alerts: Sequence[Alert]) -> Metric:
    """How many alerts are pending and firing."""
    name = "slowatch_alerts"
    family = GaugeMetricFamily(name, "Alerts by state.")
    for state in ("pending", "firing"):
        count = sum(1 for alert in alerts if alert.state.phase == state)
        family.add_sample(name, {"state": state}, count)
    return family


def sent_counters(sent: Sequence[Sent]) -> Iterator[Metric]:
    """What was sent to each target since the start."""
    for name, (field, text) in _COUNTERS.items():
        family = CounterMetricFamily(f"slowatch_notifications_{name}", text)
        for one in sent:
            family.add_sample(f"{family.name}_total", _target(one), getattr(one, field))
        if sent:
            yield family


def queue_gauge(sent: Sequence[Sent], lengths: Mapping[str, int]) -> Metric:
    """How many deliveries wait for each webhook."""
    name = "slowatch_notifications_queued"
    family = GaugeMetricFamily(name, "Deliveries that wait for a webhook to take them.")
    for one in sent:
        if one.kind == "webhook":
            family.add_sample(name, _target(one), lengths.get(one.target, 0))
    return family


def _condition_labels(status: Status, condition: Condition) -> dict[str, str]:
    rule = condition.rule
    key = key_of(status, rule)
    labels = published_labels(status.slo, dict(key.group))
    if rule.nfr is not None:
        labels["nfr"] = rule.nfr
    return {**labels, "alert": rule.name, "severity": rule.severity}


def _target(sent: Sent) -> dict[str, str]:
    return {"target": sent.target, "kind": sent.kind}
