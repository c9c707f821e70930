"""What is asked of Prometheus for a measure, and the rows that the answers come to.

A row is what a slot adds to a run's number (see `estimators`): its shape depends on the measure.

    share        events of the part, all events
    quantile     observations per bucket; of a native histogram the quantile, all observations
    mean         their sum, their count
    rate, count  events, seconds
    value        the value at the slot's end; of a slot longer than a scrape its statistic, and the
                 share of the slot's scrapes that have a value
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from math import isinf, isnan

from slowatch.evaluate.expressions import Lengths
from slowatch.evaluate.question import Question
from slowatch.evaluate.told import Group, Told, crowd_problem, numbers
from slowatch.ledger.port import Asked
from slowatch.slo.tally import MICRO
from slowatch.source.answer import Answer, Grid, Refusal
from slowatch.source.counters import CounterNeed, instant
from slowatch.source.counting import Counted
from slowatch.spec.compiled import DEFAULT_SOURCE, Counter
from slowatch.spec.compiled_runs import (
    Check,
    CountMeasure,
    MeanMeasure,
    Measure,
    QuantileMeasure,
    RateMeasure,
    ShareMeasure,
    ValueMeasure,
)
from slowatch.spec.promql import selector_text
from slowatch.verify.histograms import bucket_end, part_of

Row = tuple[float, ...]

_OVER_STEP = {"max": "max_over_time", "min": "min_over_time", "mean": "avg_over_time"}


@dataclass(frozen=True, slots=True)
class Subject:
    """What is measured, whatever is promised of it: two checks may share one."""

    measure: Measure
    by: tuple[str, ...] = ()
    source: str = DEFAULT_SOURCE

    @classmethod
    def of(cls, check: Check) -> "Subject":
        """What a check measures."""
        return cls(check.measure, check.by, check.source)

    @property
    def text(self) -> str:
        """All that decides what it measures, as JSON."""
        kind = type(self.measure).__name__
        return json.dumps({"kind": kind, **asdict(self)}, sort_keys=True, default=str)

    @property
    def key(self) -> str:
        """The digest of that, by which earlier runs know it."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows by group and by the end of their slot; `reason` says why there are none.

    They are none with `is_refused` where nobody would say, and not since there was nothing to say.
    `bounds` are the upper ends of the buckets that a histogram has, the last one infinite, and
    `buckets` what was observed in each, where that is no row by itself; `means` are those of a
    histogram, where they are not asked for by themselves. `lost` are groups that are there and
    could not be read, `doubts` why nothing can be shown by what was read of a group.
    """

    by_group: Mapping[Group, Mapping[int, Row]] = field(default_factory=dict)
    reason: str | None = None
    bounds: Mapping[Group, tuple[float, ...]] = field(default_factory=dict)
    buckets: Mapping[Group, Mapping[int, Row]] = field(default_factory=dict)
    means: Mapping[Group, float] = field(default_factory=dict)
    lost: Mapping[Group, str] = field(default_factory=dict)
    doubts: Mapping[Group, str] = field(default_factory=dict)
    is_refused: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for a subject on a grid, as a question, counters or expressions."""

    subject: Subject
    grid: Grid
    scrape_s: int

    @property
    def question(self) -> Question | None:
        """The question of a share, slot by slot."""
        subject = self.subject
        if not isinstance(subject.measure, ShareMeasure):
            return None
        asked = Asked(subject.key, subject.text)
        sli = subject.measure.sli
        return Question(sli, subject.by, None, self.grid.step_s, asked, subject.source)

    @property
    def needs(self) -> tuple[CounterNeed, ...]:
        """Counters whose growth is asked for."""
        by = self.subject.by
        match self.subject.measure:
            case RateMeasure(counter) | CountMeasure(counter):
                return (CounterNeed(counter, by),)
            case QuantileMeasure(_, histogram, False) | MeanMeasure(histogram, False):
                total = CounterNeed(part_of(histogram, "_sum"), by)
                count = CounterNeed(part_of(histogram, "_count"), by)
                return (_buckets(histogram, by), total, count)
        return ()

    @property
    def expressions(self) -> tuple[str, ...]:
        """PromQL that is asked for."""
        measure = self.subject.measure
        match measure:
            case ValueMeasure():
                # A slot of two scrapes holds one for sure.
                lengths = Lengths(2 * self.scrape_s, self.scrape_s)
                return self._over_step(lengths.filled(measure.query, measure.over_s), measure)
            case RateMeasure(counter):
                return (self._between(counter),)
            case QuantileMeasure(p, _, True):
                grown = self._native_growth(measure.histogram)
                return f"histogram_quantile({p:f}, {grown})", f"histogram_count({grown})"
            case MeanMeasure(_, True):
                grown = self._native_growth(measure.histogram)
                return f"histogram_sum({grown})", f"histogram_count({grown})"
        return ()

    def read(
        self,
        told: Mapping[str, Told],
        counted: Mapping[CounterNeed, Counted],
        answers: Mapping[str, Answer],
    ) -> Rows:
        """The rows of what was answered."""
        if self.question is not None:
            return _shares(told[self.subject.key], self.subject.measure)
        if self.needs:
            rows = self._grown([counted[need] for need in self.needs])
            return self._timed(rows, answers) if self.expressions else rows
        rows = self._spoken([answers[expression] for expression in self.expressions])
        return self._weighed(rows) if isinstance(self.subject.measure, ValueMeasure) else rows

    def _over_step(self, query: str, measure: ValueMeasure) -> tuple[str, ...]:
        """The values of a step that is longer than a scrape, as one, and how many they are.

        So nothing between two moments is missed.
        """
        function = _OVER_STEP.get(measure.statistic)
        if function is None or self.grid.step_s <= self.scrape_s:
            return (query,)
        # Half a second short of the step, so that what is at both ends of a range is in it once.
        steps = f"[{1000 * self.grid.step_s - 500}ms:{self.scrape_s}s]"
        # What is no number is no value.
        return f"{function}(({query}\n){steps})", f"count_over_time((({query}\n) <= Inf){steps})"

    def _weighed(self, rows: Rows) -> Rows:
        """Rows of values with the share of each slot's scrapes that have one, where it is told.

        A subquery's steps are multiples of the scrape interval.
        """
        by_group: dict[Group, dict[int, Row]] = {}
        for group, row in rows.by_group.items():
            for end_s, (value, *counts) in row.items():
                scrapes = end_s // self.scrape_s - (end_s - self.grid.step_s) // self.scrape_s
                shares = (min(1.0, count / scrapes) for count in counts)
                by_group.setdefault(group, {})[end_s] = (value, *shares)
        return replace(rows, by_group=by_group)

    def _between(self, counter: Counter) -> str:
        """The time between the scrapes that a slot's events were counted by, on average.

        Only where all series were scraped in the slot and are there at both ends of it: events of
        others have no such time.
        """
        now, then = instant(counter), instant(counter, offset_s=self.grid.step_s)
        passed = f"(timestamp({now}) - timestamp({then}) > 0)"
        by = f"by ({', '.join(self.subject.by)})"
        on = f"and on ({', '.join(self.subject.by)})"
        both = f"count {by} ({passed})"
        as_many = (f"{on} (count {by} ({one}) == {both})" for one in (now, then))
        return f"avg {by} ({passed}) {' '.join(as_many)}"

    def _native_growth(self, histogram: Counter) -> str:
        series = selector_text(histogram.metric, histogram.matchers, f"[{self.grid.step_s}s]")
        return f"sum by ({', '.join(self.subject.by)}) (increase({series}))"

    def _grown(self, found: Sequence[Counted]) -> Rows:
        by = len(self.subject.by)
        refused = next((one.refused for one in found if one.refused is not None), None)
        if refused is not None:
            return Rows(reason=refused, is_refused=True)
        lost = {group[:by]: why for one in found for (group, _), why in one.unknown.items()}
        rows = self._rows(found)
        kept = {group: row for group, row in rows.by_group.items() if group not in lost}
        reason = next(iter(lost.values()), rows.reason)
        return replace(rows, by_group=kept, lost=lost, reason=None if kept else reason)

    def _timed(self, rows: Rows, answers: Mapping[str, Answer]) -> Rows:
        """Rows of a rate with the time between scrapes, where that is known."""
        between = numbers(answers[self.expressions[0]], self.subject.by)
        timed: dict[Group, dict[int, Row]] = {}
        for group, by_end in rows.by_group.items():
            for end_s, (events, seconds) in by_end.items():
                passed_s = between.get(group, {}).get(end_s, 0.0)
                is_near = 0.5 * seconds <= passed_s <= 1.5 * seconds
                row = (events, passed_s if is_near else seconds)
                timed.setdefault(group, {})[end_s] = row
        return replace(rows, by_group=timed)

    def _rows(self, found: Sequence[Counted]) -> Rows:
        by, missing = len(self.subject.by), _no_series(self.needs[0].metric)
        match self.subject.measure:
            case QuantileMeasure():
                bounds, rows = _per_bucket(found[0], by)
                return Rows(rows, missing, bounds, means=dict(_means(found[1], found[2])))
            case MeanMeasure():
                bounds, buckets = _per_bucket(found[0], by)
                rows = dict(_paired(found[1], found[2]))
                if found[2].values and not rows:
                    missing = _no_series(self.needs[1].metric)
                return Rows(rows, missing, bounds, buckets)
        seconds = float(self.grid.step_s)
        rows = {
            group: {end_s: (events, seconds) for end_s, events in row.items()}
            for group, row in found[0].values.items()
        }
        return Rows(rows, missing)

    def _spoken(self, found: Sequence[Answer]) -> Rows:
        by = self.subject.by
        for answer in found:
            problem = answer.reason if isinstance(answer, Refusal) else crowd_problem(answer, by)
            if problem:
                return Rows(reason=problem, is_refused=True)
        tables = [numbers(answer, by) for answer in found]
        rows: dict[Group, dict[int, Row]] = {}
        doubts: dict[Group, str] = {}
        for group, row in tables[0].items():
            for end_s, value in row.items():
                others = [table.get(group, {}).get(end_s) for table in tables[1:]]
                if isinf(value):
                    doubts[group] = "its values are infinite at times: nothing can be shown by them"
                elif not isnan(value) and None not in others:
                    rows.setdefault(group, {})[end_s] = (value, *(o or 0.0 for o in others))
        lost = {group: why for group, why in doubts.items() if group not in rows}
        reason = next(iter(lost.values()), f"no data from {self.expressions[0]}")
        return Rows(rows, None if rows else reason, lost=lost, doubts=doubts)


