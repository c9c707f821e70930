"""Measuring a stretch of a run: subjects in, an estimate for each group out, with its course."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean

from slowatch.evaluate.measuring import Measuring
from slowatch.evaluate.told import Group
from slowatch.slo.slot import Span
from slowatch.source.answer import Grid
from slowatch.spec.compiled import FreeEvents
from slowatch.spec.compiled_runs import (
    CountMeasure,
    MeanMeasure,
    QuantileMeasure,
    RateMeasure,
    ShareMeasure,
    Statistic,
    ValueMeasure,
)
from slowatch.verify.asked import Plan, Row, Rows, Subject
from slowatch.verify.estimate import Estimate, z_of
from slowatch.verify.estimators import (
    Count,
    Estimator,
    Mean,
    PerSecond,
    Plain,
    Quantile,
    Share,
    estimated,
    mean_between,
    mean_in_buckets,
    of_values,
)
from slowatch.verify.result import Interval, Point

MOST_SLOTS = 60
"""Slots that a run is divided into at most: enough to tell how much they differ."""
MOST_VALUES = 600
SCRAPES_IN_SLOT = 2
TOO_FEW = "too few scrapes to tell where it lies"
KEPT_CONFIDENCE = 0.95
"""That of the intervals that are kept for later runs, which may ask for another."""


@dataclass(frozen=True, slots=True)
class InBuckets:
    """Where a quantile lies for certain, and its own bucket; `mean` is exact, and has none.

    The last bucket has no end: what lies in it may be anything above.
    """

    within: Interval
    bucket: Interval
    mean: float | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """One group's number over a stretch of time, and how it went.

    `kept` is where it lies with the confidence that is kept of all runs. `missing` is the share of
    time without a value, where the number is a statistic of values or a free expression's; `doubt`
    says why nothing can be shown by it.
    """

    estimate: Estimate
    course: tuple[Point, ...] = ()
    kept: Interval | None = None
    in_buckets: InBuckets | None = None
    missing: float = 0.0
    doubt: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was measured of a subject, by group; `reason` where there is nothing.

    `lost` are groups that are there and could not be read, and why; `idle` those in which nothing
    happened, so that there is no number.
    """

    groups: Mapping[Group, Measured] = field(default_factory=dict)
    reason: str | None = None
    lost: Mapping[Group, str] = field(default_factory=dict)
    idle: tuple[Group, ...] = ()


