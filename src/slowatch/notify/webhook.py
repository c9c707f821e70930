"""Webhooks: sent what the ledger keeps for them, each once, until it is taken."""

from collections.abc import Callable
from dataclasses import replace

import structlog

from slowatch.ledger.alert_port import Queued
from slowatch.ledger.ledger import Ledger
from slowatch.notify.sent import Sent, failed, taken
from slowatch.notify.target import Line, NotTaken
from slowatch.slo.slot import DAY_S

log = structlog.get_logger(__name__)

AGAIN_S = 5
"""The pause after something was not taken, in seconds; it doubles for a delivery with each try."""
LONGEST_PAUSE_S = 900
GIVEN_UP_S = DAY_S
LOOK_S = 60
"""How often a queue is looked into although nobody said that there is something in it, seconds."""
AT_ONCE = 100


class WebhookCourier:
    """Sends to one webhook what the ledger keeps for it, until it is taken or a day has passed."""

    def __init__(
        self,
        line: Line,
        ledger: Ledger,
        *,
        now: Callable[[], float],
        is_stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._line, self._ledger = line, ledger
        self._now, self._is_stopping = now, is_stopping
        self._rests_until_s = 0.0
        self.sent = Sent(line.target.name, line.target.kind)

    def send(self) -> float:
        """Send what is due, oldest first; seconds until there may be more. Raises LedgerError."""
        rests_s = self._rests_until_s - self._now()
        if 0 < rests_s <= LONGEST_PAUSE_S:  # more only where the clock was set back
            return rests_s
        while due := self._due():
            for queued in due:
                if self._is_stopping():
                    return LOOK_S
                if not self._settle(queued):
                    return max(AGAIN_S, self._rests_until_s - self._now())
        waits = self._line.target.name in self._ledger.queue_lengths()
        return AGAIN_S if waits or self.sent.trouble is not None else LOOK_S

    def close(self) -> None:
        """Let go of the webhook."""
        self._line.close()

    def _due(self) -> list[Queued]:
        return self._ledger.due_deliveries(self._line.target.name, self._now(), most=AT_ONCE)

    def _settle(self, queued: Queued) -> bool:
        """Whether to go on: not after a request that failed, since the next one may fail too."""
        if self._now() - queued.delivery.created_s >= GIVEN_UP_S:
            self._give_up(queued)
            return True
        try:
            self._line.post("", queued.delivery.payload, {"Idempotency-Key": queued.delivery.uid})
        except NotTaken as why:
            self.sent = failed(self.sent, str(why))
            self._put_off(queued, why)
            return False
        self.sent = taken(self.sent)
        self._ledger.remove_deliveries([queued.id])
        return True

    def _put_off(self, queued: Queued, why: NotTaken) -> None:
        """Let a delivery wait; and all others, too, where the webhook asks to be left alone."""
        rest_s = min(why.retry_after_s or 0, LONGEST_PAUSE_S)
        self._rests_until_s = self._now() + rest_s
        tried = replace(queued, attempts=queued.attempts + 1, last_error=str(why))
        pause = max(pause_s(tried.attempts), rest_s)
        self._ledger.put_off_delivery(tried, int(self._now() + pause))

    def _give_up(self, queued: Queued) -> None:
        self._ledger.remove_deliveries([queued.id])
        self.sent = replace(self.sent, dropped=self.sent.dropped + 1)
        log.error(
            "notification_given_up",
            target=self.sent.target,
            id=queued.delivery.uid,
            attempts=queued.attempts,
            error=queued.last_error,
        )


def pause_s(attempts: int) -> int:
    """How long a delivery waits after so many tries in vain, in seconds: 5, 10, 20, … 900."""
    return int(min(AGAIN_S * 2 ** min(attempts - 1, 20), LONGEST_PAUSE_S))
