"""Places in a drawing: round numbers along its axes, and lines through points; no HTML here.

A drawing is `WIDTH` by `HEIGHT` and is stretched over the space that there is. Places are given in
percent where words stand at them, which must not be stretched.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from slowatch.evaluate.wording import duration
from slowatch.reports.figures import figures
from slowatch.slo.slot import Span
from slowatch.spec.compiled_runs import Unit
from slowatch.verify.result import Point

WIDTH, HEIGHT = 600, 100
_STEPS_S = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400)
_MOST_TICKS = 6
_ROOM = 1.12
"""How much higher than what is drawn a drawing is, for words at its top."""


@dataclass(frozen=True, slots=True)
class Range:
    """What a drawing reaches from and to, in the unit of what is drawn."""

    low: float
    high: float

    def place(self, value: float) -> float:
        """The share of the height at which a value lies, from the top; none lies outside."""
        share = (self.high - value) / (self.high - self.low)
        return min(1.0, max(0.0, share))


@dataclass(frozen=True, slots=True)
class Tick:
    """A word at a place along an axis, in percent."""

    percent: str
    text: str


def reach(values: Sequence[float], *, is_good_share: bool) -> Range:
    """A range that holds all values: from nothing on, or up to all of a share that is high."""
    low, high = min(values), max(values)
    if is_good_share and low > 0.5:
        room = max(1 - low, 1e-6)
        return Range(1 - room * _ROOM, 1 + room * (_ROOM - 1))
    bottom = min(0.0, low * _ROOM)
    top = max(high * _ROOM, 0.0)
    return Range(bottom, top if top > bottom else bottom + 1.0)


def value_ticks(of: Range, unit: Unit) -> list[Tick]:
    """Round numbers from the bottom to the top."""
    span = of.high - of.low
    raw = span / 5
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(size * k for k in (1, 2, 2.5, 5, 10) if size * k >= raw)
    first = math.ceil(of.low / step - 1e-9)
    steps = takewhile(lambda n: n * step <= of.high + 1e-9 * span, range(first, first + 12))
    return [Tick(percent(of.place(n * step)), figures(n * step, n * step, unit)) for n in steps]


def time_ticks(span: Span) -> list[Tick]:
    """How long it was since the start, at round moments."""
    fitting = (s for s in _STEPS_S if span.length_s / s <= _MOST_TICKS)
    step_s = next(fitting, _STEPS_S[-1])
    starts = range(0, span.length_s + 1, step_s)
    return [Tick(percent(at_s / max(1, span.length_s)), duration(at_s)) for at_s in starts]


def moment_place(at_s: float, span: Span) -> float:
    """The share of the width at which a moment lies."""
    share = (at_s - span.start_s) / max(1, span.length_s)
    return min(1.0, max(0.0, share))


def path(course: Sequence[Point], span: Span, of: Range) -> str:
    """A line through points; where nothing was told it breaks, and a lone point is a dash."""
    parts, is_drawn = [], False
    for point in course:
        if point.value is None or not math.isfinite(point.value):
            is_drawn = False
            continue
        x = moment_place(point.at_s, span) * WIDTH
        y = of.place(point.value) * HEIGHT
        parts.append(f"{'L' if is_drawn else f'M{_short(x - 1)} {_short(y)}H'}{_short(x)}")
        parts.append(f" {_short(y)}" if is_drawn else "")
        is_drawn = True
    return "".join(parts)


def percent(share: float) -> str:
    """A share as SVG has it: `48.3%`."""
    return f"{_short(share * 100)}%"


def _short(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
