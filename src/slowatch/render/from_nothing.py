"""Whether an expression yields something where there is no series at all."""

import promql_parser as promql

from slowatch.evaluate.expressions import Lengths
from slowatch.render.rule import MINUTE_S
from slowatch.spec.compiled import CompiledSlo, CounterEvents, FreeEvents
from slowatch.spec.promql import parse_bare

_ALWAYS = frozenset({"time", "pi", "vector", "scalar", "absent", "absent_over_time"})


def measures_nothing_too(slo: CompiledSlo) -> bool:
    """Whether an SLO has numbers without any series, as `sum(x) or vector(0)` has."""
    sli = slo.sli
    if isinstance(sli, CounterEvents):
        return False
    texts = (sli.total, sli.good, sli.bad) if isinstance(sli, FreeEvents) else (sli.query,)
    lengths = Lengths(MINUTE_S, MINUTE_S)
    return any(yields_from_nothing(lengths.filled(text, MINUTE_S)) for text in texts if text)


def yields_from_nothing(expression: str) -> bool:
    """As far as the text tells."""
    return _yields(parse_bare(expression))


def _yields(node: promql.Expr) -> bool:
    match node:
        case promql.NumberLiteral() | promql.StringLiteral():
            return True
        case promql.ParenExpr() | promql.UnaryExpr() | promql.AggregateExpr():
            return _yields(node.expr)
        case promql.SubqueryExpr():
            return _yields(node.expr)
        case promql.Call():
            return node.func.name in _ALWAYS or all(_yields(argument) for argument in node.args)
        case promql.BinaryExpr():
            return _joined(node)
        case _:
            return False


def _joined(node: promql.BinaryExpr) -> bool:
    match str(node.op):
        case "or":
            return _yields(node.lhs) or _yields(node.rhs)
        case "unless":
            return _yields(node.lhs)
        case _:
            return _yields(node.lhs) and _yields(node.rhs)
