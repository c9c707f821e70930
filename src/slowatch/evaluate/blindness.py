"""Blindness: slowatch sees nothing, so that no other alert can be raised; this one is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from slowatch.evaluate.alert import LATELY_S, Alert, Deliveries
from slowatch.evaluate.wording import moment
from slowatch.ledger.alert_port import Delivery, Episode, episode_id
from slowatch.ledger.ledger import Ledger
from slowatch.slo.alert_rule import BLIND
from slowatch.slo.alert_state import INACTIVE, SELF, AlertKey, AlertState, not_after, step

KEY = AlertKey(SELF, BLIND, "page")
"""A page: while slowatch sees nothing, none of those that it would raise can come."""
LABELS: Mapping[str, str] = {"alertname": BLIND, "severity": KEY.severity, "service": SELF}
LEAST_S = 300
LEAST_SLOTS = 3


@dataclass(frozen=True, slots=True)
class _Timing:
    for_s: int
    keep_firing_s: int = 0


class Blindness:
    """The alert that no slot is seen: neither measured, nor judged.

    It lives in memory first: a ledger that cannot be written does not keep it back. One thread at a
    time may use it. `deliveries` say what is to be sent when it fires or is resolved. Raises
    LedgerError where the alert of before cannot be read.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        slot_s: int,
        start_s: int,
        deliveries: Deliveries = lambda _alert: (),
    ) -> None:
        self._ledger, self._deliveries, self._start_s = ledger, deliveries, start_s
        # It is looked for once a slot, and has to be seen twice: a machine that slept sees nothing
        # when it wakes up, and everything a moment later.
        self._timing = _Timing(slot_s)
        self._after_s = max(LEAST_S, LEAST_SLOTS * slot_s) - slot_s
        self._unsaved: dict[str, Alert] = {}
        self._undelivered: list[Delivery] = []
        known = [one for one in ledger.episodes(start_s - LATELY_S) if one.key == KEY]
        self._alert = Alert(known[0]) if known else None

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """The alert, if it is pending or firing, or was resolved lately."""
        return (self._alert,) if self._alert else ()

    def look(self, seen_s: int | None, at_s: int, why: Sequence[str]) -> Alert | None:
        """Take into account what is seen at `at_s`; the alert, if it fires or is over from now.

        `seen_s` is the end of the newest slot that was seen since the start, if any was; `why` is
        what stands in the way, in words without secrets.
        """
        since_s = self._start_s if seen_s is None else seen_s
        is_blind = at_s - since_s >= self._after_s
        # At first it is not known whether there is something to see.
        holds = None if seen_s is None and not is_blind else is_blind
        was = self._state
        if not (was.is_open or holds):
            self._forget(at_s)
            return None
        state = step(not_after(was, at_s), self._timing, holds=holds, at_s=at_s)
        alert = self._told(state, at_s, _annotations(since_s, why) if holds else None)
        return self._turned(alert, was)

    def save(self) -> bool:
        """Write what has changed; whether there is something new to be sent. Raises LedgerError.

        What cannot be written now is kept for the next time.
        """
        if not self._unsaved:
            return False
        changed = [alert.episode for alert in self._unsaved.values()]
        self._ledger.write_alerts(
            [one for one in changed if one.state.phase != "inactive"],
            [one.id for one in changed if one.state.phase == "inactive"],
            self._undelivered,
        )
        is_news = bool(self._undelivered)
        self._unsaved, self._undelivered = {}, []
        return is_news

    @property
    def _state(self) -> AlertState:
        return self._alert.state if self._alert and self._alert.state.is_open else INACTIVE

    def _told(self, state: AlertState, at_s: int, told: Mapping[str, str] | None) -> Alert:
        if self._alert is None or not self._alert.state.is_open:
            return Alert(Episode(episode_id(KEY, at_s), KEY, state, LABELS, told or {}))
        episode = self._alert.episode
        annotations = episode.annotations if told is None else told
        return Alert(replace(episode, state=state, annotations=annotations))

    def _turned(self, alert: Alert, was: AlertState) -> Alert | None:
        """The alert, unless it is no more than it was; it is to be saved in any case."""
        phase = alert.state.phase
        self._alert = alert if phase != "inactive" else None
        self._unsaved[alert.episode.id] = alert
        if phase == was.phase or phase not in ("firing", "resolved"):
            return None
        self._undelivered += self._deliveries(alert)
        return alert

    def _forget(self, at_s: int) -> None:
        alert = self._alert
        if alert and not alert.state.is_open and at_s - alert.since_s > LATELY_S:
            self._alert = None


def _annotations(since_s: int, why: Sequence[str]) -> Mapping[str, str]:
    reasons = "; ".join(one.rstrip(".") for one in why) or "what it waits for does not answer"
    return {
        "summary": f"slowatch sees nothing: no slot was measured since {moment(since_s)}",
        "description": f"Until this is over it raises no other alert. The reason: {reasons}.",
    }
