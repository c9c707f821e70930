"""Contributing: which label values most of what is bad comes from."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Literal

from slowatch.evaluate.measuring import Measuring
from slowatch.slo.slot import Span
from slowatch.source.answer import Grid, Series, series_of
from slowatch.spec.compiled import Counter, CounterEvents, Matcher
from slowatch.spec.compiled_runs import MeanMeasure, QuantileMeasure, ShareMeasure
from slowatch.spec.promql import selector_text
from slowatch.verify.asked import Subject
from slowatch.verify.histograms import bucket_end, part_of
from slowatch.verify.result import Contributor

MOST_SERIES = 5000
MOST_TOLD = 5
LEAST_SHARE = 0.1
LIFT = 1.1
"""How many times its share of everything its share of what is bad must be."""

Sums = Mapping[str, Mapping[str, float]]
"""By label, and by its values."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """A part of the events and all of them, and whether the part is what is good or bad."""

    part: Counter
    total: Counter
    part_is: Literal["good", "bad"]

    @property
    def telling(self) -> set[str]:
        """Labels by which the part is told from the rest; they say nothing more of it."""
        return {matcher.label for matcher in {*self.part.matchers} - {*self.total.matchers}}


def contributors(
    subject: Subject, group: Mapping[str, str], limit: float | None, span: Span, source: Measuring
) -> tuple[Contributor, ...]:
    """The label values that add most to what broke a limit, the worst first.

    Of shares and quantiles they add bad events, of means time. Empty where no label tells anything
    apart. Raises what the source raises.
    """
    parts = _parts(subject)
    if parts is None:
        return ()
    asked = [_growth(counter, group, span) for counter in (parts.part, parts.total)]
    answers = source.ask(asked, Grid(span.end_s, span.end_s, span.length_s))
    some, every = (series_of(answers[expression]) for expression in asked)
    is_quantile = isinstance(subject.measure, QuantileMeasure)
    bad = _sums(_up_to(some, limit) if is_quantile else some)
    if parts.part_is == "good":
        bad = _rest(_sums(every), bad)
    return tuple(_worst(bad, _sums(every), {*subject.by, "__name__", *parts.telling}))


def _parts(subject: Subject) -> _Parts | None:
    match subject.measure:
        case ShareMeasure(CounterEvents() as sli):
            part = (sli.good or sli.bad or ())[0].counter
            if part.view is not None:
                return None
            return _Parts(part, sli.total[0].counter, "good" if sli.good else "bad")
        case QuantileMeasure(_, histogram, False):
            return _Parts(part_of(histogram, "_bucket"), part_of(histogram, "_count"), "good")
        case MeanMeasure(histogram, False):
            return _Parts(part_of(histogram, "_sum"), part_of(histogram, "_count"), "bad")
    return None


def _growth(counter: Counter, group: Mapping[str, str], span: Span) -> str:
    chosen = (*counter.matchers, *(Matcher(label, "=", value) for label, value in group.items()))
    series = selector_text(counter.metric, chosen, f"[{span.length_s}s]")
    return f"topk({MOST_SERIES}, increase({series}))"


def _up_to(buckets: Sequence[Series], limit: float | None) -> Sequence[Series]:
    """The series of the highest bucket that is not above the limit; of the lowest if all are."""
    ended = [(bucket_end(series.labels.get("le", "")), series) for series in buckets]
    ends = sorted({end for end, _ in ended})
    below = [end for end in ends if limit is not None and end <= limit]
    chosen = below[-1] if below else next(iter(ends), inf)
    return [series for end, series in ended if end == chosen]


def _sums(found: Sequence[Series]) -> Sums:
    sums: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for series in found:
        for value in series.points.values():
            for label, name in series.labels.items():
                sums[label][name] += value
    return sums


def _rest(every: Sums, good: Sums) -> Sums:
    return {
        label: {name: max(0.0, n - good.get(label, {}).get(name, 0.0)) for name, n in names.items()}
        for label, names in every.items()
    }


def _worst(bad: Sums, every: Sums, known: set[str]) -> Iterator[Contributor]:
    found = []
    for label, names in every.items():
        all_bad, everything = sum(bad.get(label, {}).values()), sum(names.values())
        if label in known or len(names) < 2 or all_bad <= 0 or everything <= 0:
            continue
        for name, events in names.items():
            bad_share, total_share = bad[label].get(name, 0.0) / all_bad, events / everything
            if bad_share >= LEAST_SHARE and bad_share >= LIFT * total_share:
                found.append(Contributor(label, name, bad_share, total_share))
    yield from sorted(found, key=lambda one: one.total_share - one.bad_share)[:MOST_TOLD]
