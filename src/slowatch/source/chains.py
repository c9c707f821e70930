"""Expressions that one selector runs through, and what they become for many label values at once.

`max(rate(x{service="a"}[1m])) * 2` for a thousand services is `max by (service) (rate(x{service=~
"a|b|…"}[1m])) * 2` once: every aggregation keeps one label more, everything else treats series one
by one anyway. An expression that joins series, drops labels by other means or depends on there
being no series is no chain, and is asked as it stands.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

import promql_parser as promql

from slowatch.spec.compiled import Matcher
from slowatch.spec.promql import parse_bare, selector_text

_AGGREGATIONS = frozenset({"sum", "min", "max", "avg", "count", "group", "stddev", "stdvar"})
_SERIES_BY_SERIES = frozenset(
    [
        "abs",
        "avg_over_time",
        "ceil",
        "changes",
        "clamp",
        "clamp_max",
        "clamp_min",
        "count_over_time",
        "delta",
        "deriv",
        "exp",
        "floor",
        "histogram_quantile",
        "idelta",
        "increase",
        "irate",
        "last_over_time",
        "ln",
        "log10",
        "log2",
        "max_over_time",
        "min_over_time",
        "predict_linear",
        "present_over_time",
        "quantile_over_time",
        "rate",
        "resets",
        "round",
        "sqrt",
        "stddev_over_time",
        "sum_over_time",
    ]
)

Render = Callable[[Sequence[Matcher], Sequence[str]], str]


class _NoChainError(Exception):
    """The expression is not of this form."""


@dataclass(frozen=True, slots=True)
class Chain:
    """An expression over one selector.

    `render` writes it for other matchers, with further labels kept by every aggregation. `labels`
    are those that its own aggregation keeps; None where nothing is aggregated.
    """

    metric: str
    matchers: tuple[Matcher, ...]
    render: Render
    labels: frozenset[str] | None

    @property
    def template(self) -> str:
        """The expression apart from its matchers: what chains must share to be asked together."""
        return self.render((), ())


@lru_cache(maxsize=65_536)
def chain_of(expression: str) -> Chain | None:
    """The chain that an expression is, or None."""
    try:
        node = parse_bare(expression)
        selectors = _selectors(node)
        if len(selectors) != 1:
            return None
        matchers = tuple(sorted(_matcher(m) for m in selectors[0].matchers.matchers))
        labels = _outermost_by(node)
        metric = selectors[0].name or ""
        chain = Chain(metric, matchers, lambda found, keep: _text(node, found, keep), labels)
        chain.render(matchers, ())
    except (_NoChainError, ValueError):
        return None
    return chain


def _outermost_by(node: promql.Expr) -> frozenset[str] | None:
    found: list[frozenset[str]] = []

    def visit(inner: promql.Expr) -> bool:
        if isinstance(inner, promql.AggregateExpr):
            found.append(frozenset(inner.modifier.labels if inner.modifier is not None else ()))
        return not found

    promql.walk(node, visit)
    return found[0] if found else None


def _selectors(node: promql.Expr) -> list[promql.VectorSelector]:
    found: list[promql.VectorSelector] = []

    def visit(inner: promql.Expr) -> None:
        if isinstance(inner, promql.VectorSelector):
            found.append(inner)

    promql.walk(node, visit)
    return found


def _matcher(matcher: promql.Matcher) -> Matcher:
    operator = {
        str(promql.MatchOp.Equal): "=",
        str(promql.MatchOp.NotEqual): "!=",
        str(promql.MatchOp.Re): "=~",
        str(promql.MatchOp.NotRe): "!~",
    }[str(matcher.op)]
    return Matcher(matcher.name, operator, matcher.value)  # type: ignore[arg-type]


def _text(node: promql.Expr, matchers: Sequence[Matcher], keep: Sequence[str]) -> str:
    def inner(part: promql.Expr) -> str:
        return _text(part, matchers, keep)

    match node:
        case promql.VectorSelector():
            return _selector(node, matchers) + _offset(node.offset)
        case promql.MatrixSelector():
            selector = node.vector_selector
            span = f"[{_duration(node.range)}]"
            return _selector(selector, matchers) + span + _offset(selector.offset)
        case promql.SubqueryExpr() if node.at is None and node.range is not None:
            step = _duration(node.step) if node.step is not None else ""
            return f"{inner(node.expr)}[{_duration(node.range)}:{step}]{_offset(node.offset)}"
        case promql.ParenExpr():
            return f"({inner(node.expr)})"
        case promql.UnaryExpr():
            return f"-{inner(node.expr)}"
        case promql.AggregateExpr():
            return _aggregation(node, keep) + f" ({inner(node.expr)})"
        case promql.Call() if node.func.name in _SERIES_BY_SERIES:
            return f"{node.func.name}({', '.join(_argument(a, inner) for a in node.args)})"
        case promql.BinaryExpr() if _is_literal(node.lhs) != _is_literal(node.rhs):
            is_bool = node.modifier is not None and node.modifier.return_bool
            operator = f"{node.op}{' bool' if is_bool else ''}"
            return f"{_argument(node.lhs, inner)} {operator} {_argument(node.rhs, inner)}"
        case _:
            raise _NoChainError


def _argument(node: promql.Expr, inner: Callable[[promql.Expr], str]) -> str:
    return node.prettify() if _is_literal(node) else inner(node)


def _is_literal(node: promql.Expr) -> bool:
    if isinstance(node, promql.ParenExpr | promql.UnaryExpr):
        return _is_literal(node.expr)
    return isinstance(node, promql.NumberLiteral)


def _selector(selector: promql.VectorSelector, matchers: Sequence[Matcher]) -> str:
    if selector.name is None or selector.at is not None or selector.matchers.or_matchers:
        raise _NoChainError
    return selector_text(selector.name, matchers)


def _aggregation(node: promql.AggregateExpr, keep: Sequence[str]) -> str:
    modifier = node.modifier
    if str(node.op) not in _AGGREGATIONS or node.param is not None:
        raise _NoChainError
    if modifier is not None and modifier.type != promql.AggModifierType.By:
        raise _NoChainError
    labels = [*(modifier.labels if modifier is not None else []), *keep]
    return f"{node.op} by ({', '.join(dict.fromkeys(labels))})"


def _duration(span: timedelta) -> str:
    return promql.display_duration(span)


def _offset(offset: timedelta | None) -> str:
    if not offset:
        return ""
    sign = "-" if offset < timedelta(0) else ""
    return f" offset {sign}{_duration(abs(offset))}"
