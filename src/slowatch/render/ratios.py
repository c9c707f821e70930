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
from slowatch.render.promql import any_of, number, selector, series
from slowatch.render.rule import Recording
from slowatch.render.sums import alternatives, look_back
from slowatch.slo.window import RollingWindow
from slowatch.spec.alert_rules import published_labels
from slowatch.spec.compiled import CompiledSlo
from slowatch.spec.promql import quote
from slowatch.spec.units import duration_text

_OF_SLO = "on (service, slo) group_left ()"
"""How the series of an SLO's groups meet what the SLO promises."""


def constant_rules(slo: CompiledSlo) -> Iterator[Recording]:
    """What an SLO promises: so many events out of so many may be bad, in whole numbers."""
    labels = {name: value for name, value in published_labels(slo, {}).items() if value}
    allowed, out_of = slo.objective.budget_fraction
    yield Recording(ALLOWED, f"vector({allowed})", labels)
    yield Recording(OUT_OF, f"vector({out_of})", labels)
    told = {**labels, "objective": number(slo.objective.ratio), "window": window_text(slo)}
    yield Recording(INFO, "vector(1)", told)


def window_text(slo: CompiledSlo) -> str:
    """An SLO's window, such as `30d` or `month`."""
    window = slo.window
    if isinstance(window, RollingWindow):
        return duration_text(window.length_s)
    return window.unit


def ratio_rules(slos: Sequence[CompiledSlo]) -> Iterator[Recording]:
    """Error ratios and burn rates over all look-backs, then what concerns the windows."""
    service = slos[0].service
    own = {"service": service}
    allowed, out_of = series(ALLOWED, **own), series(OUT_OF, **own)
    yield Recording(OBJECTIVE, f"({out_of} - {allowed})\n/ {out_of}", own)
    yield Recording(BUDGET, f"{allowed}\n/ {out_of}", own)
    events = series(EVENTS, service=service)
    bad = series(EVENTS, service=service, outcome="bad")
    every = f"(sum without (outcome) ({events}) > 0)"
    yield Recording(ERROR_RATIO, f"{bad}\n/ ignoring (outcome) {every}", own)
    budget = series(BUDGET, service=service)
    ratio = series(ERROR_RATIO, service=service)
    yield Recording(BURN_RATE, f"{ratio}\n/ {_OF_SLO} ({budget} > 0)", own)
    windows = _windows(slos)
    for record, text in ((REMAINING, _remaining), (COMPLIANCE, _compliance), (COVERAGE, _coverage)):
        if windows:
            yield Recording(record, any_of(text(window) for window in windows), own)


@dataclass(frozen=True, slots=True)
class _Window:
    """A window that SLOs of a service have; `further` are matchers where not all of them do."""

    service: str
    minutes: int
    further: tuple[str, ...]

    def series(self, metric: str, **labels: str) -> str:
        name = {"service": self.service, "look_back": look_back(self.minutes)}
        return selector(metric, {**name, **labels}, *self.further)


def _windows(slos: Sequence[CompiledSlo]) -> list[_Window]:
    minutes = {slo.name: window for slo in slos if (window := window_min(slo)) is not None}
    found = []
    for window in sorted(set(minutes.values())):
        names = sorted(name for name, own in minutes.items() if own == window)
        further = () if len(names) == len(slos) else (f"slo=~{quote(alternatives(names))}",)
        found.append(_Window(slos[0].service, window, further))
    return found


def _remaining(window: _Window) -> str:
    """What is left of the allowed events; whole numbers, so that 0 is exactly 0.

    Where none is allowed, all is left until one is bad.
    """
    allowed = series(ALLOWED, service=window.service)
    out_of = series(OUT_OF, service=window.service)
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
