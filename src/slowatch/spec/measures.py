"""What a check measures: from what is written, or from an SLO."""

from dataclasses import dataclass
from decimal import Decimal

from slowatch.spec.compiled import CompiledSlo, Counter, CounterEvents, FreeEvents, Level
from slowatch.spec.compiled_runs import (
    Check,
    CountMeasure,
    Limits,
    MeanMeasure,
    Measure,
    QuantileMeasure,
    RateMeasure,
    ShareMeasure,
    Statistic,
    Unit,
    ValueMeasure,
)
from slowatch.spec.measure_documents import (
    MeanDocument,
    RunQuantileDocument,
    RunRateDocument,
    RunValueDocument,
    counter_of,
)
from slowatch.spec.run_documents import RequirementDocument
from slowatch.spec.sli_documents import (
    LatencyDocument,
    PromqlDocument,
    QuantileDocument,
    RateDocument,
    RatioDocument,
    SliDocument,
    ValueDocument,
)
from slowatch.spec.slis import latency_events
from slowatch.spec.units import Amount


@dataclass(frozen=True, slots=True)
class Subject:
    """A measure before its bound has said which share, or which statistic, is meant.

    `unit` is None where that of the bound counts. Without `has_statistic`, the bound says which.
    """

    measure: Measure
    unit: Unit | None
    has_statistic: bool = True


def written_subject(document: RequirementDocument) -> Subject:
    """What a check measures that names no SLO."""
    match document:
        case RequirementDocument(ratio=RatioDocument() as ratio):
            events = CounterEvents(total=ratio.total, good=ratio.good, bad=ratio.bad)
            return Subject(ShareMeasure(events, "good"), "ratio")
        case RequirementDocument(latency=LatencyDocument() as latency):
            return Subject(ShareMeasure(latency_events(latency), "good"), "ratio")
        case RequirementDocument(promql=PromqlDocument() as free):
            expressions = FreeEvents(total=free.total, good=free.good, bad=free.bad)
            return Subject(ShareMeasure(expressions, "good"), "ratio")
        case RequirementDocument(quantile=RunQuantileDocument() as quantile):
            return _quantile(quantile)
        case RequirementDocument(mean=MeanDocument() as mean):
            return Subject(MeanMeasure(mean.histogram, mean.native), _unit_of(mean.histogram))
        case RequirementDocument(rate=RunRateDocument() as rate):
            return Subject(RateMeasure(rate.counter, rate.statistic), "per_second")
        case RequirementDocument(value=RunValueDocument() as value):
            statistic = value.statistic or "mean"
            measure = ValueMeasure(value.query, statistic, value.over)
            return Subject(measure, None, has_statistic=value.statistic is not None)
    assert document.events is not None  # noqa: S101  a check has exactly one measure
    return Subject(CountMeasure(counter_of(document.events)), "events")


def slo_subject(slo: CompiledSlo) -> Subject:
    """What an SLO measures, over a whole run."""
    first = slo.checks[0]
    return Subject(first.measure, first.unit, has_statistic=slo.kind != "value")


def slo_checks(slo: CompiledSlo, document: SliDocument, *, scales: bool) -> tuple[Check, ...]:
    """What an SLO promises of one whole run: of a value with two bounds, two checks."""
    match document:
        case SliDocument(quantile=QuantileDocument() as quantile):
            subject = _quantile(quantile)
            return (_check(slo, subject, Limits(at_most=quantile.at_most)),)
        case SliDocument(rate=RateDocument() as rate):
            subject = Subject(RateMeasure(rate.counter), "per_second")
            limits = Limits(_number(rate.at_least), _number(rate.at_most))
            return (_check(slo, subject, limits, scales=True),)
        case SliDocument(value=ValueDocument() as value):
            return tuple(_value_checks(slo, value, scales=scales))
    if isinstance(slo.sli, Level):
        lowest = Subject(ValueMeasure(slo.sli.query, "min"), "number")
        return (_check(slo, lowest, Limits(at_least=Decimal(1))),)
    share = Subject(ShareMeasure(slo.sli, "good"), "ratio")
    return (_check(slo, share, Limits(at_least=_least_share(slo))),)


def _least_share(slo: CompiledSlo) -> Decimal:
    """The share of good events that an SLO asks of one run: by slices, the run is one of them."""
    target = None if slo.slicing is None else slo.slicing.target
    return slo.objective.ratio if target is None else target


def _value_checks(slo: CompiledSlo, document: ValueDocument, *, scales: bool) -> list[Check]:
    low, high = document.between or (document.at_least, document.at_most)
    found = []
    if high is not None:
        subject = _value(document, "max", high)
        found.append(_check(slo, subject, Limits(at_most=high.number), scales=scales))
    if low is not None:
        subject = _value(document, "min", low)
        ending = "-least" if found else ""
        limits = Limits(at_least=low.number)
        found.append(_check(slo, subject, limits, scales=scales, ending=ending))
    return found


def _value(document: ValueDocument, statistic: Statistic, bound: Amount) -> Subject:
    return Subject(ValueMeasure(document.query, statistic, document.over), bound.unit)


def _check(
    slo: CompiledSlo, subject: Subject, limits: Limits, *, scales: bool = False, ending: str = ""
) -> Check:
    return Check(
        name=slo.name + ending,
        measure=subject.measure,
        bound=limits,
        unit=subject.unit or "number",
        nfr=slo.nfr,
        description=slo.description,
        by=slo.by,
        scales=scales,
        slo=slo.name,
        source=slo.source,
    )


def _quantile(document: QuantileDocument | RunQuantileDocument) -> Subject:
    measure = QuantileMeasure(document.p, document.histogram, document.native)
    return Subject(measure, _unit_of(document.histogram))


def _unit_of(histogram: Counter) -> Unit | None:
    """The unit that a metric's name ends in, as the names of Prometheus do."""
    if histogram.metric.endswith("_seconds"):
        return "seconds"
    return "bytes" if histogram.metric.endswith("_bytes") else None


def _number(bound: Amount | None) -> Decimal | None:
    return None if bound is None else bound.number
