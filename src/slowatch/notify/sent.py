"""What was sent to a target since the start, and how that is said in the log."""

from dataclasses import dataclass, replace

import structlog

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sent:
    """Requests that a target took, those that failed, and deliveries given up.

    `trouble` says why the last request failed; None where it did not.
    """

    target: str
    kind: str
    taken: int = 0
    failed: int = 0
    dropped: int = 0
    trouble: str | None = None


def taken(sent: Sent) -> Sent:
    """One more request that was taken; that a target is well again is said."""
    if sent.trouble is not None:
        log.info("notifications_taken_again", target=sent.target)
    return replace(sent, taken=sent.taken + 1, trouble=None)


def failed(sent: Sent, why: str) -> Sent:
    """One more request that was not taken; the first one, and a new reason, are said."""
    if sent.trouble != why:
        log.warning("notification_failed", target=sent.target, error=why)
    return replace(sent, failed=sent.failed + 1, trouble=why)
