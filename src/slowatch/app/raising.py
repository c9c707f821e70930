"""Raising alerts: what judged slots lead to besides being shown, as the settings say."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import structlog

from slowatch.app.health import Health
from slowatch.app.settings import Settings
from slowatch.app.targets import targets
from slowatch.evaluate.alert import Alert, newest_first
from slowatch.evaluate.alerting import Alerting
from slowatch.evaluate.blindness import Blindness
from slowatch.evaluate.judging import Status
from slowatch.evaluate.wording import annotations
from slowatch.ledger.errors import LedgerError
from slowatch.ledger.ledger import Ledger
from slowatch.notify.document import deliveries
from slowatch.notify.notifying import Notifying
from slowatch.notify.sent import Sent

log = structlog.get_logger(__name__)


def _idle(settings: Settings) -> str | None:
    if settings.alerting == "notify" or not (settings.alertmanagers or settings.webhooks):
        return None
    return f"nothing is sent to Alertmanagers or webhooks: `alerting` is {settings.alerting}"


class Raising:
    """Moves alerts on with each live slot, and has them sent where the settings say so.

    One is about slowatch itself, that it sees nothing: it waits for no slot.

    Raises LedgerError where the alerts of before cannot be read, SettingsError and NotTaken where a
    target's credentials or certificates cannot be used.
    """

    def __init__(
        self, settings: Settings, ledger: Ledger, health: Health, *, now: Callable[[], float]
    ) -> None:
        # Of a slot that is longer past nobody is to be alerted.
        self._fresh_s = settings.stale_after_s
        self._ledger, self._health, self._now = ledger, health, now
        self._alerting: Alerting | None = None
        self._blindness: Blindness | None = None
        self._notifying: Notifying | None = None
        self._idle = _idle(settings)
        if self._idle:
            log.warning("alerts_not_sent", reason=self._idle)
        if settings.alerting == "off":
            return
        is_sent = settings.alerting == "notify"
        webhooks = [one.name for one in settings.webhooks] if is_sent else []
        start_s, external_url = int(now()), settings.external_url
        delivering = partial(deliveries, webhooks=webhooks, external_url=external_url)
        self._alerting = Alerting(
            ledger,
            start_s=start_s,
            wording=partial(annotations, external_url=external_url),
            deliveries=delivering,
        )
        self._blindness = Blindness(
            ledger, slot_s=settings.slot, start_s=start_s, deliveries=delivering
        )
        if is_sent:
            self._notifying = Notifying(
                targets(settings), ledger, lambda: self.alerts, external_url=external_url, now=now
            )

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """What is pending or firing, or was resolved lately; newest first."""
        of_slos = self._alerting.alerts if self._alerting else ()
        own = self._blindness.alerts if self._blindness else ()
        return tuple(sorted((*own, *of_slos), key=newest_first))

    @property
    def sent(self) -> Sequence[Sent]:
        """What was sent to each target since the start."""
        return self._notifying.sent if self._notifying else ()

    @property
    def troubles(self) -> list[str]:
        """Which targets do not take what they are sent, and why; or that nothing is sent to any."""
        told = [f"{one.target} takes no alerts: {one.trouble}" for one in self.sent if one.trouble]
        return [self._idle, *told] if self._idle else told

    def queue_lengths(self) -> Mapping[str, int]:
        """How much waits to be sent, by target. Raises LedgerError."""
        return self._ledger.queue_lengths() if self._notifying else {}

    def start(self) -> None:
        """Begin to send."""
        if self._notifying is not None:
            self._notifying.start()

    def advance(self, statuses: Sequence[Status], at_s: int) -> None:
        """Take the live slot that ends at `at_s` into account, unless it is too old by now."""
        if self._alerting is None or self._now() - at_s > self._fresh_s:
            return
        try:
            turned = self._alerting.advance(statuses, at_s)
        except LedgerError as error:
            self._health.trouble("alerts", str(error))
            log.error("alerts_not_judged", end_s=at_s, error=str(error))
            return
        self._health.well("alerts")
        for alert in turned:
            _tell(alert)
        if turned:
            self._news()

    def look(self, seen_s: int | None, at_s: int) -> Alert | None:
        """Raise an alert, or end it, by the end of the newest slot that was seen since the start.

        That alert, if it fires or is over from now. Whoever can be told without the ledger is told
        before it is asked to keep this: it may be what stands in the way.
        """
        if self._blindness is None:
            return None
        turned = self._blindness.look(seen_s, at_s, self._health.troubles)
        if turned is not None:
            _tell(turned)
            self._news()
        try:
            is_news = self._blindness.save()
        except LedgerError as error:
            log.error("alert_not_kept", error=str(error))
            return turned
        if is_news:
            self._news()
        return turned

    def _news(self) -> None:
        if self._notifying is not None:
            self._notifying.tell()

    def stop(self) -> None:
        """Send nothing more."""
        if self._notifying is not None:
            self._notifying.stop()


def _tell(alert: Alert) -> None:
    key = alert.episode.key
    log.info(
        "alert",
        state=alert.state.phase,
        alert=key.name,
        severity=key.severity,
        slo=key.slo_id,
        group=dict(key.group),
    )
