"""Alerting rules, one for each alert that an SLO may raise."""

from collections.abc import Iterator, Mapping, Sequence

from slowatch.render.conditions import condition, for_s
from slowatch.render.promql import series
from slowatch.render.rule import Alerting
from slowatch.render.wording import MEASURED_BY_DAEMON, RECORDED, annotations, plain
from slowatch.slo.alert_rule import AlertRule
from slowatch.spec.alert_rules import alert_labels, published_label
from slowatch.spec.compiled import CompiledSlo

CONDITION = "slowatch_slo_alert_condition"


def alerts_over_records(
    slo: CompiledSlo, rules: Sequence[AlertRule], external_url: str | None
) -> Iterator[Alerting]:
    """Alerts over the series that the same file records."""
    for rule in rules:
        expr = condition(slo, rule)
        if expr is not None:
            texts = annotations(slo, rule, RECORDED, external_url)
            labels = _static_labels(slo, rule)
            yield Alerting(rule.name, expr, for_s(rule), rule.keep_firing_s, labels, texts)


def alerts_over_gauges(
    slo: CompiledSlo, rules: Sequence[AlertRule], external_url: str | None
) -> Iterator[Alerting]:
    """Alerts over what the daemon exposes: it has judged each condition already, exactly."""
    kept = ", ".join(["service", "slo", *(published_label(name) for name in slo.by)])
    for rule in rules:
        names = {"service": slo.service, "slo": slo.name}
        told = series(CONDITION, **names, alert=rule.name, severity=rule.severity)
        texts = annotations(slo, rule, MEASURED_BY_DAEMON, external_url)
        yield Alerting(
            rule.name,
            f"max by ({kept}) ({told}) == 1",
            rule.for_s,
            rule.keep_firing_s,
            _static_labels(slo, rule),
            texts,
        )


def _static_labels(slo: CompiledSlo, rule: AlertRule) -> Mapping[str, str]:
    """The labels of an alert that are the same for every group; a group's own go before them."""
    labels = alert_labels(slo, rule, {})
    own = {published_label(name) for name in slo.by} | {"alertname"}
    return {name: plain(value) for name, value in labels.items() if name not in own}
