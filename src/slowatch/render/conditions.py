"""When an alert's condition holds, over recorded series: the same as the daemon judges."""

from math import sqrt

from slowatch.render.names import BURN_RATE, ERROR_RATIO, EVENTS, EVENTS_1M, MEASURED, REMAINING
from slowatch.render.needs import minutes_of, window_min
from slowatch.render.promql import any_of, indented, number, series, times
from slowatch.render.rule import MINUTE_S
from slowatch.render.sums import look_back
from slowatch.slo.alert_rule import (
    AlertRule,
    BreaksBound,
    BudgetExhausted,
    Burns,
    BurnThreshold,
)
from slowatch.slo.burn import PRESENT
from slowatch.slo.policy import BudgetEnding, BudgetLow, SliAbsent
from slowatch.spec.compiled import CompiledSlo, Level

_ANY_LOOK_BACK = "ignoring (look_back, outcome)"


def condition(slo: CompiledSlo, rule: AlertRule) -> str | None:
    """The series for which a rule's condition holds, with no labels but those of the SLO's group.

    None where rules cannot tell: of a window on the calendar.
    """
    when = rule.when
    match when:
        case Burns():
            return _Slo(slo).burns(when)
        case SliAbsent():
            return _Slo(slo).absent()
        case BreaksBound(held_s):
            return _Slo(slo).breaks_bound(minutes_of(held_s))
    if window_min(slo) is None:
        return None
    match when:
        case BudgetExhausted():
            return _Slo(slo).exhausted()
        case BudgetLow():
            return _Slo(slo).low(when)
        case BudgetEnding():
            return _Slo(slo).ending(when)


def for_s(rule: AlertRule) -> int:
    """How long a condition must be seen: absence is seen a minute after it was last not so."""
    if isinstance(rule.when, SliAbsent):
        return max(0, rule.for_s + minutes_of(rule.when.for_s) * MINUTE_S - MINUTE_S)
    return rule.for_s


class _Slo:
    """The conditions of one SLO."""

    def __init__(self, slo: CompiledSlo) -> None:
        self._slo = slo
        # Whole numbers: what is exactly used up is used up.
        self._share, self._of = slo.objective.budget_fraction

    def burns(self, when: Burns) -> str:
        pairs = (self._exceeds(threshold) for threshold in when.thresholds)
        return f"max without (look_back) (\n{indented(any_of(pairs))}\n)"

    def absent(self) -> str:
        return f"absent(sum({self._series(EVENTS_1M)}))"

    def exhausted(self) -> str:
        return f"{self._series(REMAINING)} <= 0"

    def low(self, when: BudgetLow) -> str:
        return f"{self._series(REMAINING)} < {number(when.share)} > 0"

    def ending(self, when: BudgetEnding) -> str:
        left = f"({self._series(REMAINING)} > 0) * {self._slo.window.nominal_length_s}"
        burn = f"({self._series(BURN_RATE, look_back=PRESENT)} > 1)"
        enough = f"{self._events(PRESENT, 'bad')} >= {when.least_bad}"
        return (
            f"{left}\n/ ignoring (look_back) {burn} < {when.within_s}"
            f"\nand {_ANY_LOOK_BACK} {enough}"
        )

    def breaks_bound(self, minutes: int) -> str:
        over = look_back(minutes)
        bad = self._events(over, "bad")
        if not isinstance(self._slo.sli, Level):
            return self._without(
                f"{times(self._of, bad)}\n> {_ANY_LOOK_BACK} {self._allowed(over)}"
            )
        good = self._events(over, "good")
        measured = f"{self._series(MEASURED, look_back=over)} >= {minutes}"
        return self._without(
            f"{bad} > 0\nand {_ANY_LOOK_BACK} {good} == 0\nand {_ANY_LOOK_BACK} {measured}"
        )

    def _exceeds(self, threshold: BurnThreshold) -> str:
        short, long = (look_back(minutes_of(s)) for s in (threshold.short_s, threshold.long_s))
        ratio = number(threshold.bad_ratio)
        long_ratio = self._series(ERROR_RATIO, look_back=long)
        enough = self._enough(long, threshold)
        return (
            f"{self._series(ERROR_RATIO, look_back=short)} > {ratio}\n"
            f"and ignoring (look_back) {long_ratio}\n  > {enough}\n"
            f"and {_ANY_LOOK_BACK} {self._events(long, 'bad')} >= {threshold.least_bad}"
        )

    def _enough(self, long: str, threshold: BurnThreshold) -> str:
        """The bad share from which on it is no accident, however few events there were."""
        ratio = float(threshold.bad_ratio)
        spread = threshold.z * sqrt(ratio * (1 - ratio))
        if not spread:
            return number(threshold.bad_ratio)
        return f"{number(threshold.bad_ratio)} + {spread:.10g} / sqrt({self._every(long)})"

    def _allowed(self, over: str) -> str:
        return times(self._share, self._every(over))

    def _every(self, over: str) -> str:
        return f"sum without (outcome) ({self._series(EVENTS, look_back=over)})"

    def _events(self, over: str, outcome: str) -> str:
        return self._series(EVENTS, look_back=over, outcome=outcome)

    def _series(self, metric: str, **labels: str) -> str:
        return series(metric, service=self._slo.service, slo=self._slo.name, **labels)

    def _without(self, expression: str) -> str:
        return f"sum without (look_back, outcome) (\n{indented(expression)}\n)"
