"""The shapes that the API answers with; `/slo` and `evaluate --json` share one and keep it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, Field

from slowatch.evaluate.judging import State, Status
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


class SloAnswer(BaseModel):
    """All entries, worst first, and how old they are."""

    as_of: str
    stale_s: float
    slos: list[SloEntry]


def slo_entry(status: Status) -> SloEntry:
    """A status as the API shows it."""
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
    )


def slo_answer(
    statuses: "list[Status] | tuple[Status, ...]", as_of_s: int, now_s: float
) -> SloAnswer:
    """The whole answer at one moment."""
    return SloAnswer(
        as_of=moment(as_of_s),
        stale_s=round(max(0.0, now_s - as_of_s), 3),
        slos=[slo_entry(status) for status in statuses],
    )


def moment(at_s: float) -> str:
    """Seconds since the epoch as RFC 3339, UTC."""
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


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