class RunMeasuring:
    """Measures subjects over stretches of time, each at its own one of the `sources`."""

    def __init__(self, sources: Mapping[str, Measuring], *, confidence: float) -> None:
        self.sources = sources
        self.confidence = confidence
        self.z = z_of(confidence)

    def scrape_s(self, source: str) -> int:
        """The scrape interval of a source, in seconds."""
        return self.sources[source].scrape_s

    def measure(self, subjects: Iterable[Subject], span: Span) -> dict[Subject, Outcome]:
        """What each subject came to over the span; raises what sources raise."""
        found: dict[Subject, Outcome] = {}
        for source, theirs in _by_source(subjects).items():
            scrape_s = self.sources[source].scrape_s
            values = [subject for subject in theirs if _is_value(subject)]
            others = [subject for subject in theirs if not _is_value(subject)]
            whole = self.rows(others, Grid(span.end_s, span.end_s, span.length_s))
            parts = slots_of(span, MOST_SLOTS, SCRAPES_IN_SLOT * scrape_s)
            slots = self.rows(others, parts)
            moments = slots_of(span, MOST_VALUES, scrape_s)
            for subject, rows in self.rows(values, moments).items():
                found[subject] = self._values(subject, rows, len(moments.ends))
            for subject in others:
                one = self._outcome(subject, whole[subject], slots[subject])
                found[subject] = _with_missing(one, subject, slots[subject], parts)
        return found

    def rows(self, subjects: Sequence[Subject], grid: Grid) -> dict[Subject, Rows]:
        """The rows of subjects of one source, slot by slot."""
        if not subjects:
            return {}
        source = self.sources[subjects[0].source]
        plans = [Plan(subject, grid, source.scrape_s) for subject in subjects]
        told = source.tell([p.question for p in plans if p.question is not None], grid)
        counted = source.count([need for plan in plans for need in plan.needs], grid)
        answers = source.ask([e for plan in plans for e in plan.expressions], grid)
        return {plan.subject: plan.read(told, counted, answers) for plan in plans}

    def _values(self, subject: Subject, rows: Rows, moments: int) -> Outcome:
        measure = subject.measure
        assert isinstance(measure, ValueMeasure)  # noqa: S101  only values come here
        groups = {}
        for group, by_end in rows.by_group.items():
            values = {end_s: row[0] for end_s, row in by_end.items()}
            measured = self._of_values(subject, values, measure.statistic)
            # A moment stands for all of its slot but where it says of how much of it.
            missing = 1 - sum(row[1] if len(row) > 1 else 1.0 for row in by_end.values()) / moments
            groups[group] = replace(measured, missing=missing, doubt=rows.doubts.get(group))
        return Outcome(groups, rows.reason, rows.lost)

    def _outcome(self, subject: Subject, whole: Rows, parts: Rows) -> Outcome:
        measured, lost, idle = {}, dict(whole.lost), []
        for group, by_end in whole.by_group.items():
            slots, doubt = aligned(parts, whole, group), _unread(parts, whole, group)
            if _is_of_slots(subject) and not slots:
                lost[group] = doubt or "no part of the run was long enough to tell"
                continue
            for row in by_end.values():
                one = self._one(subject, group, row, whole, slots)
                if one is None:
                    idle.append(group)
                else:
                    measured[group] = replace(one, doubt=doubt or one.doubt)
        nothing = whole.reason or next(iter(lost.values()), "nothing happened in that time")
        return Outcome(measured, None if measured else nothing, lost, tuple(sorted(idle)))

    def _one(
        self, subject: Subject, group: Group, row: Row, whole: Rows, slots: Mapping[int, Row]
    ) -> Measured | None:
        """A group's number; None where nothing happened."""
        if _is_native_quantile(subject):
            return self._native(subject, row, slots)
        if isinstance(subject.measure, RateMeasure) and _is_of_slots(subject):
            rates = {end_s: events / seconds for end_s, (events, seconds) in slots.items()}
            return self._of_values(subject, rates, subject.measure.statistic)
        estimator = estimator_of(subject, group, whole, slots)
        rows, seed = list(slots.values()), _seed(subject)
        found = estimated(estimator, row, rows, confidence=self.confidence, seed=seed)
        kept = found
        if self.confidence != KEPT_CONFIDENCE:
            kept = estimated(estimator, row, rows, confidence=KEPT_CONFIDENCE, seed=seed)
        if found is None or kept is None:
            return None
        how = course(estimator, slots, self.z)
        if not isinstance(estimator, Quantile):
            return Measured(
                found, how, kept.interval, doubt=TOO_FEW if estimator == Mean() else None
            )
        within = Interval(estimator.bucket(found.low).low, estimator.bucket(found.high).high)
        in_buckets = InBuckets(within, estimator.bucket(found.value), whole.means.get(group))
        return Measured(_shown(found, estimator), how, _shown(kept, estimator).interval, in_buckets)

    def _native(self, subject: Subject, row: Row, slots: Mapping[int, Row]) -> Measured:
        """A quantile that only the engine can tell; it lies as far as its slots' mean may be."""
        value, events = row
        told = {end_s: one for end_s, (one, _) in slots.items()}
        reach = self._reach(subject, list(told.values()), value)
        points = tuple(Point(end_s, one) for end_s, one in sorted(told.items()))
        doubt = None if reach[0] is not None else TOO_FEW
        return Measured(Estimate(value, events, reach[0]), points, reach[1], doubt=doubt)

    def _reach(
        self, subject: Subject, values: Sequence[float], value: float
    ) -> tuple[Interval | None, Interval | None]:
        """Where a number of values lies, with the run's confidence and with that which is kept."""
        found: list[Interval | None] = []
        for confidence in (self.confidence, KEPT_CONFIDENCE):
            drawn = of_values(values, confidence=confidence, seed=_seed(subject))
            away = value - fmean(values) if values else 0.0
            found.append(drawn and Interval(drawn.low + away, drawn.high + away))
        return found[0], found[1]

    def _of_values(
        self, subject: Subject, values: Mapping[int, float], statistic: Statistic
    ) -> Measured:
        listed = [value for _, value in sorted(values.items())]
        value = statistic_of(statistic, listed)
        reach = self._reach(subject, listed, value) if statistic == "mean" else (None, None)
        told = tuple(Point(end_s, one) for end_s, one in sorted(values.items()))
        return Measured(Estimate(value, len(listed), reach[0]), told, reach[1])


def estimator_of(subject: Subject, group: Group, rows: Rows, slots: Mapping[int, Row]) -> Estimator:
    """How a group's rows become its number; its slots tell how sure, where nothing else does."""
    match subject.measure:
        case ShareMeasure():
            return Share()
        case QuantileMeasure(p, _, False):
            return Quantile(float(p), rows.bounds.get(group, ()))
        case MeanMeasure():
            return _mean_in_buckets(group, rows) or mean_between(slots.values())
        case CountMeasure():
            return Count()
        case RateMeasure():
            return PerSecond()
    return Plain()


