"""PromQL: the one place that parses it, and the one that writes selectors.

The parser is the `promql_parser` library. Its errors carry no place; `promql_errors` finds one.
"""

from collections.abc import Iterable
from typing import Literal

import promql_parser
from promql_parser import Expr

from slowatch.spec.compiled import Matcher
from slowatch.spec.mistake import Mistake
from slowatch.spec.promql_tokens import odd_duration, tokens, without_comments

WINDOW = "$window"
SLOT = "$slot"
ODD_DURATION = "a range and an offset are durations such as 5m"

ValueKind = Literal["vector", "scalar", "matrix", "string"]

_MAX_LENGTH = 20_000
_MAX_SIGNS = 250
_SAFE_LENGTH = 500
_VALUE_KINDS: dict[str, ValueKind] = {
    "ValueType.Scalar": "scalar",
    "ValueType.Matrix": "matrix",
    "ValueType.String": "string",
}
_KIND_WORDS = {"matrix": "a range vector", "string": "text"}
_NEVER_NAMES = frozenset(
    [
        "inf",
        "nan",
        "on",
        "ignoring",
        "group_left",
        "group_right",
        "bool",
        "atan2",
        "by",
        "without",
        "and",
        "or",
        "unless",
        "offset",
    ]
)


class PromqlError(ValueError):
    """The parser's own words for an expression that it refuses."""


def quote(value: str) -> str:
    """A label value as a PromQL string in double quotes."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def selector_text(metric: str, matchers: Iterable[Matcher] = (), suffix: str = "") -> str:
    """A selector as PromQL, such as `hits_total{code="200"}`; `suffix` follows it, such as `[5m]`.

    A name that PromQL cannot take as it stands is written as a matcher of `__name__`, which every
    engine understands.
    """
    inside = [f"{_label_text(m.label)}{m.op}{quote(m.value)}" for m in matchers]
    if not _is_plain_metric(metric):
        inside.insert(0, f"__name__={quote(metric)}")
        metric = ""
    return f"{metric}{{{','.join(inside)}}}{suffix}" if inside else f"{metric}{suffix}"


def parse(text: str) -> Expr:
    """The syntax tree of an expression that may hold `$window` and `$slot`.

    Raises Mistake with the offset of what is wrong.
    """
    _check_size(text)
    try:
        return parse_bare(text)
    except PromqlError as error:
        from slowatch.spec.promql_errors import promql_mistake

        raise promql_mistake(text, str(error)) from error


def parse_bare(text: str) -> Expr:
    """The syntax tree of an expression; raises PromqlError with the parser's own words.

    The variables are replaced by durations of the same length, so that places stay what they are.
    """
    text = text.replace(WINDOW, "000060s").replace(SLOT, "0060s")
    if odd_duration(text) is not None:
        raise PromqlError(ODD_DURATION)
    try:
        parsed: Expr = promql_parser.parse(text)
    except RecursionError as error:
        raise PromqlError("too many nested operations") from error
    except (ValueError, OverflowError) as error:
        raise PromqlError(str(error)) from error
    except BaseException as error:  # a panic of the Rust parser is no Exception
        if type(error).__name__ == "PanicException":
            raise PromqlError(str(error)) from error
        raise
    return parsed


def read_expression(value: object) -> str:
    """An expression that yields an instant vector or a scalar, without its comments."""
    text = promql_text(value)
    kind = value_kind(parse(text))
    if kind in _KIND_WORDS:
        message = f"this yields {_KIND_WORDS[kind]}, not a value at a moment"
        remedy = "wrap it, such as `rate(…)` or `avg_over_time(…)`" if kind == "matrix" else ""
        raise Mistake("promql-type", f"{message}: {remedy or 'write an expression of metrics'}")
    return without_comments(text).strip()


def read_windowed_expression(value: object) -> str:
    """An expression over `$window`."""
    text = read_expression(value)
    if WINDOW not in text:
        message = "the expression does not hold `$window`: use it as the range, such as "
        raise Mistake("window-missing", f"{message}`sum(increase(hits_total[$window]))`")
    return text


def promql_text(value: object) -> str:
    """The text of an expression; a bare number stands for itself."""
    if isinstance(value, str):
        return value
    raise Mistake("wrong-type", "this should be PromQL as text: put it in single quotes")


def value_kind(node: Expr) -> ValueKind:
    """What an expression yields."""
    match node:
        case promql_parser.ParenExpr() | promql_parser.UnaryExpr():
            return value_kind(node.expr)
        case promql_parser.MatrixSelector() | promql_parser.SubqueryExpr():
            return "matrix"
        case promql_parser.NumberLiteral():
            return "scalar"
        case promql_parser.StringLiteral():
            return "string"
        case promql_parser.BinaryExpr():
            kinds = {value_kind(node.lhs), value_kind(node.rhs)}
            return "scalar" if kinds == {"scalar"} else "vector"
        case promql_parser.Call():
            return _returned_kind(node)
        case _:
            return "vector"


def _returned_kind(call: promql_parser.Call) -> ValueKind:
    return _VALUE_KINDS.get(str(call.func.return_type), "vector")


def _label_text(label: str) -> str:
    return label if is_label_name(label) else quote(label)


def is_label_name(name: str) -> bool:
    """Whether a label name can be written without quotes."""
    return name.isascii() and name.replace(":", "-").isidentifier()


def _is_plain_metric(name: str) -> bool:
    plain = name.isascii() and name.replace(":", "_").isidentifier()
    return plain and name.lower() not in _NEVER_NAMES


def _check_size(text: str) -> None:
    """Refuse what would exhaust the parser, whose own recursion has no bound."""
    if len(text) <= _SAFE_LENGTH:
        return
    signs = sum(
        token.kind == "sign" and token.text not in "{},=" for token in tokens(text[:_MAX_LENGTH])
    )
    if len(text) > _MAX_LENGTH or signs > _MAX_SIGNS:
        message = f"the expression is too long, with more than {_MAX_SIGNS} operators and brackets"
        raise Mistake("promql-too-long", f"{message}: put parts of it into recording rules")
