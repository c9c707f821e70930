"""What an SLI itself says, before it is judged: quantiles, values, rates, against their bounds."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import promql_parser

from slowatch.dashboards.figures import STEP
from slowatch.dashboards.panels import Query
from slowatch.render.promql import float_number
from slowatch.spec.buckets import plain_number
from slowatch.spec.compiled import Below, Bounds, CompiledSlo, Counter, CounterEvents, Level
from slowatch.spec.promql import SLOT, WINDOW, parse_bare, selector_text

OVER = "$__rate_interval"
"""Long enough for four scrapes, and no shorter than a point of the chart."""
_UNITS = {"_bytes": "bytes", "_seconds": "s", "_ratio": "percentunit"}
_USUAL = (Decimal("0.5"), Decimal("0.95"), Decimal("0.99"))


@dataclass(frozen=True, slots=True)
class Raw:
    """A chart of an SLI: what it shows, in which unit, and within which bounds it is good."""

    title: str
    description: str
    unit: str
    queries: tuple[Query, ...]
    bounds: Bounds
    is_up: bool = False


def raw_sli(slo: CompiledSlo) -> Raw | None:
    """The chart of an SLI that is a number or a latency; events have none beside their rates."""
    if isinstance(slo.sli, Level):
        return _level(slo, slo.sli)
    if isinstance(slo.sli, CounterEvents) and slo.kind == "latency":
        return _latency(slo, slo.sli)
    return None


def filled(query: str, over_s: int | None = None) -> str:
    """A query whose look-back and slot are what a point of the chart stands for."""
    return query.replace(WINDOW, f"{over_s}s" if over_s else OVER).replace(SLOT, STEP)


def _level(slo: CompiledSlo, level: Level) -> Raw:
    idle = "; it is idle, and not judged, without load" if level.while_query else ""
    return Raw(
        title=_TITLES[slo.kind],
        description=f"What the SLI itself says. Good {_bounds_text(level.bounds)} (dashed){idle}.",
        unit=_unit(slo, level),
        queries=(Query(filled(level.query, level.over_s), _legend(slo.by, slo.kind)),),
        bounds=level.bounds,
        is_up=slo.kind == "up",
    )


_TITLES = {"quantile": "Latency quantile", "rate": "Rate", "value": "Value", "up": "Up"}


def _latency(slo: CompiledSlo, sli: CounterEvents) -> Raw | None:
    good = sli.good[0].counter if sli.good else None
    if good is None:
        return None
    metric, bound = _histogram(good, sli)
    promised = slo.objective.ratio if slo.objective.budget_ratio else _USUAL[-1]
    # Of several groups one quantile each is enough for a chart.
    shown = sorted({promised} if slo.by else {*_USUAL, promised})
    return Raw(
        title="Latency quantiles",
        description=(
            f"How long events take. The promise is kept while P{_percent(promised)} is at most "
            f"{float_number(bound)} (dashed)."
        ),
        unit=_suffix_unit(metric.removesuffix("_bucket")),
        queries=tuple(_quantile(slo, p, metric, good, sli) for p in shown),
        bounds=Bounds(at_most=bound),
    )


def _histogram(good: Counter, sli: CounterEvents) -> tuple[str, float]:
    """The metric whose rate a quantile is taken of, and the bound in its own unit."""
    if sli.bucket is not None:
        return good.metric, sli.bucket.bound
    assert isinstance(good.view, Below)  # noqa: S101  a latency is one of both
    return good.metric, good.view.bound


def _quantile(
    slo: CompiledSlo, p: Decimal, metric: str, good: Counter, sli: CounterEvents
) -> Query:
    matchers = good.matchers if sli.bucket is None else sli.bucket.matchers
    labels = slo.by if sli.bucket is None else ("le", *slo.by)
    rate = f"rate({selector_text(metric, matchers, f'[{OVER}]')})"
    merged = f"sum by ({', '.join(labels)}) ({rate})" if labels else f"sum({rate})"
    expression = f"histogram_quantile({plain_number(p)}, {merged})"
    return Query(expression, _legend(slo.by, f"P{_percent(p)}"))


def _legend(by: Sequence[str], otherwise: str) -> str:
    return " ".join(f"{{{{{name}}}}}" for name in by) or otherwise


def _percent(share: Decimal) -> str:
    return plain_number(share * 100)


def _bounds_text(bounds: Bounds) -> str:
    texts = []
    if bounds.at_least is not None:
        texts.append(f"from {float_number(bounds.at_least)} on")
    if bounds.at_most is not None:
        texts.append(f"up to {float_number(bounds.at_most)}")
    return " and ".join(texts)


def _unit(slo: CompiledSlo, level: Level) -> str:
    """The unit of a number, as far as the names of its metrics tell."""
    if slo.kind == "rate":
        return "cps"
    if slo.kind == "up":
        return "short"
    names, has_rate = _metrics(level.query)
    if len(names) != 1:
        return "short"
    if has_rate and slo.kind == "value":
        # Seconds per second are a share.
        return "percentunit" if names[0].endswith("_seconds_total") else "cps"
    return _suffix_unit(names[0].removesuffix("_bucket"))


def _metrics(query: str) -> tuple[list[str], bool]:
    """The metrics of an expression that only moves and merges them, and whether it takes a rate.

    None where numbers are calculated: what unit comes of that is not known.
    """
    names: list[str] = []
    functions: set[str] = set()
    is_calculated = False

    def visit(node: promql_parser.Expr) -> None:
        nonlocal is_calculated
        match node:
            case promql_parser.VectorSelector():
                names.append(node.name or "")
            case promql_parser.Call():
                functions.add(node.func.name)
            case promql_parser.BinaryExpr():
                is_calculated = True

    promql_parser.walk(parse_bare(query), visit)
    return ([] if is_calculated else names), bool(functions & {"rate", "irate"})


def _suffix_unit(metric: str) -> str:
    return next((unit for suffix, unit in _UNITS.items() if metric.endswith(suffix)), "short")
