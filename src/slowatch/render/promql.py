"""PromQL as it is laid out in rules: selectors of recorded series, numbers, indented parts."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from slowatch.spec.buckets import plain_number
from slowatch.spec.promql import quote

_EXACT_DIGITS = 15
"""A decimal of so many digits is read back from a float as it was written."""


def series(metric: str, **labels: str) -> str:
    """A selector of series that have these labels."""
    return selector(metric, labels)


def selector(metric: str, labels: Mapping[str, str], *further: str) -> str:
    """A selector of labels that equal something, and of further matchers as they stand."""
    inside = [f"{name}={quote(value)}" for name, value in labels.items()]
    return f"{metric}{{{', '.join([*inside, *further])}}}"


def number(value: Decimal) -> str:
    """A number as a literal: exact, unless it has more digits than a float can hold."""
    text = plain_number(value)
    digits = len(text.replace(".", "").lstrip("-0"))
    return text if digits <= _EXACT_DIGITS else repr(float(value))


def float_number(value: float) -> str:
    """A float as a literal that is read back as the same."""
    return repr(value).removesuffix(".0")


def times(factor: int, expression: str) -> str:
    """An expression a whole number of times."""
    return expression if factor == 1 else f"{factor} * {expression}"


def indented(expression: str, by: int = 2) -> str:
    """The lines of an expression, moved to the right; none is left with blanks alone."""
    return "\n".join(f"{' ' * by}{line}" if line else line for line in expression.split("\n"))


def parenthesised(expression: str) -> str:
    """An expression in brackets, on lines of its own."""
    return f"(\n{indented(expression)}\n)"


def any_of(expressions: Iterable[str]) -> str:
    """What any of the expressions yields."""
    return "\nor\n".join(expressions)


def aggregated(operation: str, by: Iterable[str], expression: str) -> str:
    """An aggregation that keeps the labels `by`."""
    labels = ", ".join(by)
    kept = f" by ({labels}) " if labels else ""
    return f"{operation}{kept}{parenthesised(expression)}"


def labelled(expression: str, label: str, value: str) -> str:
    """An expression whose series all have a label."""
    body = indented(expression) + ","
    return f'label_replace(\n{body}\n  "{label}", "{value}", "", ""\n)'


def renamed(expression: str, old: str, new: str) -> str:
    """An expression whose series carry the value of a label under another name as well."""
    body = indented(expression) + ","
    return f'label_replace(\n{body}\n  "{new}", "$1", "{old}", "(.*)"\n)'
