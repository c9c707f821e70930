"""Judging: tallies of windows become where an SLO stands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from slowatch.slo.alert_condition import Standing, holds
from slowatch.slo.alert_rule import AlertRule, BreaksBound, Burns
from slowatch.slo.budget import ErrorBudget, compliance_ratio, error_budget
from slowatch.slo.burn import LOOK_BACKS_S, PRESENT, RECENT, burn_rate, exhausts_in_s
from slowatch.slo.missing import filled
from slowatch.slo.policy import SEVERITIES
from slowatch.slo.slot import Span, ceil_to
from slowatch.slo.tally import NOTHING, Tally
from slowatch.spec.alert_rules import alert_rules
from slowatch.spec.compiled import CompiledSlo, Level
from slowatch.spec.units import duration_text

State = Literal["ok", "ticket", "page", "exhausted", "no_data"]
WORST_FIRST: tuple[State, ...] = ("exhausted", "page", "ticket", "no_data", "ok")
RECENT_SLOTS = 3
LEAST_RECENT_S = 300


@dataclass(frozen=True, slots=True)
class Condition:
    """Whether an alert's condition holds now; None where the facts do not say."""

    rule: AlertRule
    holds: bool | None


@dataclass(frozen=True, slots=True)
class Status:
    """Where one SLO, or one group of it, stands at the end of a slot.

    `window` is what was judged; `window_length_s` is the whole window's length (a calendar month
    is longer than what has passed of it). `burn_rates` are by the names of `LOOK_BACKS`. `reason`
    says in words why there is no data, or which alert holds. `conditions` are those of all alerts
    that the SLO may raise. `recent` is what the last five minutes hold.
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
    conditions: tuple[Condition, ...] = ()
    recent: Tally = NOTHING


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an SLO's group is judged by.

    `tally` is what its window holds, over `span`; `look_back` tells what the last so many seconds
    hold, for every length that `look_backs_of` names. `first_start_s` is when the series was first
    measured; `is_absent` is as in `Standing`; `gap_reason` says why the latest slot is missing, if
    it is; `series_id` is where the ledger keeps the facts, None where it has none. `unasked` tells
    how many slots of a span were not asked for yet: nothing is known of them, not even that they
    are missing.
    """

    tally: Tally
    span: Span
    look_back: Callable[[int], Tally]
    end_s: int
    slot_s: int
    first_start_s: int | None = None
    is_absent: bool | None = None
    gap_reason: str | None = None
    series_id: int | None = None
    unasked: Callable[[Span], int] = lambda _span: 0


def look_backs_of(slo: CompiledSlo, slot_s: int) -> set[int]:
    """The lengths, in seconds, of all look-backs that judging an SLO needs besides its window.

    All are whole slots.
    """
    pairs = (pair for burn in slo.policy.burn.values() for pair in burn.pairs)
    raised = {length_s for pair in pairs for length_s in (pair.short_s, pair.long_s)}
    raised |= {alert.for_s for alert in slo.alerts}
    if slo.policy.sli_absent is not None:
        raised.add(slo.policy.sli_absent.for_s)
    return {recent_s(slot_s), *LOOK_BACKS_S.values(), *(ceil_to(s, slot_s) for s in raised)}


def recent_s(slot_s: int) -> int:
    """The look-back without a measured slot in which there is no data now, in seconds."""
    return max(LEAST_RECENT_S, RECENT_SLOTS * slot_s)


def judge(
    slo: CompiledSlo,
    group: Mapping[str, str],
    evidence: Evidence,
    rules: Sequence[AlertRule] | None = None,
) -> Status:
    """Where an SLO's group stands; `rules` are its `alert_rules`, where they are known already."""
    counted = _Counted(slo, evidence)
    tally = counted.window()
    budget = error_budget(tally, slo.objective)
    window_length_s = slo.window.length_at(evidence.end_s)
    burn_rates = {
        name: burn_rate(counted.look_back(length_s), slo.objective)
        for name, length_s in LOOK_BACKS_S.items()
    }
    ends_in_s = exhausts_in_s(budget.remaining_ratio, burn_rates[PRESENT], window_length_s)
    standing = counted.standing(budget, ends_in_s)
    if rules is None:
        rules = alert_rules(slo, window_length_s)
    conditions = tuple(Condition(rule, holds(rule.when, standing)) for rule in rules)
    state, reason = _state(counted, tally, budget, conditions)
    return Status(
        slo=slo,
        group=group,
        window=evidence.span,
        window_length_s=window_length_s,
        tally=tally,
        compliance_ratio=compliance_ratio(tally),
        budget=budget,
        exhausts_in_s=ends_in_s,
        burn_rates=burn_rates,
        coverage_ratio=_coverage(evidence),
        state=state,
        reason=reason,
        series_id=evidence.series_id,
        conditions=conditions,
        recent=counted.look_back(LOOK_BACKS_S[RECENT]),
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

    def standing(self, budget: ErrorBudget, ends_in_s: float | None) -> Standing:
        return Standing(
            objective=self.slo.objective,
            budget=budget,
            exhausts_in_s=ends_in_s,
            look_back=lambda length_s: self.look_back(ceil_to(length_s, self.evidence.slot_s)),
            slot_s=self.evidence.slot_s,
            is_level=isinstance(self.slo.sli, Level),
            is_absent=self.evidence.is_absent,
        )

    def _filled(self, measured: Tally, start_s: int) -> Tally:
        if self.slo.no_data == "missing":
            return measured
        return filled(measured, self._missing(measured, start_s), self.slo.no_data)

    def _missing(self, measured: Tally, start_s: int) -> int:
        """Slots since the series was first measured that were asked for in vain."""
        evidence = self.evidence
        first_s = evidence.first_start_s
        if first_s is None or max(start_s, first_s) >= evidence.end_s:
            return 0
        span = Span(max(start_s, first_s), evidence.end_s)
        asked = span.length_s // evidence.slot_s - evidence.unasked(span)
        return max(0, asked - measured.measured)


def _state(
    counted: _Counted, tally: Tally, budget: ErrorBudget, conditions: Sequence[Condition]
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
    for severity in SEVERITIES:
        held = [c.rule for c in conditions if c.holds and c.rule.severity == severity]
        for rule in held:
            if isinstance(rule.when, BreaksBound):
                over = duration_text(rule.when.held_s)
                return severity, f"{rule.nfr or rule.name}: its bound is broken over {over}"
        if any(isinstance(rule.when, Burns) for rule in held):
            return severity, why
    return "ok", why


def _coverage(evidence: Evidence) -> float:
    expected = evidence.span.length_s / evidence.slot_s
    return min(1.0, evidence.tally.measured / expected) if expected else 0.0
