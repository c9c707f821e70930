"""The charts of an SLO's row: its budget, burn rates, events, and the SLI itself."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import quote as url_quote

from grafana_foundation_sdk.models.dashboard import (
    FieldColor,
    FieldColorModeId,
    ThresholdsConfig,
)

from slowatch.dashboards.colours import (
    FINE,
    OF_SEVERITY,
    SERIOUS,
    SPENT,
    thresholds,
    up_words,
)
from slowatch.dashboards.figures import STEP, Outcome
from slowatch.dashboards.panels import MINUTE, Drawn, Link, Manner, Query, Words, chart
from slowatch.dashboards.raw import OVER, Raw
from slowatch.dashboards.subject import Subject
from slowatch.render.groups import raised
from slowatch.slo.alert_rule import Burns, BurnThreshold
from slowatch.slo.burn import LOOK_BACKS_S, PRESENT, RECENT
from slowatch.slo.policy import Severity
from slowatch.spec.compiled import Bounds
from slowatch.spec.units import duration_text

_BAD_LINE: dict[str, object] = {
    "custom__lineStyle": {"fill": "dash", "dash": [8, 6]},
    "custom__axisPlacement": "right",
}
_OUTCOMES: dict[str, dict[str, object]] = {
    "/^good$/": {"color": {"mode": "fixed", "fixedColor": FINE}},
    "/^bad$/": {**_BAD_LINE, "color": {"mode": "fixed", "fixedColor": SERIOUS}},
}
_SOME = 0.5
_ROOM = 0.1
"""How much of a bound is left between it and the edge of a chart, so that it is seen."""


def budget_chart(subject: Subject) -> Drawn:
    """What was left of the budget, over a time as long as the window."""
    words = Words(
        "budget",
        "Error budget left",
        f"What was left of the budget at each moment, over {subject.window}. At 0 (dashed) it is "
        "exhausted.",
        "percentunit",
    )
    left = subject.per_group("min", subject.figures.remaining)
    manner = Manner(subject.left, time_from=subject.window_range, floor=0, ceiling=1)
    return _chart(subject, words, [Query(left, subject.legend("budget left"))], manner)


def compliance_chart(subject: Subject) -> Drawn:
    """The share of good events, over a time as long as the window."""
    words = Words(
        "compliance-chart",
        "Compliance",
        f"The share of good events at each moment, over {subject.window}, against the objective "
        "(dashed).",
        "percentunit",
        decimals=subject.digits + 2,
    )
    good = subject.per_group("min", subject.figures.compliance)
    manner = Manner(subject.kept, time_from=subject.window_range, ceiling=1)
    return _chart(subject, words, [Query(good, subject.legend("compliance"))], manner)


def burn_chart(subject: Subject) -> Drawn:
    """Burn rates per look-back, with what they are worth a page or a ticket above."""
    if not subject.slo.objective.budget_ratio:
        return _bad_events(subject)
    pairs = list(_thresholds(subject))
    wanted = "|".join(_look_backs(subject, [one for _, one in pairs]))
    burn = subject.scope.series(subject.figures.burn_rate, f'look_back=~"{wanted}"')
    query = Query(
        subject.scope.aggregated("max", burn, "look_back"), subject.legend("", "{{look_back}}")
    )
    steps = dict(sorted((one.factor, OF_SEVERITY[severity]) for severity, one in pairs))
    words = Words("burn", "Burn rate", _burn_text(pairs), "none")
    manner = Manner(thresholds(FINE, steps.items()), floor=0, ceiling=1)
    return _chart(subject, words, [query], manner)


def _bad_events(subject: Subject) -> Drawn:
    words = Words(
        "bad",
        "Bad events",
        "None may be bad, so there is no budget that could burn: the first bad event within "
        f"{subject.window} exhausts it.",
        "short",
    )
    expression, legend = subject.figures.bad_events(subject.scope)
    manner = Manner(thresholds(FINE, [(_SOME, SPENT)]), floor=0, ceiling=1)
    return _chart(subject, words, [Query(expression, subject.legend("", legend))], manner)


def events_chart(subject: Subject) -> Drawn:
    """Good and bad events as they come; where slots are judged, slots."""
    what, per, unit, per_s = (
        ("slots", "minute", "cpm", 60)
        if subject.slo.is_by_slots
        else ("events", "second", "cps", 1)
    )
    words = Words(
        "events",
        f"Good and bad {what} per {per}",
        f"How many {what} were good (left axis) and bad (right axis, dashed).",
        unit,
    )
    outcomes: tuple[Outcome, ...] = ("good", "bad")
    queries = [
        Query(
            subject.figures.events(subject.scope, outcome, per_s),
            subject.legend("", outcome),
        )
        for outcome in outcomes
    ]
    manner = Manner(overrides={"/ bad$/": _BAD_LINE} if subject.slo.by else _OUTCOMES, floor=0)
    return _chart(subject, words, queries, manner)


def raw_chart(subject: Subject, raw: Raw) -> Drawn:
    """What the SLI itself says, against its bounds."""
    words = Words("sli", raw.title, raw.description, raw.unit)
    low, high = raw.bounds.at_least, raw.bounds.at_most
    manner = Manner(
        _bound_colours(raw.bounds),
        words=up_words() if raw.is_up else None,
        floor=0 if low is None or raw.is_up else _beside(low, -_ROOM),
        ceiling=None if high is None else _beside(high, _ROOM),
    )
    return _chart(subject, words, raw.queries, manner)


def _chart(subject: Subject, words: Words, queries: Sequence[Query], manner: Manner) -> Drawn:
    """A chart, with a link to its queries in Prometheus where that can be reached."""
    prometheus = subject.addresses.prometheus
    if len(queries) == 1 and not subject.slo.by and "{{" not in queries[0].legend:
        manner = replace(manner, colour=FieldColor(mode=FieldColorModeId.FIXED, fixed_color=FINE))
    if prometheus is None:
        return chart(words, queries, manner)
    link = Link("Prometheus", graph_url(prometheus, [query.expr for query in queries]))
    return chart(words, queries, replace(manner, links=(link,)))


def graph_url(prometheus: str, expressions: Sequence[str]) -> str:
    """Prometheus' own graph of expressions, a minute to a point."""
    asked = (expr.replace(OVER, "5m").replace(STEP, MINUTE) for expr in expressions)
    parts = (f"g{at}.expr={url_quote(expr, safe='')}&g{at}.tab=0" for at, expr in enumerate(asked))
    return f"{prometheus}/graph?{'&'.join(parts)}"