def course(estimator: Estimator, slots: Mapping[int, Row], z: float) -> tuple[Point, ...]:
    """The number of each slot, by the moment it ends."""
    found = []
    for end_s, row in sorted(slots.items()):
        one = estimator.estimate(row, z)
        shown = one and _shown(one, estimator)
        found.append(Point(end_s, None if shown is None else shown.value))
    return tuple(found)


def _shown(estimate: Estimate, estimator: Estimator) -> Estimate:
    """A quantile with numbers that are finite."""
    if not isinstance(estimator, Quantile):
        return estimate
    ends = Interval(estimator.shown(estimate.low), estimator.shown(estimate.high))
    return Estimate(estimator.shown(estimate.value), estimate.events, ends)


def statistic_of(statistic: Statistic, values: Sequence[float]) -> float:
    """A statistic of values in the order in which they came; of at least one."""
    match statistic:
        case "mean":
            return fmean(values)
        case "max":
            return max(values)
        case "min":
            return min(values)
        case "last":
            return values[-1]
    ordered = sorted(values)
    place = 0.95 * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def _mean_in_buckets(group: Group, rows: Rows) -> Mean | None:
    """How a group's mean wavers, by the buckets of all slots together; None where it has none."""
    own = rows.by_group.get(group, {})
    buckets = [counts for end_s, counts in rows.buckets.get(group, {}).items() if end_s in own]
    total, count = (sum(numbers) for numbers in zip((0.0, 0.0), *own.values(), strict=True))
    if not buckets or count <= 0:
        return None
    counts = [sum(numbers) for numbers in zip(*buckets, strict=True)]
    return mean_in_buckets(counts, rows.bounds[group], total / count)


def _unread(parts: Rows, whole: Rows, group: Group) -> str | None:
    """Why a group could not be read slot by slot, though all of it could be.

    Where its slots are not there since it was too short, nothing is wrong with it.
    """
    why = parts.reason if parts.is_refused else None
    # Of a share it is not told which of its groups is lost.
    for one in (group, ()):
        if one not in whole.lost:
            why = why or parts.lost.get(one)
    return None if why is None else f"could not be read slot by slot: {why}"


def _with_missing(outcome: Outcome, subject: Subject, parts: Rows, grid: Grid) -> Outcome:
    """What free expressions came to, and for how much of the time they had no value.

    That the targets they read were up does not say that they had one. A group may be idle, or not
    there yet, as long as another one is there.
    """
    measure = subject.measure
    if not isinstance(measure, ShareMeasure) or not isinstance(measure.sli, FreeEvents):
        return outcome
    there = {end_s for row in parts.by_group.values() for end_s in row}
    missing = 1 - len(there) / len(grid.ends)
    groups = {group: replace(one, missing=missing) for group, one in outcome.groups.items()}
    return replace(outcome, groups=groups)


def aligned(parts: Rows, whole: Rows, group: Group) -> Mapping[int, Row]:
    """The rows of a group's slots over the buckets that it has in the whole run."""
    slots = parts.by_group.get(group, {})
    own, bounds = parts.bounds.get(group, ()), whole.bounds.get(group, ())
    if own == bounds or any(len(row) != len(own) for row in slots.values()):
        return slots
    found = {}
    for end_s, row in slots.items():
        counts = dict(zip(own, row, strict=True))
        found[end_s] = tuple(counts.get(bound, 0.0) for bound in bounds)
    return found


def _by_source(subjects: Iterable[Subject]) -> dict[str, list[Subject]]:
    found: dict[str, list[Subject]] = {}
    for subject in dict.fromkeys(subjects):
        found.setdefault(subject.source, []).append(subject)
    return found


def _is_value(subject: Subject) -> bool:
    return isinstance(subject.measure, ValueMeasure)


def _is_of_slots(subject: Subject) -> bool:
    """Whether its number is one of its slots' numbers, and none of the whole run's."""
    return isinstance(subject.measure, RateMeasure) and subject.measure.statistic != "mean"


def _is_native_quantile(subject: Subject) -> bool:
    return isinstance(subject.measure, QuantileMeasure) and subject.measure.is_native


def slots_of(span: Span, most: int, least_s: int) -> Grid:
    """Slots that end where the span ends, so many at most and no shorter than that.

    What is left over at the start of the span is in none of them.
    """
    step_s = min(max(least_s, -(-span.length_s // most)), span.length_s)
    count = span.length_s // step_s
    return Grid(span.end_s - (count - 1) * step_s, span.end_s, step_s)


def _seed(subject: Subject) -> int:
    """The same draws whenever the same is measured, so that a verdict can be had again."""
    return zlib.crc32(subject.key.encode())
