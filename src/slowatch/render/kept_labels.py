"""Which labels an expression's series can have, as far as its text tells."""

from collections.abc import Collection

import promql_parser as promql

from slowatch.spec.promql import parse_bare

_BARE = frozenset({"scalar", "vector", "time", "pi"})
"""Functions whose result has no labels."""
_GIVES_LABELS = frozenset({"absent", "absent_over_time", "label_replace", "label_join"})


def has_one_series_per_group(expression: str, by: Collection[str]) -> bool:
    """Whether there can be no two series with the same values of `by`."""
    labels = _kept(parse_bare(expression))
    return labels is not None and labels <= set(by)


def keeps_groups(expression: str, by: Collection[str]) -> bool:
    """Whether the series can have all the labels in `by`; told by the last aggregation."""
    labels = _kept(parse_bare(expression))
    return labels is None or set(by) <= labels


def _kept(node: promql.Expr) -> frozenset[str] | None:
    """The only labels that series of an expression can have; None where they may have others."""
    match node:
        case promql.ParenExpr() | promql.UnaryExpr():
            return _kept(node.expr)
        case promql.NumberLiteral():
            return frozenset()
        case promql.AggregateExpr():
            return _aggregated(node)
        case promql.Call():
            return _called(node)
        case promql.BinaryExpr():
            return _joined(node)
        case _:
            return None


def _called(node: promql.Call) -> frozenset[str] | None:
    name = node.func.name
    if name in _BARE:
        return frozenset()
    if name in _GIVES_LABELS or not node.args:
        return None
    labels: set[str] = set()
    for argument in node.args:
        inner = _kept(argument)
        if inner is None:
            return None
        labels |= inner
    return frozenset(labels - {"le"} if name.startswith("histogram_") else labels)


def _aggregated(node: promql.AggregateExpr) -> frozenset[str] | None:
    if str(node.op) in ("topk", "bottomk", "count_values"):
        return None
    if node.modifier is None:
        return frozenset()
    if node.modifier.type != promql.AggModifierType.By:
        return None
    return frozenset(node.modifier.labels)


def _joined(node: promql.BinaryExpr) -> frozenset[str] | None:
    left, right = _kept(node.lhs), _kept(node.rhs)
    if left is None or right is None:
        return left if str(node.op) in ("and", "unless") else None
    return left | right
