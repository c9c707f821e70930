"""Alerting: judged slots move alerts on; what changes is written, and put in line to be sent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from slowatch.evaluate.alert import LATELY_S, Alert, Deliveries, Truth, Truths, newest_first
from slowatch.evaluate.judging import Status
from slowatch.ledger.alert_port import Episode, episode_id
from slowatch.ledger.ledger import Ledger
from slowatch.slo.alert_rule import AlertRule
from slowatch.slo.alert_state import INACTIVE, SELF, AlertKey, AlertState, not_after, resolved, step
from slowatch.spec.alert_rules import alert_labels

Wording = Callable[[Status, AlertRule], Mapping[str, str]]


class Alerting:
    """The states of all alerts of SLOs; those that are not inactive are kept in the ledger.

    `wording` says what an alert tells people, `deliveries` what is to be sent when one fires or is
    resolved. One thread at a time may let it advance. Raises LedgerError.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        start_s: int,
        wording: Wording = lambda _status, _rule: {},
        deliveries: Deliveries = lambda _alert: (),
    ) -> None:
        self._ledger = ledger
        self._wording = wording
        self._deliveries = deliveries
        self._open: dict[AlertKey, Alert] = {}
        self._over: dict[AlertKey, Alert] = {}
        for episode in reversed(ledger.episodes(start_s - LATELY_S)):
            if episode.key.slo_id != SELF:
                self._file(Alert(episode))

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """What is pending or firing, or was resolved lately; newest first, pages before tickets."""
        every = (*self._open.values(), *self._over.values())
        return tuple(sorted(every, key=newest_first))

    def advance(self, statuses: Sequence[Status], at_s: int) -> list[Alert]:
        """Take a judged slot, that ends at `at_s`, into account; what fires, or is over, from now.

        Where the ledger cannot be written, nothing has changed; the next slot will make up for it.
        """
        self._over = {k: one for k, one in self._over.items() if at_s - one.since_s <= LATELY_S}
        moved = self._moved(Truths(statuses, self._open), at_s)
        if not moved:
            return []
        turned = [alert for alert in moved if self._is_turned(alert)]
        self._ledger.write_alerts(
            [alert.episode for alert in moved if alert.state.phase != "inactive"],
            [alert.episode.id for alert in moved if alert.state.phase == "inactive"],
            [delivery for alert in turned for delivery in self._deliveries(alert)],
        )
        for alert in moved:
            self._file(alert)
        return turned

    def _moved(self, truths: Truths, at_s: int) -> list[Alert]:
        """The alerts that are not what they were."""
        raised = [
            self._raised(key, truths.of[key], at_s)
            for key in truths.raised
            if key not in self._open
        ]
        gone_on = [self._gone_on(alert, truths, at_s) for alert in self._open.values()]
        return raised + [one for one in gone_on if one.state != self._open[one.episode.key].state]

    def _raised(self, key: AlertKey, truth: Truth, at_s: int) -> Alert:
        state = step(INACTIVE, truth.rule, holds=truth.holds, at_s=at_s)
        return self._told(episode_id(key, at_s), key, truth, state)

    def _gone_on(self, alert: Alert, truths: Truths, at_s: int) -> Alert:
        key, state = alert.episode.key, not_after(alert.state, at_s)
        rule, truth = truths.rule(key), truths.of.get(key)
        if rule is None or (truth is None and truths.has_other_groups(key)):
            # Its SLO is no longer watched, no longer raises it, or has groups of other labels now.
            return _with(alert, resolved(state, at_s))
        stepped = step(state, rule, holds=truth.holds if truth else None, at_s=at_s)
        if truth is None or stepped.known_s == state.known_s:
            return _with(alert, stepped)
        return self._told(alert.episode.id, key, truth, stepped)

    def _told(self, id_: str, key: AlertKey, truth: Truth, state: AlertState) -> Alert:
        labels = alert_labels(truth.status.slo, truth.rule, dict(key.group))
        told = self._wording(truth.status, truth.rule)
        return Alert(Episode(id_, key, state, labels, told), truth.status)

    def _is_turned(self, alert: Alert) -> bool:
        known = self._open.get(alert.episode.key)
        was = known.state.phase if known else "inactive"
        return alert.state.phase != was and alert.state.phase in ("firing", "resolved")

    def _file(self, alert: Alert) -> None:
        key, phase = alert.episode.key, alert.state.phase
        self._open.pop(key, None)
        if phase == "resolved":
            self._over[key] = alert
        elif phase != "inactive":
            self._open[key] = alert
        if phase == "firing":
            self._over.pop(key, None)


def _with(alert: Alert, state: AlertState) -> Alert:
    return replace(alert, episode=replace(alert.episode, state=state))
