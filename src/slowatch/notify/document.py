"""What a webhook is sent: one document for each alert that fires, and one when it is over."""

import json
from collections.abc import Iterable

from slowatch.evaluate.alert import Alert
from slowatch.evaluate.judging import Status
from slowatch.evaluate.wording import moment, page_url
from slowatch.ledger.alert_port import Delivery, alert_digest
from slowatch.slo.tally import MICRO

VERSION = 1
"""The form of the documents; keys may be added to it, none is renamed or removed."""


def deliveries(
    alert: Alert, webhooks: Iterable[str], external_url: str | None
) -> tuple[Delivery, ...]:
    """What each webhook is to be sent of an alert that has just fired, or is over."""
    uid = f"{alert.episode.id}-{alert.state.phase}"
    text = json.dumps(document(alert, uid, external_url), ensure_ascii=False)
    digest = alert_digest(alert.episode.key)
    return tuple(Delivery(name, uid, digest, text, alert.since_s) for name in webhooks)


def document(alert: Alert, uid: str, external_url: str | None) -> dict[str, object]:
    """What there is to say of an alert; `slo` is null where its SLO is no longer watched."""
    episode, state = alert.episode, alert.state
    return {
        "version": VERSION,
        "id": uid,
        "event": state.phase,
        "alert": episode.key.name,
        "severity": episode.key.severity,
        "slo_id": episode.key.slo_id,
        "group": dict(episode.key.group),
        "labels": dict(episode.labels),
        "annotations": dict(episode.annotations),
        "pending_since": _moment(state.pending_s),
        "firing_since": _moment(state.firing_s),
        "resolved_at": _moment(state.resolved_s),
        "url": page_url(episode.key.slo_id, external_url),
        "slo": _slo(alert.status) if alert.status else None,
    }


def _slo(status: Status) -> dict[str, object]:
    """Where it stands, by the names that `/slo` has."""
    slo, tally = status.slo, status.tally
    return {
        "id": slo.id,
        "service": slo.service,
        "name": slo.name,
        "nfr": slo.nfr,
        "labels": dict(slo.labels),
        "objective": float(slo.objective.ratio),
        "window_s": status.window_length_s,
        "good": tally.good / MICRO,
        "bad": tally.bad / MICRO,
        "total": tally.total / MICRO,
        "compliance_ratio": status.compliance_ratio,
        "remaining_ratio": status.budget.remaining_ratio,
        "exhausts_in_s": status.exhausts_in_s,
        "burn_rates": dict(status.burn_rates),
        "coverage_ratio": status.coverage_ratio,
        "state": status.state,
    }


def _moment(at_s: int | None) -> str | None:
    return None if at_s is None else moment(at_s)
