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
class Measurand:
    """A measure before its bound has said which share, or which statistic, is meant.

    `unit` is None where that of the bound counts. Without `has_statistic`, the bound says which.
    """

    measure: Measure
    unit: Unit | None
    has_statistic: bool = True


def written_measurand(document: RequirementDocument) -> Measurand:
    """What a check measures that names no SLO."""
    match document:
        case RequirementDocument(ratio=RatioDocument() as ratio):
            events = CounterEvents(total=ratio.total, good=ratio.good, bad=ratio.bad)
            return Measurand(ShareMeasure(events, "good"), "ratio")
        case RequirementDocument(latency=LatencyDocument() as latency):
            return Measurand(ShareMeasure(latency_events(latency), "good"), "ratio")
        case RequirementDocument(promql=PromqlDocument() as free):
            expressions = FreeEvents(total=free.total, good=free.good, bad=free.bad)
            return Measurand(ShareMeasure(expressions, "good"), "ratio")
        case RequirementDocument(quantile=RunQuantileDocument() as quantile):
            return _quantile(quantile)
        case RequirementDocument(mean=MeanDocument() as mean):
            return Measurand(MeanMeasure(mean.histogram, mean.native), _unit_of(mean.histogram))
        case RequirementDocument(rate=RunRateDocument() as rate):
            return Measurand(RateMeasure(rate.counter, rate.statistic), "per_second")
        case RequirementDocument(value=RunValueDocument() as value):
            statistic = value.statistic or "mean"
            measure = ValueMeasure(value.query, statistic, value.over)
            return Measurand(measure, None, has_statistic=value.statistic is not None)
    assert document.events is not None  # noqa: S101  a check has exactly one measure
    return Measurand(CountMeasure(counter_of(document.events)), "events")


def slo_measurand(slo: CompiledSlo) -> Measurand:
    """What an SLO measures, over a whole run."""
    first = slo.checks[0]
    return Measurand(first.measure, first.unit, has_statistic=slo.kind != "value")


def slo_checks(slo: CompiledSlo, document: SliDocument, *, scales: bool) -> tuple[Check, ...]:
    """What an SLO promises of one whole run: of a value with two bounds, two checks."""
    match document:
        case SliDocument(quantile=QuantileDocument() as quantile):
            measurand = _quantile(quantile)
            return (_check(slo, measurand, Limits(at_most=quantile.at_most)),)
        case SliDocument(rate=RateDocument() as rate):
            measurand = Measurand(RateMeasure(rate.counter), "per_second")
            limits = Limits(_number(rate.at_least), _number(rate.at_most))
            return (_check(slo, measurand, limits, scales=True),)
        case SliDocument(value=ValueDocument() as value):
            return tuple(_value_checks(slo, value, scales=scales))
    if isinstance(slo.sli, Level):
        lowest = Measurand(ValueMeasure(slo.sli.query, "min"), "number")
        return (_check(slo, lowest, Limits(at_least=Decimal(1))),)
    share = Measurand(ShareMeasure(slo.sli, "good"), "ratio")
    return (_check(slo, share, Limits(at_least=_least_share(slo))),)


def _least_share(slo: CompiledSlo) -> Decimal:
    """The share of good events that an SLO asks of one run: by slices, the run is one of them."""
    target = None if slo.slicing is None else slo.slicing.target
    return slo.objective.ratio if target is None else target


def _value_checks(slo: CompiledSlo, document: ValueDocument, *, scales: bool) -> list[Check]:
    low, high = document.between or (document.at_least, document.at_most)
    found = []
    if high is not None:
        measurand = _value(document, "max", high)
        found.append(_check(slo, measurand, Limits(at_most=high.number), scales=scales))
    if low is not None:
        measurand = _value(document, "min", low)
        ending = "-least" if found else ""
        limits = Limits(at_least=low.number)
        found.append(_check(slo, measurand, limits, scales=scales, ending=ending))
    return found


def _value(document: ValueDocument, statistic: Statistic, bound: Amount) -> Measurand:
    return Measurand(ValueMeasure(document.query, statistic, document.over), bound.unit)


def _check(
    slo: CompiledSlo,
    measurand: Measurand,
    limits: Limits,
    *,
    scales: bool = False,
    ending: str = "",
) -> Check:
    return Check(
        name=slo.name + ending,
        measure=measurand.measure,
        bound=limits,
        unit=measurand.unit or "number",
        nfr=slo.nfr,
        description=slo.description,
        by=slo.by,
        scales=scales,
        source=slo.source,
    )


def _quantile(document: QuantileDocument | RunQuantileDocument) -> Measurand:
    measure = QuantileMeasure(document.p, document.histogram, document.native)
    return Measurand(measure, _unit_of(document.histogram))


def _unit_of(histogram: Counter) -> Unit | None:
    """The unit that a metric's name ends in, as the names of Prometheus do."""
    if histogram.metric.endswith("_seconds"):
        return "seconds"
    return "bytes" if histogram.metric.endswith("_bytes") else None


def _number(bound: Amount | None) -> Decimal | None:
    return None if bound is None else bound.number
