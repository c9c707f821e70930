"""Figures of a run: numbers in the unit that suits them.

A number never reads as what it is not: one that breaks a limit differs from the limit in what is
shown of it, and a share is 100% only where all of it is good.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from slowatch.slo.figures import NOTHING
from slowatch.spec.compiled_runs import Unit
from slowatch.verify.result import Interval

DIGITS = 3
"""How many of a number's digits say enough, where nothing is near it."""
MOST_DIGITS = 17
TO = " – "  # noqa: RUF001  a dash is how a stretch of numbers is written
MINUTES_FROM = 120
_SMALLEST, _LARGEST = Decimal("1e-9"), Decimal("1e15")
"""Beyond these a number is written with its power of ten."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What a number is divided by to be shown, and what is written after it."""

    divisor: Decimal
    suffix: str


_BYTES = [
    Scale(Decimal(1000) ** power, f" {name}")
    for power, name in reversed(list(enumerate(("B", "kB", "MB", "GB", "TB", "PB"))))
]
_SCALES = {
    "ratio": Scale(Decimal("0.01"), "%"),
    "per_second": Scale(Decimal(1), "/s"),
    "events": Scale(Decimal(1), ""),
    "number": Scale(Decimal(1), ""),
}
_MILLISECONDS, _SECONDS = Scale(Decimal("0.001"), " ms"), Scale(Decimal(1), " s")
_MINUTES = Scale(Decimal(1), "")


def figure(
    number: float | Decimal | None, unit: Unit, *, beside: Iterable[float | None] = ()
) -> str:
    """A number with its unit, apart from those that stand beside it: `480 ms`, `99.87%`."""
    if number is None or not math.isfinite(number):
        return NOTHING
    rounded = _rounded_apart(_exact(number), _others(beside), unit)
    return _shown(rounded, _scale(rounded, unit))


def exact_figure(number: Decimal, unit: Unit) -> str:
    """A number with every digit that it has, as somebody wrote it."""
    return _shown(number, _scale(number, unit))


def figures(low: float, high: float, unit: Unit, *, beside: Iterable[float | None] = ()) -> str:
    """A stretch of numbers in one unit: `1.24 – 1.41 s`."""  # noqa: RUF002
    if not (math.isfinite(low) and math.isfinite(high)):
        return NOTHING
    others = _others(beside)
    rounded = [
        _rounded_apart(_exact(one), [*others, _exact(other)], unit)
        for one, other in ((low, high), (high, low))
    ]
    scale = _scale(max(rounded, key=abs), unit)
    ends = [_shown(one, scale) for one in rounded]
    if ends[0] == ends[1]:
        return ends[0]
    if scale is _MINUTES:
        return TO.join(ends)
    return f"{ends[0].removesuffix(scale.suffix)}{TO}{ends[1]}"


def interval_figure(
    interval: Interval | None, unit: Unit, *, beside: Iterable[float | None] = ()
) -> str:
    """Where a number lies; nothing where that is not known."""
    return "" if interval is None else figures(interval.low, interval.high, unit, beside=beside)


def change_figure(change: float | Decimal | None, *, beside: Iterable[float | None] = ()) -> str:
    """A change with its sign: `+12%`, `-3.4%`, `±0%`."""
    if change is None or not math.isfinite(change):
        return NOTHING
    number = _rounded_apart(_exact(change), _others(beside), "number")
    return f"{'+' if number > 0 else '' if number else '±'}{_shown(number, _SCALES['ratio'])}"


def change_interval_figure(interval: Interval | None) -> str:
    """Where a change lies: `+8.1 – +14%`."""  # noqa: RUF002
    if interval is None:
        return ""
    low, high = change_figure(interval.low), change_figure(interval.high)
    return low if low == high else f"{low.removesuffix('%')}{TO}{high}"


def _exact(number: float | Decimal) -> Decimal:
    exact = number if isinstance(number, Decimal) else Decimal(repr(float(number)))
    return exact or Decimal(0)


def _others(beside: Iterable[float | None]) -> list[Decimal]:
    return [_exact(one) for one in beside if one is not None and math.isfinite(one)]


def _scale(number: Decimal, unit: Unit) -> Scale:
    size = abs(number)
    if unit == "seconds":
        if size >= MINUTES_FROM:
            return _MINUTES
        return _SECONDS if size >= 1 or not size else _MILLISECONDS
    if unit == "bytes":
        return next((scale for scale in _BYTES if size >= scale.divisor), _BYTES[-1])
    return _SCALES[unit]


def _rounded_apart(number: Decimal, others: list[Decimal], unit: Unit) -> Decimal:
    """A number with as few digits as keep it on its side of the others."""
    for digits in range(DIGITS, MOST_DIGITS):
        rounded = _rounded(number, digits, unit)
        if _is_whole(number, rounded, unit) and all(
            _order(rounded, _rounded(other, digits, unit)) == _order(number, other)
            for other in others
        ):
            return rounded
    return number


def _rounded(number: Decimal, digits: int, unit: Unit) -> Decimal:
    """A number with that many digits that say something; before its point none is dropped.

    Of a share those of what is missing to the whole count too, for they are what matters.
    """
    if not number:
        return number
    size = abs(number)
    least = size.adjusted()
    if unit == "ratio" and Decimal("0.5") < size < 1:
        least = max((1 - size).adjusted(), -MOST_DIGITS) + 1
    place = min(least - digits + 1, _last_place(unit, size))
    return _half_even(number, place)


def _last_place(unit: Unit, size: Decimal) -> int:
    """The place behind which digits may be dropped: whole numbers stay whole."""
    if unit == "ratio":
        return -2
    if unit == "bytes":
        return _scale(size, unit).divisor.adjusted()
    return 0 if unit != "seconds" or size >= 1 else -3


def _half_even(number: Decimal, place: int) -> Decimal:
    digits = number.adjusted() - place
    return Decimal(f"{number:.{digits}e}") if digits >= 0 else Decimal(0)


def _is_whole(number: Decimal, rounded: Decimal, unit: Unit) -> bool:
    """Whether a share that is shown as all or as nothing is so."""
    if unit == "ratio" and rounded in (0, 1):
        return number == rounded
    return bool(rounded) or not number


def _order(one: Decimal, other: Decimal) -> int:
    return (one > other) - (one < other)


def _shown(number: Decimal, scale: Scale) -> str:
    size = abs(number / scale.divisor)
    if size and not _SMALLEST <= size < _LARGEST:
        return f"{float(number / scale.divisor):.3g}{scale.suffix}"
    if scale is _MINUTES:
        return _minutes(number)
    shown = f"{number / scale.divisor:,f}"
    return f"{shown.rstrip('0').rstrip('.') if '.' in shown else shown}{scale.suffix}"


def _minutes(seconds: Decimal) -> str:
    whole, sign = abs(seconds), "-" if seconds < 0 else ""
    minutes, left = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    rest = f"{left:f}".rstrip("0").rstrip(".") if left % 1 else f"{left:.0f}"
    parts = [(f"{hours:.0f}", "h"), (f"{minutes:.0f}", "m"), (rest, "s")]
    return sign + " ".join(f"{n}{unit}" for n, unit in parts if n != "0")
