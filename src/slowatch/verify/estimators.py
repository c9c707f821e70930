"""Estimators: from what a run's slots added up to, to the number that is judged.

A slot's row is a few numbers that add up over slots: events of a part and all events, the sum and
the count of observations, counts per bucket. What is estimated from the sum of all rows is the
run's number; what it would have been with other slots of the same kind tells how sure it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf, sqrt
from statistics import fmean, median, stdev
from typing import TYPE_CHECKING, Protocol

from slowatch.verify.estimate import Estimate, hull, poisson, t_of, wilson, z_of
from slowatch.verify.result import Interval

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Matrix = NDArray[numpy.float64]

REPLICATES = 2000
_ROUNDING = 1e-12
LEAST_SLOTS = 8
"""With fewer slots than this, drawing from them says nothing of others."""
LEAST_VALUES = 3
UNKNOWN_SKEWNESS = 6.0
"""That of latencies whose logarithm deviates by one: most deviate by less."""
_NORMAL_BY_MEDIAN = 1.4826
"""Of normal numbers the deviation is so many times their median distance from their median."""
_USUAL = 0.95
NO_MARGIN = 0.5
"""The confidence of one side that leaves as much on the other: none."""
CHANCE_CONFIDENCE = 0.975
"""How surely neighbouring slots must be alike by more than chance."""
MOST_ALIKE = 0.9


class Estimator(Protocol):
    """How a sum of rows becomes a number."""

    def values(self, sums: "Matrix") -> "Matrix":
        """The number of each row of sums; NaN where it has none."""
        ...

    def estimate(self, row: Sequence[float], z: float) -> Estimate | None:
        """The number of one row, and where it lies by the count of its events alone."""
        ...


@dataclass(frozen=True, slots=True)
class Share:
    """Rows are a part of the events, and all events."""

    def values(self, sums: "Matrix") -> "Matrix":
        """The part of each."""
        return _divided(sums[:, 0], sums[:, 1])

    def estimate(self, row: Sequence[float], z: float) -> Estimate | None:
        """The share, with Wilson's interval."""
        part, total = row
        if total <= 0:
            return None
        return Estimate(part / total, total, wilson(min(part, total), total, z))


@dataclass(frozen=True, slots=True)
class Quantile:
    """Rows are observations per bucket; `bounds` are the buckets' upper ends, the last infinite."""

    p: float
    bounds: tuple[float, ...]

    def values(self, sums: "Matrix") -> "Matrix":
        """The quantile of each: linear within a bucket, and infinite beyond all of them."""
        return self._at(self.p, sums)

    def estimate(self, row: Sequence[float], z: float) -> Estimate | None:
        """The quantile; it lies between those of the ranks where its own rank may lie."""
        import numpy as np

        total = sum(row)
        if total <= 0:
            return None
        ranks, sums = wilson(self.p * total, total, z), np.asarray([row], dtype=float)
        value, low, high = (float(self._at(p, sums)[0]) for p in (self.p, ranks.low, ranks.high))
        return Estimate(value, total, Interval(low, high))

    def bucket(self, value: float) -> Interval:
        """The bucket that a quantile is in; within it nothing is known but by interpolation."""
        high = next((bound for bound in self.bounds if bound >= value), inf)
        low = max((bound for bound in self.bounds if bound < value), default=min(0.0, high))
        return Interval(low, high)

    def shown(self, value: float) -> float:
        """A quantile as Prometheus tells it: beyond all buckets it is the highest bound."""
        highest = max((bound for bound in self.bounds if bound < inf), default=0.0)
        return min(value, highest) if value == inf else value

    def _at(self, p: float, sums: "Matrix") -> "Matrix":
        """The quantile `p` of each row: of the first bucket that reaches its rank.

        Infinite where that is the last one, which has no end.
        """
        import numpy as np

        highs = np.asarray(self.bounds)
        lows = np.concatenate(([min(0.0, highs[0])], highs[:-1]))
        up_to, rank = np.cumsum(sums, axis=1), p * sums.sum(axis=1)
        reaches = (up_to >= rank[:, None] - _ROUNDING * rank[:, None]) & (sums > 0)
        at, every = reaches.argmax(axis=1), np.arange(len(sums))
        counts = np.where(sums[every, at] > 0, sums[every, at], np.nan)
        part = np.clip(1 - (up_to[every, at] - rank) / counts, 0.0, 1.0)
        wide = np.where(np.isinf(highs), 0.0, highs - lows)
        beyond = np.isinf(highs[at]) & ~np.isnan(counts)
        found: Matrix = np.where(beyond, np.inf, lows[at] + wide[at] * part)
        return found