def _thresholds(subject: Subject) -> Iterator[tuple[Severity, BurnThreshold]]:
    for rule in raised(subject.slo):
        if isinstance(rule.when, Burns):
            for one in rule.when.thresholds:
                yield rule.severity, one


def _look_backs(subject: Subject, pairs: Sequence[BurnThreshold]) -> list[str]:
    """Those that alerts are about; of an SLO with many groups only those of the present."""
    lengths = {LOOK_BACKS_S[RECENT], LOOK_BACKS_S[PRESENT]}
    if not subject.slo.by:
        lengths |= {length_s for pair in pairs for length_s in (pair.short_s, pair.long_s)}
    return subject.figures.look_backs(duration_text(length_s) for length_s in sorted(lengths))


def _burn_text(pairs: Sequence[tuple[Severity, BurnThreshold]]) -> str:
    lines = [
        f"{severity} above {one.factor.normalize():f} over {duration_text(one.short_s)} and "
        f"{duration_text(one.long_s)}"
        for severity, one in pairs
    ]
    told = f" Dashed: {'; '.join(lines)}." if lines else ""
    return f"How many times as fast as it may the budget burns; at 1 it lasts the window.{told}"


def _beside(bound: float, share: float) -> float:
    return float(f"{bound + share * abs(bound):.6g}")


def _bound_colours(bounds: Bounds) -> ThresholdsConfig:
    """Lines at the bounds; what lies beyond them is bad."""
    steps = []
    if bounds.at_least is not None:
        steps.append((bounds.at_least, FINE))
    if bounds.at_most is not None:
        steps.append((bounds.at_most, SERIOUS))
    return thresholds(SERIOUS if bounds.at_least is not None else FINE, steps)
