"""What is asked of Prometheus for a measure, and the rows that the answers come to.

A row is what a slot adds to a run's number (see `estimators`): its shape depends on the measure.

    share        events of the part, all events
    quantile     observations per bucket
    mean         their sum, their count
    rate, count  events, seconds
    value        the value at the slot's end
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import inf, isnan

from slowatch.evaluate.expressions import Lengths
from slowatch.evaluate.question import Question
from slowatch.evaluate.told import Group, Told, crowd_problem, numbers
from slowatch.ledger.port import Asked
from slowatch.slo.tally import MICRO
from slowatch.source.answer import Answer, Grid, Refusal
from slowatch.source.counters import CounterNeed
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

Row = tuple[float, ...]


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

    `bounds` are the upper ends of the buckets that a histogram has, the last one infinite, and
    `buckets` what was observed in each, where that is no row by itself.
    """

    by_group: Mapping[Group, Mapping[int, Row]] = field(default_factory=dict)
    reason: str | None = None
    bounds: Mapping[Group, tuple[float, ...]] = field(default_factory=dict)
    buckets: Mapping[Group, Mapping[int, Row]] = field(default_factory=dict)


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
            case QuantileMeasure(_, histogram, False):
                return (_buckets(histogram, by),)
            case MeanMeasure(histogram, False):
                total = CounterNeed(_part(histogram, "_sum"), by)
                count = CounterNeed(_part(histogram, "_count"), by)
                return (total, count, _buckets(histogram, by))
        return ()

    @property
    def expressions(self) -> tuple[str, ...]:
        """PromQL that is asked for."""
        measure = self.subject.measure
        match measure:
            case ValueMeasure():
                # A slot of two scrapes holds one for sure.
                lengths = Lengths(max(self.grid.step_s, 2 * self.scrape_s), self.scrape_s)
                return (lengths.filled(measure.query, measure.over_s),)
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
            return self._grown([counted[need] for need in self.needs])
        return self._spoken([answers[expression] for expression in self.expressions])

    def _native_growth(self, histogram: Counter) -> str:
        series = selector_text(histogram.metric, histogram.matchers, f"[{self.grid.step_s}s]")
        return f"sum by ({', '.join(self.subject.by)}) (increase({series}))"

    def _grown(self, found: Sequence[Counted]) -> Rows:
        refused = next((one.refused for one in found if one.refused is not None), None)
        unreadable = next((why for one in found for why in one.unknown.values()), None)
        if refused is not None or (unreadable is not None and not found[0].values):
            return Rows(reason=refused or unreadable)
        by, names = len(self.subject.by), self.needs[0].metric
        match self.subject.measure:
            case QuantileMeasure():
                bounds, rows = _per_bucket(found[0], by)
                return Rows(rows, None if rows else _no_series(names), bounds)
            case MeanMeasure():
                bounds, buckets = _per_bucket(found[2], by)
                rows = dict(_paired(found[0], found[1]))
                return Rows(rows, None if rows else _no_series(names), bounds, buckets)
        seconds = float(self.grid.step_s)
        rows = {
            group: {end_s: (events, seconds) for end_s, events in row.items()}
            for group, row in found[0].values.items()
        }
        return Rows(rows, None if rows else _no_series(names))

    def _spoken(self, found: Sequence[Answer]) -> Rows:
        by = self.subject.by
        for answer in found:
            problem = answer.reason if isinstance(answer, Refusal) else crowd_problem(answer, by)
            if problem:
                return Rows(reason=problem)
        tables = [numbers(answer, by) for answer in found]
        rows: dict[Group, dict[int, Row]] = {}
        for group, row in tables[0].items():
            for end_s, value in row.items():
                others = [table.get(group, {}).get(end_s) for table in tables[1:]]
                if not isnan(value) and None not in others:
                    rows.setdefault(group, {})[end_s] = (value, *(o or 0.0 for o in others))
        return Rows(rows, None if rows else f"no data from {self.expressions[0]}")


def _shares(told: Told, measure: Measure) -> Rows:
    assert isinstance(measure, ShareMeasure)  # noqa: S101  only shares ask questions
    rows: dict[Group, dict[int, Row]] = {}
    for (group, end_s), tally in told.tallies.items():
        part = tally.good if measure.of == "good" else tally.bad
        rows.setdefault(group, {})[end_s] = (part / MICRO, tally.total / MICRO)
    return Rows(rows, None if rows else next(iter(told.reasons.values()), told.otherwise))


def _paired(totals: Counted, counts: Counted) -> Iterator[tuple[Group, dict[int, Row]]]:
    for group, row in counts.values.items():
        sums = totals.values.get(group, {})
        yield group, {end_s: (sums.get(end_s, 0.0), count) for end_s, count in row.items()}


def _per_bucket(
    counted: Counted, by: int
) -> tuple[dict[Group, tuple[float, ...]], dict[Group, dict[int, Row]]]:
    """The buckets of each group, and what was observed in each of them and in none below."""
    up_to: dict[Group, dict[float, Mapping[int, float]]] = {}
    for values, row in counted.values.items():
        up_to.setdefault(values[:by], {})[_bound(values[by])] = row
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


def _bound(le: str) -> float:
    try:
        return float(le)
    except ValueError:
        return inf


def _buckets(histogram: Counter, by: tuple[str, ...]) -> CounterNeed:
    return CounterNeed(_part(histogram, "_bucket"), (*by, "le"))


def _part(histogram: Counter, suffix: str) -> Counter:
    return Counter(f"{histogram.metric}{suffix}", histogram.matchers)


def _no_series(metric: str) -> str:
    return f"{metric} has no series there: check its name and labels"
