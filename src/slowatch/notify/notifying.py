"""Notifying: a thread for each target, so that one that is down harms no other, nor any slot."""

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from slowatch.evaluate.alert import Alert
from slowatch.ledger.errors import LedgerError
from slowatch.ledger.ledger import Ledger
from slowatch.notify.alertmanager import AlertmanagerCourier
from slowatch.notify.sent import Sent
from slowatch.notify.target import Line, Target
from slowatch.notify.webhook import WebhookCourier

log = structlog.get_logger(__name__)

AFTER_FAILURE_S = 5.0


class Courier(Protocol):
    """What sends to one target."""

    sent: Sent

    def send(self) -> float:
        """Send what there is to send; seconds until the next time, unless there is news before."""
        ...

    def close(self) -> None:
        """Let go of the target."""
        ...


class Notifying:
    """Sends alerts to all targets while it runs.

    `alerts` tells what fires or was over lately. Raises NotTaken where a target's certificates
    cannot be used.
    """

    def __init__(
        self,
        targets: Sequence[Target],
        ledger: Ledger,
        alerts: Callable[[], Sequence[Alert]],
        *,
        external_url: str | None,
        now: Callable[[], float],
    ) -> None:
        self._ledger = ledger
        self._stopping = threading.Event()
        self._news = {target.name: threading.Event() for target in targets}
        self.couriers: dict[str, Courier] = {}
        for target in targets:
            line = Line(target)
            self.couriers[target.name] = (
                AlertmanagerCourier(line, alerts, external_url=external_url, now=now)
                if target.kind == "alertmanager"
                else WebhookCourier(line, ledger, now=now, is_stopping=self._stopping.is_set)
            )

    def start(self) -> None:
        """Begin to send, with what was left in the outbox for targets that there still are."""
        self._clear_up()
        for name in self.couriers:
            # Whoever does not answer is not waited for when the daemon ends.
            thread = threading.Thread(
                target=self._run, args=(name,), name=f"to {name}", daemon=True
            )
            thread.start()

    def tell(self) -> None:
        """There is news: send it at once."""
        for news in self._news.values():
            news.set()

    def stop(self) -> None:
        """Send nothing more; a request that is under way is not waited for."""
        self._stopping.set()
        self.tell()

    @property
    def sent(self) -> list[Sent]:
        """What was sent to each target since the start."""
        return [courier.sent for courier in self.couriers.values()]

    def _clear_up(self) -> None:
        try:
            removed = self._ledger.remove_other_deliveries(list(self.couriers))
        except LedgerError as error:
            log.error("notifying_failed", error=str(error))
            return
        if removed:
            log.warning("notifications_without_target_removed", count=removed)

    def _run(self, name: str) -> None:
        courier, news = self.couriers[name], self._news[name]
        while not self._stopping.is_set():
            news.clear()
            news.wait(self._send(courier))
        courier.close()

    def _send(self, courier: Courier) -> float:
        try:
            return courier.send()
        except LedgerError as error:
            told = str(error)
        except Exception as error:  # noqa: BLE001  the edge of a thread that must go on
            told = type(error).__name__
        if not self._stopping.is_set():
            log.error("notifying_failed", target=courier.sent.target, error=told)
        return AFTER_FAILURE_S
