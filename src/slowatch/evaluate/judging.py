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
from slowatch.slo.slot import Span, ceil_to
from slowatch.slo.tally import Tally
from slowatch.spec.compiled import CompiledSlo, Level, ThresholdAlert

State = Literal["ok", "ticket", "page", "exhausted", "no_data"]
WORST_FIRST: tuple[State, ...] = ("exhausted", "page", "ticket", "no_data", "ok")
PRESENT = "1h"
"""The look-back whose burn rate is taken for the present one."""
PAIRS: Mapping[Severity, tuple[BurnPair, ...]] = {
    "page": tuple(pair for pair in SRE_WORKBOOK_PAIRS if pair.severity == "page"),
    "ticket": tuple(pair for pair in SRE_WORKBOOK_PAIRS if pair.severity == "ticket"),
}
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

    `tally` is what its window holds, over `span`; `look_back` tells what the last so many seconds
    hold, for every length that `look_backs_of` names. `first_start_s` is when the series was first
    measured; `gap_reason` says why the latest slot is missing, if it is; `series_id` is where the
    ledger keeps the facts, None where it has none.
    """

    tally: Tally
    span: Span
    look_back: Callable[[int], Tally]
    end_s: int
    slot_s: int
    first_start_s: int | None = None
    gap_reason: str | None = None
    series_id: int | None = None


def look_backs_of(slo: CompiledSlo, slot_s: int) -> set[int]:
    """The lengths, in seconds, of all look-backs that judging an SLO needs besides its window."""
    held = {held_s(alert, slot_s) for alert in slo.alerts}
    return {recent_s(slot_s), *LOOK_BACKS_S.values(), *held}


def held_s(alert: ThresholdAlert, slot_s: int) -> int:
    """How long a bound must be broken for the alert, in seconds: whole slots."""
    return ceil_to(alert.for_s, slot_s)


def recent_s(slot_s: int) -> int:
    """The look-back without a measured slot in which there is no data now, in seconds."""
    return max(LEAST_RECENT_S, RECENT_SLOTS * slot_s)


def judge(slo: CompiledSlo, group: Mapping[str, str], evidence: Evidence) -> Status:
    """Where an SLO's group stands."""
    counted = _Counted(slo, evidence)
    tally = counted.window()
    budget = error_budget(tally, slo.objective)
    window_length_s = slo.window.length_at(evidence.end_s)
    burn_rates = {
        name: burn_rate(counted.look_back(length_s), slo.objective)
        for name, length_s in LOOK_BACKS_S.items()
    }
    state, reason = _state(counted, tally, budget, window_length_s)
    return Status(
        slo=slo,
        group=group,
        window=evidence.span,
        window_length_s=window_length_s,
        tally=tally,
        compliance_ratio=compliance_ratio(tally),
        budget=budget,
        exhausts_in_s=exhausts_in_s(budget.remaining_ratio, burn_rates[PRESENT], window_length_s),
        burn_rates=burn_rates,
        coverage_ratio=_coverage(evidence),
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

    def window(self) -> Tally:
        return self._filled(self.evidence.tally, self.evidence.span.start_s)

    def look_back(self, length_s: int) -> Tally:
        return self._filled(self.evidence.look_back(length_s), self.evidence.end_s - length_s)

    def _filled(self, measured: Tally, start_s: int) -> Tally:
        if self.slo.no_data == "missing":
            return measured
        return filled(measured, self._missing(measured, start_s), self.slo.no_data)

    def _missing(self, measured: Tally, start_s: int) -> int:
        """Missing slots since the series was first measured."""
        first_s = self.evidence.first_start_s
        if first_s is None:
            return 0
        length_s = self.evidence.end_s - max(start_s, first_s)
        return max(0, length_s // self.evidence.slot_s - measured.measured)


def _state(
    counted: _Counted, tally: Tally, budget: ErrorBudget, window_length_s: int
) -> tuple[State, str | None]:
    evidence = counted.evidence
    why = evidence.gap_reason
    if tally.measured == 0:
        return "no_data", why or "not measured yet"
    if budget.is_exhausted:
        return "exhausted", why
    recent = counted.look_back(recent_s(evidence.slot_s))
    if recent.measured == 0:
        return "no_data", why or "nothing measured in the last minutes"
    for severity, pairs in PAIRS.items():
        held = _held_alert(counted, severity)
        if held is not None:
            return severity, f"{held.nfr or held.name} held for {held.for_s} s"
        if any(_burns(counted, pair, window_length_s) for pair in pairs):
            return severity, why
    return "ok", why


def _burns(counted: _Counted, pair: BurnPair, window_length_s: int) -> bool:
    factor = pair.factor(window_length_s)
    if factor < 1 or pair.long_s > window_length_s:
        # So slow a burn does no harm over so short a window.
        return False
    short, long = counted.look_back(pair.short_s), counted.look_back(pair.long_s)
    if short.bad == 0 or long.bad == 0:
        return False
    objective = counted.slo.objective
    return all(burns_faster_than(tally, objective, factor) for tally in (short, long))


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
    slot_s = counted.evidence.slot_s
    length_s = held_s(alert, slot_s)
    tally = counted.look_back(length_s)
    if tally.measured * slot_s < length_s or tally.total == 0:
        return False
    if isinstance(counted.slo.sli, Level):
        return tally.good == 0
    return tally.good < counted.slo.objective.ratio * tally.total


def _coverage(evidence: Evidence) -> float:
    expected = evidence.span.length_s / evidence.slot_s
    return min(1.0, evidence.tally.measured / expected) if expected else 0.0
