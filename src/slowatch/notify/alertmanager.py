"""Alertmanagers (API v2): sent all alerts that fire or were over lately, again and again."""

import json
from collections.abc import Callable, Iterator, Sequence

from slowatch.evaluate.alert import Alert
from slowatch.evaluate.wording import moment, page_url
from slowatch.notify.sent import Sent, failed, taken
from slowatch.notify.target import Line, NotTaken

PATH = "api/v2/alerts"
RESEND_S = 60
"""How often everything is sent again, in seconds: an Alertmanager that restarts has forgotten."""
LASTS_S = 4 * RESEND_S
"""How long a firing alert is to be believed in, in seconds: if slowatch dies, it ends by itself."""
AGAIN_S = 5
"""The pause after something was not taken, in seconds."""
AT_ONCE = 500


class AlertmanagerCourier:
    """Sends all alerts to one Alertmanager, and again before it would take them for over."""

    def __init__(
        self,
        line: Line,
        alerts: Callable[[], Sequence[Alert]],
        *,
        external_url: str | None,
        now: Callable[[], float],
    ) -> None:
        self._line, self._alerts = line, alerts
        self._external_url, self._now = external_url, now
        self.sent = Sent(line.target.name, line.target.kind)

    def send(self) -> float:
        """Send all alerts that fire or were over lately; seconds until that is to be repeated."""
        is_taken = True
        for body in bodies(self._alerts(), self._now(), self._external_url):
            is_taken &= self._is_taken(body)
        return RESEND_S if is_taken else AGAIN_S

    def _is_taken(self, body: str) -> bool:
        try:
            self._line.post(PATH, body)
        except NotTaken as why:
            self.sent = failed(self.sent, str(why))
            return False
        self.sent = taken(self.sent)
        return True

    def close(self) -> None:
        """Let go of the Alertmanager."""
        self._line.close()


def bodies(alerts: Sequence[Alert], now_s: float, external_url: str | None) -> Iterator[str]:
    """The bodies of the requests that tell of all alerts that fire or are over."""
    told = [
        _entry(alert, now_s, external_url)
        for alert in alerts
        if alert.state.phase in ("firing", "resolved")
    ]
    for first in range(0, len(told), AT_ONCE):
        yield json.dumps(told[first : first + AT_ONCE])


def _entry(alert: Alert, now_s: float, external_url: str | None) -> dict[str, object]:
    state = alert.state
    ends_s = now_s + LASTS_S if state.resolved_s is None else state.resolved_s
    entry: dict[str, object] = {
        "labels": dict(alert.episode.labels),
        "annotations": dict(alert.episode.annotations),
        "startsAt": moment(min(state.firing_s or ends_s, ends_s)),
        "endsAt": moment(ends_s),
    }
    page = page_url(alert.episode.key.slo_id, external_url)
    return entry | ({"generatorURL": page} if page else {})
