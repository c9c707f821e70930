"""Each kind of SLI as it is written becomes what is asked and how it is judged."""

from collections.abc import Sequence
from decimal import Decimal

from slowatch.spec.buckets import bucket_matcher, plain_number
from slowatch.spec.compiled import (
    Below,
    Bounds,
    ClassicBound,
    Counter,
    CounterEvents,
    FreeEvents,
    Level,
    Matcher,
    Sli,
    SliKind,
    Term,
)
from slowatch.spec.promql import SLOT, WINDOW, selector_text
from slowatch.spec.sli_documents import (
    LatencyDocument,
    PromqlDocument,
    QuantileDocument,
    RateDocument,
    RatioDocument,
    SliDocument,
    UpDocument,
    ValueDocument,
)

_ONE = Decimal(1)


def compile_sli(document: SliDocument, by: Sequence[str]) -> tuple[SliKind, Sli]:
    """The kind and the meaning of an SLI whose budgets are kept by the labels `by`."""
    match document:
        case SliDocument(ratio=RatioDocument() as ratio):
            return "ratio", CounterEvents(total=ratio.total, good=ratio.good, bad=ratio.bad)
        case SliDocument(latency=LatencyDocument() as latency):
            return "latency", latency_events(latency)
        case SliDocument(quantile=QuantileDocument() as quantile):
            return "quantile", quantile_level(quantile, by)
        case SliDocument(rate=RateDocument() as rate):
            return "rate", rate_level(rate, by)
        case SliDocument(value=ValueDocument() as value):
            return "value", Level(value.query, value.bounds, value.over)
        case SliDocument(up=UpDocument() as up):
            return "up", up_level(up, by)
        case SliDocument(promql=PromqlDocument() as free):
            return "promql", FreeEvents(total=free.total, good=free.good, bad=free.bad)
    raise AssertionError("an SLI document has exactly one kind")


def latency_events(document: LatencyDocument) -> CounterEvents:
    """All observations, and those at or below the bound."""
    histogram = document.histogram
    if document.native:
        total = Counter(histogram.metric, histogram.matchers, "count")
        good = Counter(histogram.metric, histogram.matchers, Below(float(document.under)))
        return CounterEvents(total=_only(total), good=_only(good))
    total = Counter(f"{histogram.metric}_count", histogram.matchers)
    matchers = tuple(sorted((*histogram.matchers, bucket_matcher(document.under))))
    good = Counter(f"{histogram.metric}_bucket", matchers)
    bound = _classic_bound(histogram, document.under)
    return CounterEvents(total=_only(total), good=_only(good), bucket=bound)


def quantile_level(document: QuantileDocument, by: Sequence[str]) -> Level:
    """A quantile of a histogram's observations within the window."""
    histogram = document.histogram
    metric = histogram.metric if document.native else f"{histogram.metric}_bucket"
    labels = by if document.native else ("le", *by)
    rate = f"rate({selector_text(metric, histogram.matchers, f'[{WINDOW}]')})"
    merged = _aggregate("sum", labels, rate)
    return Level(
        query=f"histogram_quantile({plain_number(document.p)}, {merged})",
        bounds=Bounds(at_most=float(document.at_most)),
        over_s=document.over,
        histogram=None if document.native else _classic_bound(histogram, document.at_most),
    )


def rate_level(document: RateDocument, by: Sequence[str]) -> Level:
    """Events per second within the window."""
    counter = document.counter
    rate = f"rate({selector_text(counter.metric, counter.matchers, f'[{WINDOW}]')})"
    return Level(
        query=_aggregate("sum", by, rate),
        bounds=document.bounds,
        over_s=document.over,
        while_query=document.condition,
    )


def up_level(document: UpDocument, by: Sequence[str]) -> Level:
    """Whether one instance, or all of them, were up for the whole slot."""
    gauge = document.metric
    lowest = f"min_over_time({selector_text(gauge.metric, gauge.matchers, f'[{SLOT}]')})"
    operation = "max" if document.instances == "any" else "min"
    return Level(query=_aggregate(operation, by, lowest), bounds=Bounds(at_least=1.0))


def _aggregate(operation: str, by: Sequence[str], inner: str) -> str:
    return f"{operation} by ({', '.join(by)}) ({inner})" if by else f"{operation}({inner})"


def _only(counter: Counter) -> tuple[Term]:
    return (Term(_ONE, counter),)


def _classic_bound(histogram: Counter, bound: Decimal) -> ClassicBound:
    matchers: tuple[Matcher, ...] = histogram.matchers
    return ClassicBound(histogram.metric, matchers, float(bound))
