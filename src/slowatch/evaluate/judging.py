"""Judging: tallies of windows become where an SLO stands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from slowatch.slo.budget import ErrorBudget, compliance_ratio, error_budget
from slowatch.slo.burn import (
    LOOK_BACKS_S,
    SRE_WORKBOOK_PAIRS,
    BurnPair,
    Severity,
    burn_rate,
    burns_faster_than,
    exhausts_in_s,
)
from slowatch.slo.missing import filled
from slowatch.slo.slot import Span
from slowatch.slo.tally import Tally
from slowatch.slo.window import RollingWindow, Window
from slowatch.spec.compiled import CompiledSlo, Level, ThresholdAlert

State = Literal["ok", "ticket", "page", "exhausted", "no_data"]
WORST_FIRST: tuple[State, ...] = ("exhausted", "page", "ticket", "no_data", "ok")
LOOK_BACKS: Mapping[str, RollingWindow] = {
    name: RollingWindow(length_s) for name, length_s in LOOK_BACKS_S.items()
}
PRESENT_BURN = LOOK_BACKS["1h"]
RECENT_SLOTS = 3
LEAST_RECENT_S = 300


@dataclass(frozen=True, slots=True)
class Status:
    """Where one SLO, or one group of it, stands at the end of a slot.

    `window` is what was judged; `window_length_s` is the whole window's length (a calendar month
    is longer than what has passed of it). `burn_rates` are by the names of `LOOK_BACKS`. `reason`
    says in words why there is no data, or which alert holds.
    """

    slo: CompiledSlo
    group: Mapping[str, str]
    window: Span
    window_length_s: int
    tally: Tally
    compliance_ratio: float | None
    budget: ErrorBudget
    exhausts_in_s: float | None
    burn_rates: Mapping[str, float | None]
    coverage_ratio: float
    state: State
    reason: str | None
    series_id: int | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an SLO's group is judged by.

    `tally` and `span` give any window's; `first_start_s` is when the series was first measured;
    `gap_reason` says why the latest slot is missing, if it is; `series_id` is where the ledger
    keeps the facts, None where it has none.
    """

    tally: Callable[[Window], Tally]
    span: Callable[[Window], Span]
    end_s: int
    slot_s: int
    first_start_s: int | None = None
    gap_reason: str | None = None
    series_id: int | None = None


def windows_of(slo: CompiledSlo, slot_s: int) -> set[Window]:
    """All windows that judging an SLO looks at."""
    held = {RollingWindow(alert.for_s) for alert in slo.alerts}
    return {slo.window, recent_window(slot_s), *LOOK_BACKS.values(), *held}


def recent_window(slot_s: int) -> RollingWindow:
    """The look-back without a measured slot in which there is no data now."""
    return RollingWindow(max(LEAST_RECENT_S, RECENT_SLOTS * slot_s))


def judge(slo: CompiledSlo, group: Mapping[str, str], evidence: Evidence) -> Status:
    """Where an SLO's group stands."""
    counted = _Counted(slo, evidence)
    tally = counted.tally(slo.window)
    budget = error_budget(tally, slo.objective)
    window_length_s = slo.window.length_at(evidence.end_s)
    burn_rates = {
        name: burn_rate(counted.tally(window), slo.objective) for name, window in LOOK_BACKS.items()
    }
    state, reason = _state(counted, budget, window_length_s)
    return Status(
        slo=slo,
        group=group,
        window=evidence.span(slo.window),
        window_length_s=window_length_s,
        tally=tally,
        compliance_ratio=compliance_ratio(tally),
        budget=budget,
        exhausts_in_s=exhausts_in_s(budget.remaining_ratio, burn_rates["1h"], window_length_s),
        burn_rates=burn_rates,
        coverage_ratio=_coverage(evidence, slo.window),
        state=state,
        reason=reason,
        series_id=evidence.series_id,
    )


def severity_rank(status: Status) -> tuple[int, float, str, str]:
    """A key that sorts the worst first: by state, then by what is left of the budget."""
    remaining = status.budget.remaining_ratio
    return (
        WORST_FIRST.index(status.state),
        2.0 if remaining is None else remaining,
        status.slo.id,
        str(sorted(status.group.items())),
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    """Tallies with missing slots counted as the SLO wants them counted."""

    slo: CompiledSlo
    evidence: Evidence

    def tally(self, window: Window) -> Tally:
        measured = self.evidence.tally(window)
        if self.slo.no_data == "missing":
            return measured
        return filled(measured, self._missing(window, measured), self.slo.no_data)

    def _missing(self, window: Window, measured: Tally) -> int:
        """Missing slots since the series was first measured."""
        first_s = self.evidence.first_start_s
        if first_s is None:
            return 0
        span = self.evidence.span(window)
        length_s = span.end_s - max(span.start_s, first_s)
        return max(0, length_s // self.evidence.slot_s - measured.measured)


def _state(
    counted: _Counted, budget: ErrorBudget, window_length_s: int
) -> tuple[State, str | None]:
    slo, evidence = counted.slo, counted.evidence
    why = evidence.gap_reason
    if counted.tally(slo.window).measured == 0:
        return "no_data", why or "not measured yet"
    if budget.is_exhausted:
        return "exhausted", why
    recent = recent_window(evidence.slot_s)
    if counted.tally(recent).measured == 0:
        return "no_data", why or "nothing measured in the last minutes"
    for severity in ("page", "ticket"):
        held = _held_alert(counted, severity)
        if held is not None:
            return severity, f"{held.nfr or held.name} held for {held.for_s} s"
        if any(_burns(counted, pair, window_length_s) for pair in _pairs(severity)):
            return severity, why
    return "ok", why


def _pairs(severity: Severity) -> list[BurnPair]:
    return [pair for pair in SRE_WORKBOOK_PAIRS if pair.severity == severity]


def _burns(counted: _Counted, pair: BurnPair, window_length_s: int) -> bool:
    factor = pair.factor(window_length_s)
    return all(
        burns_faster_than(counted.tally(RollingWindow(length_s)), counted.slo.objective, factor)
        for length_s in (pair.short_s, pair.long_s)
    )


def _held_alert(counted: _Counted, severity: Severity) -> ThresholdAlert | None:
    for alert in counted.slo.alerts:
        if alert.severity == severity and _holds(counted, alert):
            return alert
    return None


def _holds(counted: _Counted, alert: ThresholdAlert) -> bool:
    """Whether the bound was broken for the whole time, measured without a gap.

    A number per slot must break its own bound in every slot; events must fall short of the
    objective over the time.
    """
    tally = counted.tally(RollingWindow(alert.for_s))
    if tally.measured * counted.evidence.slot_s < alert.for_s or tally.total == 0:
        return False
    if isinstance(counted.slo.sli, Level):
        return tally.good == 0
    return tally.good < counted.slo.objective.ratio * tally.total


def _coverage(evidence: Evidence, window: Window) -> float:
    expected = evidence.span(window).length_s / evidence.slot_s
    return min(1.0, evidence.tally(window).measured / expected) if expected else 0.0
