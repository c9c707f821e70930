"""Short ways to say alerts and targets."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from slowatch.evaluate.alert import Alert
from slowatch.ledger.alert_port import Episode, episode_id
from slowatch.notify.target import Target
from slowatch.slo.alert_state import AlertKey, AlertState
from slowatch.source.connection import Connection
from tests.evaluate.raised import T0, status

KEY = AlertKey("shop/checkout", "ErrorBudgetBurn", "page", (("region", "eu"),))
FIRING = AlertState("firing", T0, T0 + 60, None, T0 + 120, T0 + 120)
RESOLVED = replace(FIRING, phase="resolved", resolved_s=T0 + 600)
Kind = Literal["alertmanager", "webhook"]


def alert(state: AlertState = FIRING, name: str = "ErrorBudgetBurn") -> Alert:
    """An alert of the checkout in Europe."""
    key = replace(KEY, name=name)
    labels = {"alertname": name, "severity": "page", "service": "shop", "slo": "checkout"}
    told = {"summary": "it burns"}
    episode = Episode(episode_id(key, state.pending_s or 0), key, state, labels, told)
    return Alert(episode, status(True, bad=5))


def target(
    url: str, kind: Kind = "webhook", name: str = "chat", **connection: str | Path
) -> Target:
    """A target that has two seconds to answer."""
    given: dict[str, Any] = {"timeout_s": 2.0, "concurrency": 1, **connection}
    return Target(name, kind, Connection(url, **given))