@dataclass(frozen=True, slots=True)
class Mean:
    """Rows are the sum and the count of observations, whose deviation and skewness is about this.

    Where the deviation is not known, their mean has no interval.
    """

    deviation: float | None = None
    skewness: float = 0.0

    def values(self, sums: "Matrix") -> "Matrix":
        """The mean of each."""
        return _divided(sums[:, 0], sums[:, 1])

    def estimate(self, row: Sequence[float], z: float) -> Estimate | None:
        """The mean; it lies within so many standard errors, and more below it where it is skewed.

        A few that took long make a mean of not many large. Source: Cornish and Fisher 1938,
        "Moments and cumulants in the specification of distributions": the first term for skewness.
        """
        total, count = row
        if count <= 0:
            return None
        value = total / count
        if self.deviation is None:
            return Estimate(value, count)
        error = self.deviation / sqrt(count)
        skewed = max(0.0, self.skewness) * max(0.0, z * z - 1) / (6 * sqrt(count))
        return Estimate(value, count, Interval(value - (z + skewed) * error, value + z * error))


@dataclass(frozen=True, slots=True)
class PerSecond:
    """Rows are events, and the seconds they took."""

    def values(self, sums: "Matrix") -> "Matrix":
        """Events per second of each."""
        return _divided(sums[:, 0], sums[:, 1])

    def estimate(self, row: Sequence[float], z: float) -> Estimate | None:
        """The rate; counts waver by about their own square root."""
        events, seconds = row
        if seconds <= 0:
            return None
        reach = poisson(events, z)
        ends = Interval(reach.low / seconds, reach.high / seconds)
        return Estimate(events / seconds, events, ends)


@dataclass(frozen=True, slots=True)
class Count:
    """Rows are events, and the seconds they took."""

    def values(self, sums: "Matrix") -> "Matrix":
        """The events of each."""
        return sums[:, 0]

    def estimate(self, row: Sequence[float], z: float) -> Estimate | None:
        """The events; how many there would have been another time wavers by about their root."""
        events = row[0]
        return Estimate(events, events, poisson(events, z))


@dataclass(frozen=True, slots=True)
class Plain:
    """Rows begin with the number itself, which does not add up over slots."""

    def values(self, sums: "Matrix") -> "Matrix":
        """The number of each."""
        return sums[:, 0]

    def estimate(self, row: Sequence[float], z: float) -> Estimate | None:  # noqa: ARG002  of all
        """The number."""
        return Estimate(row[0], row[1] if len(row) > 1 else 1.0)


def over_slots(
    estimator: Estimator, rows: Sequence[Sequence[float]], *, confidence: float, seed: int
) -> Interval | None:
    """Where the number lies by how slots differ: a bootstrap over them, by percentiles.

    None where there are too few slots. Slots are drawn and not events, since what slows one request
    down slows down its neighbours. Few slots know less of their spread than it seems; their
    interval is as much wider as Student's t is than a normal number. Sources: Efron and Tibshirani
    1993, "An Introduction to the Bootstrap", chapter 13; Hesterberg 2015, "What Teachers Should
    Know About the Bootstrap", section 5.
    """
    import numpy as np

    filled = [row for row in rows if any(row)]
    count = len(filled)
    if count < LEAST_SLOTS:
        return None
    sums = np.asarray(filled, dtype=float)
    drawn = np.random.default_rng(seed).multinomial(count, [1 / count] * count, size=REPLICATES)
    values = estimator.values(drawn @ sums)
    values = values[~np.isnan(values)]
    if not len(values):
        return None
    ends = np.quantile(values, [1 - confidence, confidence], method="inverted_cdf")
    value = float(estimator.values(sums.sum(axis=0, keepdims=True))[0])
    reach = Interval(float(ends[0]), float(ends[1]))
    return _widened(reach, value, count, confidence, drift(estimator.values(sums)))


