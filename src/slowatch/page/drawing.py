"""From numbers to SVG paths and places in a drawing; no HTML here.

A drawing is `WIDTH` by `HEIGHT` and is stretched over the space that there is. Places are given in
percent where words stand at them, which must not be stretched.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log1p

from slowatch.page.shown import utc
from slowatch.slo.slot import DAY_S, HOUR_S, Span, ceil_to

WIDTH, HEIGHT = 600, 100
SPARK_WIDTH, SPARK_HEIGHT = 90, 20

At = tuple[float, float]
"""A place: the share of the width and the share of the height, from the top left."""

_STEPS_S = (
    *(10, 30, 60, 120, 300, 600, 900, 1800),
    *(HOUR_S * hours for hours in (1, 2, 3, 6, 12)),
    *(DAY_S * days for days in (1, 2, 5, 7, 14, 30, 61, 91, 183, 365)),
)
MOST_TICKS = 6


@dataclass(frozen=True, slots=True)
class Line:
    """A path along some points, and the area between it and the bottom."""

    line: str
    area: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A word at a place along an axis, in percent."""

    percent: str
    text: str


def sparkline(left: Sequence[float | None]) -> Line:
    """The share of a budget over time, evenly spaced; below nothing there is no more to see."""
    steps = max(1, len(left) - 1)
    known = [(i / steps, 1 - _within(v)) for i, v in enumerate(left) if v is not None]
    return line(known, width=SPARK_WIDTH, height=SPARK_HEIGHT, margin=1)


def line(
    points: Sequence[At], *, width: int = WIDTH, height: int = HEIGHT, margin: float = 0
) -> Line:
    """A line through places, and the area below it; nothing where there are less than two."""
    if len(points) < 2:
        return Line("", "")
    tall = height - 2 * margin
    placed = [f"{_short(x * width)} {_short(margin + y * tall)}" for x, y in points]
    path = f"M{'L'.join(placed)}"
    first, final = _short(points[0][0] * width), _short(points[-1][0] * width)
    return Line(path, f"{path}V{height}H{first}Z" if first != final else "")


def bars(values: Sequence[tuple[float, float, float]], most: float) -> str:
    """One path of bars: each from a share of the width to another, as high as its value.

    A value above zero is never too low to be seen.
    """
    parts = []
    for left, right, value in values:
        if value <= 0 or most <= 0:
            continue
        tall = max(1.5, value / most * HEIGHT)
        wide = max(0.8, (right - left) * WIDTH * 0.8)
        parts.append(
            f"M{_short(left * WIDTH)} {HEIGHT}h{_short(wide)}v-{_short(tall)}h-{_short(wide)}z"
        )
    return "".join(parts)


def time_ticks(span: Span) -> list[Tick]:
    """Words along a span of time, at round moments, UTC."""
    step_s = next((s for s in _STEPS_S if span.length_s / s <= MOST_TICKS), _STEPS_S[-1])
    starts = range(ceil_to(span.start_s, step_s), span.end_s, step_s)
    return [
        Tick(svg_percent(place), _moment(at_s, step_s))
        for at_s in starts
        # Words at the very edge would be cut.
        if 0.03 <= (place := (at_s - span.start_s) / span.length_s) <= 0.97
    ]


def log_place(value: float, most: float) -> float:
    """The share of an axis at which a value lies that may be small or huge."""
    return _within(log1p(max(0.0, value)) / log1p(most)) if most > 0 else 0.0


def svg_percent(share: float) -> str:
    """A share as SVG has it: `48.3%`."""
    return f"{_short(share * 100)}%"


def _moment(at_s: int, step_s: int) -> str:
    at = utc(at_s)
    if step_s >= DAY_S:
        return f"{at.day} {at:%b}"
    return f"{at:%H:%M:%S}" if step_s < 60 else f"{at:%H:%M}"


def _within(share: float) -> float:
    return min(1.0, max(0.0, share))


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
