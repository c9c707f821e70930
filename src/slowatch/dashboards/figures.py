"""Where dashboards find numbers: the series that rules record, or the gauges of a daemon."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from slowatch.evaluate.judging import WORST_FIRST
from slowatch.render import names
from slowatch.slo.burn import LOOK_BACKS_S, RECENT
from slowatch.slo.window import RollingWindow
from slowatch.spec.compiled import CompiledSlo

Source = Literal["prometheus", "slowatch"]
Outcome = Literal["good", "bad"]

EACH_SLO = "by (service, slo)"
STEP = "$__interval"


@dataclass(frozen=True, slots=True)
class Scope:
    """Series that are meant: matchers as they stand, and the labels of groups that are kept."""

    matchers: tuple[str, ...]
    groups: tuple[str, ...] = ()

    def series(self, metric: str, *more: str) -> str:
        """A selector."""
        return f"{metric}{{{', '.join((*self.matchers, *more))}}}"

    def aggregated(self, operation: str, expression: str, *more: str) -> str:
        """An aggregation that keeps the groups, and further labels."""
        kept = ", ".join((*self.groups, *more))
        return f"{operation} by ({kept}) ({expression})" if kept else f"{operation}({expression})"


class Figures(ABC):
    """Names of series, and how states and events are made of them.

    Whatever tells of one SLO may be there several times, from several daemons: it is aggregated.
    """

    source: ClassVar[Source]
    info: ClassVar[str]
    objective: ClassVar[str]
    compliance: ClassVar[str]
    remaining: ClassVar[str]
    coverage: ClassVar[str]
    burn_rate: ClassVar[str]
    alerts: ClassVar[str]
    alert_title: ClassVar[str]

    @abstractmethod
    def has_window(self, slo: CompiledSlo) -> bool:
        """Whether it is known what an SLO's whole window holds."""

    @abstractmethod
    def look_backs(self, wanted: Iterable[str]) -> list[str]:
        """The look-backs for which there are burn rates, of those that are wanted."""

    @abstractmethod
    def ranks(self, scope: Scope) -> str:
        """The state of each SLO as its place in the list of them, worst first."""

    @abstractmethod
    def events(self, scope: Scope, outcome: Outcome, per_s: int) -> str:
        """Events of each group in so many seconds, on average over a point of the chart."""

    @abstractmethod
    def bad_events(self, scope: Scope) -> tuple[str, str]:
        """Bad events where there is no burn rate, and the legend of the series."""


class Recorded(Figures):
    """What rules record that stand alone."""

    source = "prometheus"
    info = names.INFO
    objective = names.OBJECTIVE
    compliance = names.COMPLIANCE
    remaining = names.REMAINING
    coverage = names.COVERAGE
    burn_rate = names.BURN_RATE
    alerts = 'ALERTS{{alertstate="firing", slo!="", service={service}}}'
    alert_title = "{{alertname}} ({{severity}})"

    def has_window(self, slo: CompiledSlo) -> bool:
        """Rules know nothing of the calendar."""
        return isinstance(slo.window, RollingWindow)

    def look_backs(self, wanted: Iterable[str]) -> list[str]:
        """All that alerts need are recorded."""
        return list(wanted)

    def ranks(self, scope: Scope) -> str:
        """As the daemon judges it, but of alerts that fire."""
        spent = f"min {EACH_SLO} ({scope.series(self.remaining)}) <= 0"
        there = f"max {EACH_SLO} ({scope.series(self.info)})"
        measured = f"max {EACH_SLO} ({scope.series(names.EVENTS_1M)})"
        return _first_of(
            [
                spent,
                self._firing(scope, "page"),
                self._firing(scope, "ticket"),
                f"{there} unless {measured}",
                there,
            ]
        )

    def events(self, scope: Scope, outcome: Outcome, per_s: int) -> str:
        """A part of what is recorded for a minute."""
        minutes = scope.series(names.EVENTS_1M, f'outcome="{outcome}"')
        return _average(scope, minutes, 60 // per_s)

    def bad_events(self, scope: Scope) -> tuple[str, str]:
        """Over the usual look-backs."""
        bad = scope.series(names.EVENTS, 'outcome="bad"', 'look_back=~"5m|1h|1d|3d"')
        return scope.aggregated("max", bad, "look_back"), "{{look_back}}"

    def _firing(self, scope: Scope, severity: str) -> str:
        # What says how much budget is left, or that there is no data, is no state of its own.
        budget = 'alertname!~"ErrorBudget(Exhausted|Low|Ending)|SliAbsent"'
        which = ('alertstate="firing"', f'severity="{severity}"', budget)
        return f"max {EACH_SLO} ({scope.series('ALERTS', *which)})"


class Measured(Figures):
    """The gauges of a daemon."""

    source = "slowatch"
    info = "slowatch_slo_info"
    objective = "slowatch_slo_objective_ratio"
    compliance = "slowatch_slo_compliance_ratio"
    remaining = "slowatch_slo_error_budget_remaining_ratio"
    coverage = "slowatch_slo_coverage_ratio"
    burn_rate = "slowatch_slo_burn_rate"
    # Where slowatch sends alerts itself it tells of no condition: states are what there is.
    alerts = (
        "slowatch_slo_alert_condition{{service={service}}} == 1\n"
        'or (slowatch_slo_state{{service={service}, state=~"exhausted|page|ticket"}} == 1)\n'
        "  unless on () slowatch_slo_alert_condition"
    )
    alert_title = "{{alert}}{{state}}"

    def has_window(self, slo: CompiledSlo) -> bool:  # noqa: ARG002  the daemon knows them all
        """The ledger follows the calendar, too."""
        return True

    def look_backs(self, wanted: Iterable[str]) -> list[str]:
        """The usual ones only."""
        return [name for name in wanted if name in LOOK_BACKS_S]

    def ranks(self, scope: Scope) -> str:
        """The worst state of an SLO's groups."""
        of_state = (scope.series("slowatch_slo_state", f'state="{state}"') for state in WORST_FIRST)
        states = [f"{rank} * ({series} == 1)" for rank, series in enumerate(of_state)]
        inner = "\n  or ".join(states)
        return f"min {EACH_SLO} (\n  {inner}\n)"

    def events(self, scope: Scope, outcome: Outcome, per_s: int) -> str:
        """A part of the last five minutes'."""
        which = (f'outcome="{outcome}"', f'look_back="{RECENT}"')
        events = scope.series("slowatch_slo_events", *which)
        return _average(scope, events, LOOK_BACKS_S[RECENT] // per_s)

    def bad_events(self, scope: Scope) -> tuple[str, str]:
        """Over the window."""
        bad = scope.series("slowatch_slo_window_events", 'outcome="bad"')
        return scope.aggregated("max", bad), "bad"


FIGURES: dict[Source, Figures] = {"prometheus": Recorded(), "slowatch": Measured()}


def _average(scope: Scope, series: str, divisor: int) -> str:
    average = scope.aggregated("max", f"avg_over_time({series}[{STEP}])")
    return f"{average} / {divisor}" if divisor > 1 else average


def _first_of(expressions: Sequence[str]) -> str:
    """For each SLO the place of the first expression that has it."""
    return "\nor ".join(f"0 * ({one}) + {rank}" for rank, one in enumerate(expressions))
