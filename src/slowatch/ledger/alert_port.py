"""What the ledger takes and gives of alerts: plain values, so that callers need no SQL."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from slowatch.slo.alert_state import AlertKey, AlertState


@dataclass(frozen=True, slots=True)
class Episode:
    """One time that an alert was raised, from pending to resolved.

    `labels` are all by which it is known outside; `annotations` say what was so last.
    """

    id: str
    key: AlertKey
    state: AlertState
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


def episode_id(key: AlertKey, pending_s: int) -> str:
    """The id of the episode of an alert that became pending at a moment: 32 characters.

    Two that judge the same slot give it the same one.
    """
    return _digest([*_identity(key), pending_s])


def alert_digest(key: AlertKey) -> str:
    """What tells alerts apart, whenever they are raised: 32 characters."""
    return _digest(_identity(key))


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something to be sent to a target once, after all that was to be sent of its alert before.

    `uid` is what the target knows it by, however often it is tried; `alert` is an `alert_digest`.
    """

    target: str
    uid: str
    alert: str
    payload: str
    created_s: int


@dataclass(frozen=True, slots=True)
class Queued:
    """A delivery in the outbox, how often it was tried in vain, and what was said last."""

    id: int
    delivery: Delivery
    attempts: int = 0
    last_error: str | None = None


def _identity(key: AlertKey) -> list[object]:
    return [key.slo_id, key.name, key.severity, key.group]


def _digest(parts: list[object]) -> str:
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).hexdigest()
