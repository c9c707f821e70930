"""Alerts of judged SLOs: which they are, and which of them a slot says something about."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from slowatch.evaluate.judging import Condition, Status
from slowatch.ledger.alert_port import Delivery, Episode
from slowatch.slo.alert_rule import AlertRule, BudgetExhausted
from slowatch.slo.alert_state import AlertKey, AlertState
from slowatch.slo.policy import BudgetEnding, BudgetLow, Severity, SliAbsent

RuleKey = tuple[str, str, Severity]
LATELY_S = 900
"""How long it is still told of an alert that it is over, in seconds."""


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert that is pending, firing, or was resolved lately.

    `status` is where its group stood when it was judged last, None where that is not known since
    the start.
    """

    episode: Episode
    status: Status | None = None

    @property
    def state(self) -> AlertState:
        """Where it stands, and since when."""
        return self.episode.state

    @property
    def since_s(self) -> int:
        """When it came to be what it is, in seconds since the epoch."""
        state = self.state
        return state.resolved_s or state.firing_s or state.pending_s or 0


Deliveries = Callable[[Alert], Sequence[Delivery]]
"""What is to be sent when an alert fires or is resolved."""
OpenAlerts = Mapping[tuple[str, tuple[tuple[str, str], ...]], Sequence[Alert]]
"""Alerts that are pending or firing, by SLO and group."""


def open_alerts(alerts: Sequence[Alert]) -> OpenAlerts:
    """The alerts that are pending or firing, for `alerts_of`."""
    found = defaultdict(list)
    for alert in alerts:
        if alert.state.is_open:
            found[alert.episode.key.slo_id, alert.episode.key.group].append(alert)
    return found


def alerts_of(status: Status, raised: OpenAlerts) -> Sequence[Alert]:
    """Those of a status's group, and of its SLO as a whole."""
    if not raised:
        return ()
    own = tuple(sorted(status.group.items()))
    groups = [own, ()] if own else [()]
    return [one for group in groups for one in raised.get((status.slo.id, group), ())]


def newest_first(alert: Alert) -> tuple[int, str, str, str]:
    """A key that sorts alerts: the newest first, pages before tickets."""
    key = alert.episode.key
    return (-alert.since_s, key.severity, key.name, alert.episode.id)


def key_of(status: Status, rule: AlertRule) -> AlertKey:
    """Which alert a rule raises for a group; that an SLI is absent concerns all groups at once."""
    is_whole = isinstance(rule.when, SliAbsent) or not status.group
    group = () if is_whole else tuple(sorted(status.group.items()))
    return AlertKey(status.slo.id, rule.name, rule.severity, group)


def without_windows(status: Status) -> Status:
    """A status that does not say yet what depends on its whole window: that is not filled."""

    def unknown(condition: Condition) -> Condition:
        is_whole = isinstance(condition.rule.when, BudgetExhausted | BudgetLow | BudgetEnding)
        return replace(condition, holds=None) if is_whole else condition

    return replace(status, conditions=tuple(unknown(one) for one in status.conditions))


@dataclass(frozen=True, slots=True)
class Truth:
    """Whether an alert's condition holds, and the status that says so."""

    status: Status
    rule: AlertRule
    holds: bool | None


class Truths:
    """What a judged slot says of the alerts that are open, and which others it raises."""

    def __init__(self, statuses: Sequence[Status], open_keys: Collection[AlertKey]) -> None:
        self._rules: dict[RuleKey, AlertRule] = {}
        self._truths: dict[AlertKey, Truth] = {}
        self._by: dict[str, frozenset[str]] = {}
        concerned = {key.slo_id for key in open_keys}
        for status in statuses:
            is_concerned = status.slo.id in concerned
            if is_concerned:
                self._by[status.slo.id] = frozenset(status.slo.by)
            for condition in status.conditions:
                # Of nearly all SLOs nothing is to be said: they cost no more than this look.
                if is_concerned or condition.holds:
                    self._note(status, condition)

    @property
    def of(self) -> Mapping[AlertKey, Truth]:
        """What is said, by alert."""
        return self._truths

    @property
    def raised(self) -> list[AlertKey]:
        """The alerts whose conditions hold."""
        return [key for key, truth in self._truths.items() if truth.holds]

    def rule(self, key: AlertKey) -> AlertRule | None:
        """The rule that raises an open alert; None where nothing raises it any longer."""
        return self._rules.get((key.slo_id, key.name, key.severity))

    def has_other_groups(self, key: AlertKey) -> bool:
        """Whether the groups of an open alert's SLO have other labels now than the alert's."""
        by = self._by.get(key.slo_id)
        return by is not None and by != dict(key.group).keys()

    def _note(self, status: Status, condition: Condition) -> None:
        rule = condition.rule
        key = key_of(status, rule)
        self._rules[key.slo_id, rule.name, rule.severity] = rule
        known = self._truths.get(key)
        if known is None or _rank(condition.holds) > _rank(known.holds):
            self._truths[key] = Truth(status, rule, condition.holds)


def _rank(holds: bool | None) -> int:  # noqa: FBT001  one of three values
    """What counts where several say something of the same alert: any that it holds."""
    return {None: 0, False: 1, True: 2}[holds]
