"""Series in the notation of promtool's unit tests: `1+2x3` is 1, 3, 5, 7 and `_` is no sample."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from slowatch.spec.promql import quote

Value = int | float | str | None


def series_text(metric: str, labels: Mapping[str, str]) -> str:
    """A series' name and labels."""
    inside = ",".join(f"{name}={quote(value)}" for name, value in labels.items() if value)
    return f"{metric}{{{inside}}}" if inside else metric


def values_text(values: Sequence[Value]) -> str:
    """Values one after the other, those that grow alike taken together; texts as they stand."""
    parts: list[str] = []
    at = 0
    while at < len(values):
        first = values[at]
        if isinstance(first, int):
            part, at = _run(values, at)
        elif first is None:
            count = sum(1 for _ in next(groupby(values[at:]))[1])
            part, at = f"_x{count}" if count > 1 else "_", at + count
        else:
            part, at = str(first), at + 1
        parts.append(part)
    return " ".join(parts)


def _run(values: Sequence[Value], at: int) -> tuple[str, int]:
    """The longest run of whole numbers that grow by the same from here, and where it ends."""
    first = values[at]
    assert isinstance(first, int)  # noqa: S101  what a run begins with
    following = values[at + 1] if at + 1 < len(values) else None
    if not isinstance(following, int):
        return str(first), at + 1
    growth, end = following - first, at + 2
    while end < len(values) and values[end] == first + (end - at) * growth:
        end += 1
    sign = "+" if growth >= 0 else "-"
    return f"{first}{sign}{abs(growth)}x{end - at - 1}", end
