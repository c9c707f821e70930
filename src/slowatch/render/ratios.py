"""What follows from sums: ratios, burn rates, what is left of the budget; and the constants."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from slowatch.render.names import (
    ALLOWED,
    BUDGET,
    BURN_RATE,
    COMPLIANCE,
    COVERAGE,
    ERROR_RATIO,
    EVENTS,
    INFO,
    MEASURED,
    OBJECTIVE,
    OUT_OF,
    REMAINING,
)
from slowatch.render.needs import window_min
from slowatch.render.promql import any_of
from slowatch.render.rule import Recording
from slowatch.render.scope import Scope
from slowatch.render.sums import look_back
from slowatch.spec.alert_rules import info_labels
from slowatch.spec.compiled import CompiledSlo

_OF_SLO = "on (service, slo) group_left ()"
"""How the series of an SLO's groups meet what the SLO promises."""


def constant_rules(slo: CompiledSlo) -> Iterator[Recording]:
    """What an SLO promises: so many events out of so many may be bad, in whole numbers."""
    labels = {"service": slo.service, "slo": slo.name}
    allowed, out_of = slo.objective.budget_fraction
    yield Recording(ALLOWED, f"vector({allowed})", labels)
    yield Recording(OUT_OF, f"vector({out_of})", labels)
    yield Recording(INFO, "vector(1)", info_labels(slo))


def ratio_rules(slos: Sequence[CompiledSlo]) -> Iterator[Recording]:
    """Error ratios and burn rates over all look-backs, then what concerns the windows."""
    scope = Scope.of(slos)
    labels = {"service": scope.service}
    allowed, out_of = scope.series(ALLOWED), scope.series(OUT_OF)
    yield Recording(OBJECTIVE, f"({out_of} - {allowed})\n/ {out_of}", labels)
    yield Recording(BUDGET, f"{allowed}\n/ {out_of}", labels)
    bad = scope.series(EVENTS, outcome="bad")
    every = f"(sum without (outcome) ({scope.series(EVENTS)}) > 0)"
    yield Recording(ERROR_RATIO, f"{bad}\n/ ignoring (outcome) {every}", labels)
    budget = f"({scope.series(BUDGET)} > 0)"
    yield Recording(BURN_RATE, f"{scope.series(ERROR_RATIO)}\n/ {_OF_SLO} {budget}", labels)
    windows = _windows(slos)
    for record, text in ((REMAINING, _remaining), (COMPLIANCE, _compliance), (COVERAGE, _coverage)):
        if windows:
            yield Recording(record, any_of(text(window) for window in windows), labels)


@dataclass(frozen=True, slots=True)
class _Window:
    """A window, in minutes, and the SLOs that have it."""

    scope: Scope
    minutes: int

    def series(self, metric: str, **labels: str) -> str:
        return self.scope.series(metric, look_back=look_back(self.minutes), **labels)


def _windows(slos: Sequence[CompiledSlo]) -> list[_Window]:
    by_minutes: dict[int, list[CompiledSlo]] = {}
    for slo in slos:
        minutes = window_min(slo)
        if minutes is not None:
            by_minutes.setdefault(minutes, []).append(slo)
    return [_Window(Scope.of(own), minutes) for minutes, own in sorted(by_minutes.items())]


def _remaining(window: _Window) -> str:
    """What is left of the allowed events; whole numbers, so that 0 is exactly 0.

    Where none is allowed, all is left until one is bad.
    """
    allowed, out_of = window.scope.series(ALLOWED), window.scope.series(OUT_OF)
    every = f"sum without (outcome, look_back) ({window.series(EVENTS)})"
    bad = f"sum without (outcome, look_back) ({window.series(EVENTS, outcome='bad')})"
    may = f"{every} * {_OF_SLO} {allowed}"
    whole = f"sum without (look_back) ({window.series(ERROR_RATIO)} == bool 0)"
    return (
        f"({may} - {bad} * {_OF_SLO} {out_of})\n/ ({may} > 0)"
        f"\nor\n{whole}\nand on (service, slo) {allowed} == 0"
    )


def _compliance(window: _Window) -> str:
    good = f"sum without (outcome, look_back) ({window.series(EVENTS, outcome='good')})"
    return f"{good}\n/ (sum without (outcome, look_back) ({window.series(EVENTS)}) > 0)"


def _coverage(window: _Window) -> str:
    return f"sum without (look_back) ({window.series(MEASURED)}) / {window.minutes}"