def _shares(told: Told, measure: Measure) -> Rows:
    assert isinstance(measure, ShareMeasure)  # noqa: S101  only shares ask questions
    rows: dict[Group, dict[int, Row]] = {}
    for (group, end_s), tally in told.tallies.items():
        part = tally.good if measure.of == "good" else tally.bad
        rows.setdefault(group, {})[end_s] = (part / MICRO, tally.total / MICRO)
    why = next(iter(told.reasons.values()), None)
    # A reason is that of a slot; of which of its groups is not told.
    lost: dict[Group, str] = {(): why} if why is not None and rows else {}
    reason = None if rows else why or told.otherwise
    is_refused = told.is_refused or (why is not None and not rows)
    return Rows(rows, reason, lost=lost, is_refused=is_refused)


def _paired(totals: Counted, counts: Counted) -> Iterator[tuple[Group, dict[int, Row]]]:
    """Sums and counts, where there are both."""
    for group, row in counts.values.items():
        sums = totals.values.get(group, {})
        both: dict[int, Row] = {s: (sums[s], count) for s, count in row.items() if s in sums}
        if both:
            yield group, both


def _means(totals: Counted, counts: Counted) -> Iterator[tuple[Group, float]]:
    for group, row in _paired(totals, counts):
        total, count = next(iter(row.values()))
        if count > 0:
            yield group, total / count


