"""Estimates: a number, where it lies, and how many events it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist, median

from slowatch.verify.result import Interval


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measure's value in its own unit, with its interval, where it has one.

    What is counted, and what is the largest or the last of some values, is known: it has none.
    """

    value: float
    events: float
    interval: Interval | None = None

    @property
    def low(self) -> float:
        """The lower end of where it lies."""
        return self.interval.low if self.interval else self.value

    @property
    def high(self) -> float:
        """The upper end of where it lies."""
        return self.interval.high if self.interval else self.value


def z_of(confidence: float) -> float:
    """Standard errors on either side that leave `1 - confidence` beyond each end."""
    return NormalDist().inv_cdf(confidence)


def t_of(confidence: float, freedom: int) -> float:
    """The same of Student's t with so many degrees of freedom, of which it takes at least 2.

    Within a thousandth from 7 degrees on. Source: Cornish and Fisher's expansion, as in Abramowitz
    and Stegun 1964, 26.7.5.
    """
    z = z_of(confidence)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3


def wilson(part: float, total: float, z: float) -> Interval:
    """Where a share of `total` events lies, of which `part` were counted.

    Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference".
    """
    share = part / total
    centre = share + z * z / (2 * total)
    half = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    # Where nothing or everything was counted, that end of the interval is exact.
    low = 0.0 if part <= 0 else max(0.0, (centre - half) / scale)
    high = 1.0 if part >= total else min(1.0, (centre + half) / scale)
    return Interval(low, high)


def poisson(events: float, z: float) -> Interval:
    """Where the number of events lies that was to be expected, of which so many were counted.

    The score interval, which holds for few events and for none too. Source: Rao 1948; compared with
    others by Barker 2002, "A comparison of nine confidence intervals for a Poisson parameter".
    """
    counted = max(0.0, events)
    centre, half = counted + z * z / 2, z * sqrt(counted + z * z / 4)
    return Interval(0.0 if counted <= 0 else max(0.0, centre - half), centre + half)


def contrast(now: Estimate, factor: float, before: Estimate, shift: float = 0.0) -> Interval:
    """Where `now - factor * before - shift` lies; `factor` is not negative.

    With shares and a factor of 1 this is the interval for the difference of two proportions of
    Newcombe 1998 ("Interval estimation for the difference between independent proportions", method
    10); for other numbers its generalisation by Zou and Donner 2008: the variance at each end of
    the difference is recovered from the ends of the two intervals.
    """
    centre = now.value - factor * before.value - shift
    down = sqrt((now.value - now.low) ** 2 + (factor * (before.high - before.value)) ** 2)
    up = sqrt((now.high - now.value) ** 2 + (factor * (before.value - before.low)) ** 2)
    return Interval(centre - down, centre + up)


def middle(estimates: Sequence[Estimate]) -> Estimate:
    """The median of several estimates, and the medians of the ends of their intervals."""
    low, high = median(e.low for e in estimates), median(e.high for e in estimates)
    interval = Interval(low, high) if any(e.interval for e in estimates) else None
    return Estimate(
        median(e.value for e in estimates), median(e.events for e in estimates), interval
    )


def hull(first: Interval | None, second: Interval | None) -> Interval | None:
    """The interval that holds both; either where there is only one."""
    if first is None or second is None:
        return first or second
    return Interval(min(first.low, second.low), max(first.high, second.high))
