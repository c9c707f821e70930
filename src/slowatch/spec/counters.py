"""Counter selectors, and sums of them, out of PromQL."""

from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal

import promql_parser
from promql_parser import Expr

from slowatch.spec.compiled import Counter, CounterSum, Matcher, MatchOp, Term
from slowatch.spec.mistake import Mistake
from slowatch.spec.promql import parse, promql_text, selector_text
from slowatch.spec.promql_tokens import tokens

_NAME = "__name__"
_OPS: dict[str, MatchOp] = {
    "MatchOp.Equal": "=",
    "MatchOp.NotEqual": "!=",
    "MatchOp.Re": "=~",
    "MatchOp.NotRe": "!~",
}
_BELOW = ("lhs", "rhs", "expr", "param", "vector_selector")
"""What holds the parts of an expression, but for the arguments of functions."""
_MAX_FACTOR = 1e15
_ALONE = "write the counter alone, slowatch takes its increase itself"


def read_counter_sum(value: object) -> CounterSum:
    """Counters added, subtracted and multiplied by numbers, such as `a{x="1"} + 2 * b`.

    Equal counters are joined. Raises Mistake where anything else stands.
    """
    text = promql_text(value)
    total: dict[Counter, Decimal] = {}
    for coefficient, selector in _selectors(parse(text), text):
        counter = _counter(selector, text)
        total[counter] = total.get(counter, Decimal(0)) + coefficient
    terms = tuple(
        Term(coefficient, counter) for counter, coefficient in total.items() if coefficient
    )
    if not terms:
        raise Mistake("not-a-counter", "the counters cancel each other out: leave one of them")
    return terms


def read_counter(value: object) -> Counter:
    """One selector, such as `a{x="1"}`."""
    text = promql_text(value)
    node = _unwrapped(parse(text))
    if isinstance(node, promql_parser.VectorSelector):
        return _counter(node, text)
    if isinstance(node, promql_parser.BinaryExpr):
        message = "this must be one selector, not a calculation"
        raise Mistake("not-a-counter", f"{message}{_instead(node)}")
    raise _not_a_counter(node, text)


def read_series(text: str) -> tuple[Counter, ...]:
    """The series that an expression reads of its own moment; those of several metrics are left out.

    They need not be counters. Raises Mistake where it is no PromQL.
    """
    found, pending = [], [parse(text)]
    while pending:
        node = pending.pop()
        if isinstance(node, promql_parser.VectorSelector):
            with suppress(Mistake):
                found.append(_counter(node, text))
        elif not isinstance(node, promql_parser.SubqueryExpr) or node.offset is None:
            below = (getattr(node, key, None) for key in _BELOW)
            pending += [*(one for one in below if one is not None), *getattr(node, "args", ())]
    return tuple(dict.fromkeys(found))


def _selectors(root: Expr, text: str) -> Iterator[tuple[Decimal, promql_parser.VectorSelector]]:
    pending = [(Decimal(1), root)]
    while pending:
        coefficient, node = pending.pop()
        match node:
            case promql_parser.VectorSelector():
                yield coefficient, node
            case promql_parser.ParenExpr():
                pending.append((coefficient, node.expr))
            case promql_parser.UnaryExpr():
                pending.append((-coefficient, node.expr))
            case promql_parser.BinaryExpr():
                pending.extend(reversed(_parts(node, coefficient, text)))
            case _:
                raise _not_a_counter(node, text)


def _parts(
    node: promql_parser.BinaryExpr, coefficient: Decimal, text: str
) -> list[tuple[Decimal, Expr]]:
    op = str(node.op)
    if op in ("+", "-") and node.modifier is None:
        right = coefficient if op == "+" else -coefficient
        return [(coefficient, node.lhs), (right, node.rhs)]
    if op == "*" and node.modifier is None:
        for factor, rest in ((node.lhs, node.rhs), (node.rhs, node.lhs)):
            number = _number(factor)
            if number is not None:
                return [(coefficient * number, rest)]
    offset = next((token.start for token in tokens(text) if token.text == op.strip()), 0)
    message = f"`{op.strip()}` cannot join these: counters are added, subtracted or multiplied by"
    raise Mistake("not-a-counter", f"{message} a number{_instead(node)}", offset=offset)


def _number(node: Expr) -> Decimal | None:
    """The exact value of a literal that is finite, else None."""
    node, sign = _unwrapped(node), 1
    while isinstance(node, promql_parser.UnaryExpr):
        node, sign = _unwrapped(node.expr), -sign
    if not isinstance(node, promql_parser.NumberLiteral):
        return None
    if not abs(node.val) < _MAX_FACTOR:
        return None
    exact = Decimal(repr(node.val))
    return sign * (Decimal(int(exact)) if exact == int(exact) else exact)


def _unwrapped(node: Expr) -> Expr:
    while isinstance(node, promql_parser.ParenExpr):
        node = node.expr
    return node


def _counter(selector: promql_parser.VectorSelector, text: str) -> Counter:
    if selector.offset is not None or selector.at is not None:
        sign = "offset" if selector.offset is not None else "@"
        message = f"a counter takes no `{sign}`: remove it, each slot is asked at its own time"
        raise Mistake("modifier-not-allowed", message, offset=_first(text, sign))
    if selector.matchers.or_matchers:
        message = "`or` between matchers is not known everywhere: use `=~` or add two counters"
        raise Mistake("modifier-not-allowed", message, offset=_first(text, "or"))
    matchers = [
        Matcher(matcher.name, _OPS[str(matcher.op)], matcher.value)
        for matcher in selector.matchers.matchers
    ]
    names = [m.value for m in matchers if m.label == _NAME and m.op == "="]
    names += [selector.name] if selector.name else []
    if len(names) != 1 or any(m.label == _NAME and m.op != "=" for m in matchers):
        message = "a counter needs exactly one metric name: write it, such as `hits_total{…}`"
        raise Mistake("metric-name-missing", message)
    return Counter(names[0], tuple(sorted({m for m in matchers if m.label != _NAME})))


def _not_a_counter(node: Expr, text: str) -> Mistake:
    what, sign = "this", ""
    match node:
        case promql_parser.Call():
            what = sign = node.func.name
        case promql_parser.AggregateExpr():
            what = sign = str(node.op)
        case promql_parser.MatrixSelector() | promql_parser.SubqueryExpr():
            what, sign = "a range", "["
        case promql_parser.NumberLiteral() | promql_parser.StringLiteral():
            what = "a literal"
    shown = f"`{what}(…)`" if what == sign else what
    message = f"{shown} is not a counter: {_ALONE}{_instead(node)}"
    return Mistake("not-a-counter", message, offset=_first(text, sign))


def _first(text: str, sign: str) -> int:
    return next((token.start for token in tokens(text) if token.text == sign), 0)


def _instead(node: Expr) -> str:
    """The selectors inside an expression, as what to write instead."""
    found: list[str] = []

    def visit(inner: Expr) -> None:
        if isinstance(inner, promql_parser.MatrixSelector):
            inner = inner.vector_selector
        if isinstance(inner, promql_parser.VectorSelector) and inner.name:
            found.append(_bare_text(inner))

    promql_parser.walk(node, visit)
    distinct = list(dict.fromkeys(found))
    return f", such as {', '.join(f'`{text}`' for text in distinct)}" if distinct else ""


def _bare_text(selector: promql_parser.VectorSelector) -> str:
    matchers = selector.matchers.matchers
    return selector_text(
        selector.name or "", [Matcher(m.name, _OPS[str(m.op)], m.value) for m in matchers]
    )