def _per_bucket(
    counted: Counted, by: int
) -> tuple[dict[Group, tuple[float, ...]], dict[Group, dict[int, Row]]]:
    """The buckets of each group, and what was observed in each of them and in none below."""
    up_to: dict[Group, dict[float, dict[int, float]]] = {}
    for values, row in counted.values.items():
        # Clients write one end in several ways: `2` and `2.0`.
        bucket = up_to.setdefault(values[:by], {}).setdefault(bucket_end(values[by]), {})
        for end_s, count in row.items():
            bucket[end_s] = bucket.get(end_s, 0.0) + count
    bounds = {group: tuple(sorted(buckets)) for group, buckets in up_to.items()}
    rows: dict[Group, dict[int, Row]] = {}
    for group, buckets in up_to.items():
        ends = {end_s for row in buckets.values() for end_s in row}
        for end_s in sorted(ends):
            counts, below = [], 0.0
            for bound in bounds[group]:
                count = max(below, buckets[bound].get(end_s, below))
                counts.append(count - below)
                below = count
            rows.setdefault(group, {})[end_s] = tuple(counts)
    return bounds, rows


def _buckets(histogram: Counter, by: tuple[str, ...]) -> CounterNeed:
    return CounterNeed(part_of(histogram, "_bucket"), (*by, "le"))


def _no_series(metric: str) -> str:
    return f"{metric} has no series there: check its name and labels"
