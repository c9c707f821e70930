"""Figures: numbers as people read them, never rounded to look better than they are."""

from decimal import ROUND_FLOOR, Decimal

NOTHING = "–"  # noqa: RUF001  a dash is how tables say that there is no number


def percent(ratio: float | Decimal | None, *, digits: int) -> str:
    """A ratio as a percentage, never rounded up: only what is whole shows as 100%."""
    if ratio is None:
        return NOTHING
    exact = Decimal(str(ratio)) * 100
    if exact == exact.to_integral_value():
        return f"{exact:.0f}%"
    return f"{exact.quantize(Decimal(1).scaleb(-digits), ROUND_FLOOR)}%"


def compliance(ratio: float | None, objective: Decimal) -> str:
    """A share of good events, with two digits more than its objective has."""
    return percent(ratio, digits=percent_digits(objective) + 2)


def percent_digits(objective: Decimal) -> int:
    """Digits after the point of an objective in percent."""
    return max(0, -int((objective * 100).normalize().as_tuple().exponent))


def coverage(ratio: float | None) -> str:
    """A share of a window that was measured: `<1%`, `97%`."""
    return "<1%" if ratio is not None and 0 < ratio < 0.01 else percent(ratio, digits=0)


def budget_left(ratio: float | None) -> str:
    """The remaining budget: `97.3%`; `-120%` is overspent more than twice over."""
    if ratio is not None and ratio < -9.99:
        return "<-999%"
    return percent(ratio, digits=1 if ratio is None or ratio > -0.1 else 0)


def burn(rate: float | None) -> str:
    """A burn rate to read: `0`, `<0.1`, `14.4`, `250`."""
    if rate is None:
        return NOTHING
    if 0 < rate < 0.1:
        return "<0.1"
    return f"{rate:.1f}".removesuffix(".0") if rate < 100 else f"{rate:.0f}"


def objective_percent(objective: Decimal) -> str:
    """An objective with exactly the digits it has: `99.95%`."""
    return f"{(objective * 100).normalize():f}%"