def _widened(
    interval: Interval, value: float, count: int, confidence: float, drifted: float
) -> Interval:
    z = z_of(confidence)
    if z <= 0 or interval.high == inf:
        return interval
    factor = t_of(confidence, count - 1) / z * sqrt(count / (count - 1)) * drifted
    low, high = value - interval.low, interval.high - value
    return Interval(value - factor * low, value + factor * high)


def drift(values: "Matrix") -> float:
    """By how much less is known of a mean of values where neighbours are alike; 1 where not.

    As many slots in a row as are alike tell no more than one. What chance alone would make alike
    does not count. Source: Bartlett 1946, "On the theoretical specification and sampling properties
    of autocorrelated time-series": the variance of a mean where each value goes on from the one
    before, by its correlation with it.
    """
    import numpy as np

    known = values[np.isfinite(values)]
    around = known - known.mean() if len(known) else known
    spread = float((around**2).sum())
    if len(known) < LEAST_SLOTS or spread <= 0:
        return 1.0
    alike = float((around[1:] * around[:-1]).sum()) / spread
    if alike * sqrt(len(known)) < z_of(CHANCE_CONFIDENCE):
        return 1.0
    # Few values know less of it than there is.
    alike = min(MOST_ALIKE, alike + (1 + 4 * alike) / len(known))
    return sqrt((1 + alike) / (1 - alike))


def estimated(
    estimator: Estimator,
    whole: Sequence[float],
    rows: Sequence[Sequence[float]],
    *,
    confidence: float,
    seed: int,
) -> Estimate | None:
    """The number of the whole run; it lies where its events and its slots say, whichever is wider.

    A share lies between 0 and 1, whatever its slots say. Where no margin is asked for, what was
    seen counts.
    """
    found = estimator.estimate(whole, z_of(confidence))
    if found is None:
        return None
    if confidence <= NO_MARGIN:
        return Estimate(found.value, found.events)
    reach = hull(found.interval, over_slots(estimator, rows, confidence=confidence, seed=seed))
    if isinstance(estimator, Share) and reach is not None:
        reach = Interval(max(0.0, reach.low), min(1.0, reach.high))
    return Estimate(found.value, found.events, reach)


def of_values(values: Sequence[float], *, confidence: float, seed: int) -> Interval | None:
    """Where the mean of values lies, by how they differ; None of a single one."""
    if confidence <= NO_MARGIN and values:
        return Interval(fmean(values), fmean(values))
    rows = [(value, 1.0) for value in values]
    drawn = over_slots(Mean(), rows, confidence=confidence, seed=seed)
    if drawn is not None or len(values) < LEAST_VALUES:
        return drawn
    half = t_of(confidence, len(values) - 1) * stdev(values) / sqrt(len(values))
    middle = fmean(values)
    return Interval(middle - half, middle + half)


def mean_in_buckets(counts: Sequence[float], bounds: Sequence[float], mean: float) -> Mean:
    """An estimator of the mean of observations that are about so far from it, by their buckets.

    Observations count as spread evenly over their bucket; beyond the highest they count as there.
    """
    total = variance = third = 0.0
    low = 0.0
    for count, bound in zip(counts, bounds, strict=True):
        high = low if bound == inf else bound
        away, spread = (low + high) / 2 - mean, (high - low) ** 2 / 12
        variance += count * (away**2 + spread)
        third += count * away * (away**2 + 3 * spread)
        total += count
        low = high
    if total <= 0 or variance <= 0:
        return Mean(0.0)
    deviation = sqrt(variance / total)
    return Mean(deviation, third / total / deviation**3)


def mean_between(rows: Iterable[Sequence[float]]) -> Mean:
    """The same by how the means of slots differ, where no buckets tell; unknown of too few slots.

    By their median distance from their median, so that a spike is none of it.
    """
    filled = [(total / count, count) for total, count in rows if count > 0]
    if len(filled) < LEAST_VALUES:
        return Mean()
    middle = median(mean for mean, _ in filled)
    distance = median(abs(mean - middle) * sqrt(count) for mean, count in filled)
    few = t_of(_USUAL, len(filled) - 1) / z_of(_USUAL)
    return Mean(_NORMAL_BY_MEDIAN * distance * few, UNKNOWN_SKEWNESS)


def _divided(part: "Matrix", whole: "Matrix") -> "Matrix":
    import numpy as np

    found: Matrix = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return found
