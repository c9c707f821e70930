"""PromQL text that is put together here: alternations of plain values, scalars as vectors."""

from functools import lru_cache

from slowatch.spec.promql import parse_bare, value_kind

_SPECIAL = frozenset(r"\.+*?()|[]{}^$")


def escape_regex(value: str) -> str:
    """A regular expression (RE2) that matches exactly this text."""
    return "".join(f"\\{char}" if char in _SPECIAL else char for char in value)


@lru_cache(maxsize=65_536)
def as_vector(expression: str) -> str:
    """The expression as an instant vector: a scalar is wrapped, a vector left as it is."""
    is_scalar = value_kind(parse_bare(expression)) == "scalar"
    return f"vector({expression}\n)" if is_scalar else expression
