"""The shapes that the API answers with; `/slo` and `evaluate --json` share one and keep it."""

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, Field

from slowatch.evaluate.alert import Alert
from slowatch.evaluate.judging import State, Status
from slowatch.evaluate.snapshot import AlertingMode
from slowatch.evaluate.wording import moment
from slowatch.ledger.alert_port import Episode
from slowatch.slo.policy import Severity
from slowatch.slo.tally import MICRO


class WindowEntry(BaseModel):
    """The window that was judged; `length_s` is the whole window's."""

    kind: Literal["rolling", "calendar"]
    length_s: int
    start: str
    end: str


class BudgetEntry(BaseModel):
    """The error budget, in events; `remaining_ratio` is null where nothing happened."""

    allowed_bad: float
    spent_bad: float
    remaining_ratio: float | None
    exhausts_in_s: float | None


class RaisedEntry(BaseModel):
    """An alert of an entry that is pending or firing, and since when."""

    alert: str
    severity: Severity
    state: Literal["pending", "firing"]
    since: str


class SloEntry(BaseModel):
    """Where one SLO, or one group of it, stands."""

    id: str
    service: str
    name: str
    nfr: str | None
    labels: dict[str, str]
    group: dict[str, str]
    objective: float = Field(description="The promised share of good events.")
    window: WindowEntry
    good: float
    bad: float
    total: float
    compliance_ratio: float | None
    error_budget: BudgetEntry
    burn_rates: dict[str, float | None] = Field(description="By look-back; null without traffic.")
    coverage_ratio: float = Field(description="Measured slots divided by the window's slots.")
    state: State
    reason: str | None
    alerts: list[RaisedEntry]


class SloAnswer(BaseModel):
    """All entries, worst first, and how old they are."""

    as_of: str
    stale_s: float
    slos: list[SloEntry]


def slo_entry(status: Status, alerts: Sequence[Alert] = ()) -> SloEntry:
    """A status as the API shows it, with the alerts of its group and of its SLO as a whole."""
    slo, tally, budget = status.slo, status.tally, status.budget
    return SloEntry(
        id=slo.id,
        service=slo.service,
        name=slo.name,
        nfr=slo.nfr,
        labels=dict(slo.labels),
        group=dict(status.group),
        objective=float(slo.objective.ratio),
        window=_window(status),
        good=tally.good / MICRO,
        bad=tally.bad / MICRO,
        total=tally.total / MICRO,
        compliance_ratio=status.compliance_ratio,
        error_budget=BudgetEntry(
            allowed_bad=float(budget.allowed_bad),
            spent_bad=float(budget.spent_bad),
            remaining_ratio=budget.remaining_ratio,
            exhausts_in_s=status.exhausts_in_s,
        ),
        burn_rates=dict(status.burn_rates),
        coverage_ratio=status.coverage_ratio,
        state=status.state,
        reason=status.reason,
        alerts=[_raised(alert) for alert in alerts],
    )


def _raised(alert: Alert) -> RaisedEntry:
    return RaisedEntry(
        alert=alert.episode.key.name,
        severity=alert.episode.key.severity,
        state="firing" if alert.state.phase == "firing" else "pending",
        since=moment(alert.since_s),
    )


def slo_answer(
    statuses: "list[Status] | tuple[Status, ...]", as_of_s: int, now_s: float
) -> SloAnswer:
    """The whole answer at one moment."""
    return SloAnswer(
        as_of=moment(as_of_s),
        stale_s=stale(as_of_s, now_s),
        slos=[slo_entry(status) for status in statuses],
    )


def stale(as_of_s: int, now_s: float) -> float:
    """Seconds since the last slot ended, in tenths."""
    return round(max(0.0, now_s - as_of_s), 1)


def _window(status: Status) -> WindowEntry:
    return WindowEntry(
        kind=status.slo.window.kind,
        length_s=status.window_length_s,
        start=moment(status.window.start_s),
        end=moment(status.window.end_s),
    )


class PointEntry(BaseModel):
    """One point of a history; `measured_slots` of them stand behind it."""

    start: str
    length_s: int
    good: float
    bad: float
    total: float
    compliance_ratio: float | None
    measured_slots: int


class GroupHistory(BaseModel):
    """The points of one group, oldest first."""

    group: Mapping[str, str]
    points: list[PointEntry]


class HistoryAnswer(BaseModel):
    """Good and bad events over time; where only hours are kept, points are hours."""

    id: str
    start: str
    end: str
    step_s: int
    series: list[GroupHistory]


class AlertEntry(BaseModel):
    """One time that an alert was raised; `labels` and `annotations` are those it is sent with."""

    alert: str
    severity: Severity
    state: Literal["pending", "firing", "resolved"]
    slo_id: str
    service: str
    name: str
    nfr: str | None
    group: dict[str, str]
    labels: dict[str, str]
    annotations: dict[str, str]
    pending_since: str
    firing_since: str | None
    resolved_at: str | None


class AlertsAnswer(BaseModel):
    """Alerts, newest first, and who raises them: `off`, `rules` or `notify`."""

    as_of: str
    alerting: AlertingMode
    alerts: list[AlertEntry]


def alert_entry(episode: Episode) -> AlertEntry:
    """An episode of an alert as the API shows it."""
    key, state = episode.key, episode.state
    service, _, name = key.slo_id.partition("/")
    return AlertEntry(
        alert=key.name,
        severity=key.severity,
        state="resolved" if state.phase == "inactive" else state.phase,
        slo_id=key.slo_id,
        service=service,
        name=name,
        nfr=episode.labels.get("nfr"),
        group=dict(key.group),
        labels=dict(episode.labels),
        annotations=dict(episode.annotations),
        pending_since=moment(state.pending_s or 0),
        firing_since=_moment(state.firing_s),
        resolved_at=_moment(state.resolved_s),
    )


def _moment(at_s: int | None) -> str | None:
    return None if at_s is None else moment(at_s)


class ProblemAnswer(BaseModel):
    """An error, as RFC 9457 has it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str


class ReadyAnswer(BaseModel):
    """Whether the daemon is ready, and if not, why not."""

    ready: bool
    reasons: list[str]
    warnings: list[str]


class HealthAnswer(BaseModel):
    """The process lives."""

    status: Literal["ok"] = "ok"
    version: str


class ReloadAnswer(BaseModel):
    """What a reload left: SLOs that are watched, files that `kept` their last good version."""

    slos: int
    kept: list[str]
    problems: list[str] = Field(description="As `slowatch validate` prints them, one to a line.")


class KeptAnswer(ProblemAnswer, ReloadAnswer):
    """A reload after which some files have kept their last good version."""
