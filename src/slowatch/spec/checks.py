"""Checks as they are written become checks: of an SLO, or of a measure of their own."""

from dataclasses import dataclass, replace

from slowatch.spec.check_bounds import Bounded, bounded, check_used, written_bounds
from slowatch.spec.compiled import CompiledSlo
from slowatch.spec.compiled_runs import (
    Baseline,
    Change,
    Check,
    CountMeasure,
    Limits,
    OffsetBaseline,
    PhaseBaseline,
    RateMeasure,
    Recovery,
    RunBaseline,
    Severity,
    ValueMeasure,
)
from slowatch.spec.measures import slo_measurand, written_measurand
from slowatch.spec.mistake import Mistake, placed
from slowatch.spec.named import Names
from slowatch.spec.run_documents import (
    BaselineDocument,
    CheckDocument,
    RequirementDocument,
)


@dataclass(frozen=True, slots=True)
class Usual:
    """What the checks of a run have unless they say otherwise."""

    nfr: str | None
    source: str
    baseline: Baseline | None = None


def checks_of(document: RequirementDocument, names: Names, usual: Usual) -> tuple[Check, ...]:
    """What a check means; more than one only where an SLO itself has two bounds.

    Raises Mistake where it contradicts itself, or names what is not there.
    """
    if document.slo is None:
        return (_own_check(document, names, usual),)
    for key in ("by", "source"):
        if getattr(document, key) is not None:
            message = f"an SLO brings its own `{key}`: remove it, or write the measure out"
            raise Mistake("one-measure", message, at=(key,))
    with placed("slo"):
        slo = names.slo(document.slo)
    if written_bounds(document):
        return (_bounded_check(document, slo, names, usual),)
    check_used(document)
    return tuple(_kept_check(document, check, slo, usual) for check in slo.checks)


def baseline_of(written: str | BaselineDocument, names: Names) -> Baseline:
    """What a change is relative to; raises Mistake where that is not there."""
    if isinstance(written, str):
        names.check_run(written)
        return RunBaseline(written)
    if written.run is not None:
        with placed("run"):
            names.check_run(written.run)
        return RunBaseline(written.run, written.last)
    if written.phase is not None:
        with placed("phase"):
            names.check_phase(written.phase)
        return PhaseBaseline(written.phase)
    assert written.offset is not None  # noqa: S101  a baseline has exactly one kind
    return OffsetBaseline(written.offset)


def _own_check(document: RequirementDocument, names: Names, usual: Usual) -> Check:
    """A check that says itself what it measures."""
    if document.name is None:
        raise Mistake("missing-key", "the key `name` is missing: add it (only `slo` brings one)")
    found = bounded(document, written_measurand(document))
    return Check(
        name=document.name,
        measure=found.measure,
        bound=found.bound,
        unit=found.unit,
        nfr=document.nfr or usual.nfr,
        description=document.description or "",
        by=tuple(document.by or ()),
        severity=_severity(document),
        scales=_scales(document, found, is_usual=False),
        baseline=_baseline(document, found, names, usual),
        source=document.source or usual.source,
    )


def _bounded_check(
    document: RequirementDocument, slo: CompiledSlo, names: Names, usual: Usual
) -> Check:
    """What an SLO measures, with a bound of the check's own."""
    found, promised = bounded(document, slo_measurand(slo)), slo.checks[0]
    return replace(
        promised,
        name=document.name or slo.name + _ending(found),
        measure=found.measure,
        bound=found.bound,
        unit=found.unit,
        nfr=document.nfr or usual.nfr or slo.nfr,
        description=document.description or "",
        severity=_severity(document),
        scales=_scales(document, found, is_usual=promised.scales),
        baseline=_baseline(document, found, names, usual),
    )


def _kept_check(
    document: RequirementDocument, check: Check, slo: CompiledSlo, usual: Usual
) -> Check:
    """What an SLO promises, as it stands."""
    ending = check.name.removeprefix(slo.name)
    found = Bounded(check.measure, check.bound, check.unit)
    return replace(
        check,
        name=(document.name or slo.name) + ending,
        nfr=document.nfr or usual.nfr or slo.nfr,
        description=document.description or check.description,
        severity=_severity(document),
        scales=_scales(document, found, is_usual=check.scales),
    )


def _ending(found: Bounded) -> str:
    match found.bound:
        case Change():
            return "-change"
        case Recovery():
            return "-recovery"
    return ""


def _severity(document: RequirementDocument) -> Severity:
    return document.severity if isinstance(document, CheckDocument) else "fail"


def _scales(document: RequirementDocument, found: Bounded, *, is_usual: bool) -> bool:
    """Whether limits grow with the load; only those of what there is more of under more load."""
    written = document.scales_with_load
    can_scale = isinstance(found.measure, RateMeasure | CountMeasure | ValueMeasure)
    if not isinstance(found.bound, Limits) or not can_scale:
        if written is not None:
            message = "only the limits of a rate, a value or a number of events can grow with the"
            raise Mistake(
                "bound-not-possible", f"{message} load: remove it", at=("scales_with_load",)
            )
        return False
    if isinstance(found.measure, RateMeasure):
        if written is not None:
            message = "the limits of a rate always grow with the load: remove it"
            raise Mistake("bound-not-possible", message, at=("scales_with_load",))
        return True
    return is_usual if written is None else written


def _baseline(
    document: RequirementDocument, found: Bounded, names: Names, usual: Usual
) -> Baseline | None:
    """What the check's change is relative to, where it is one."""
    if isinstance(found.bound, Limits) or not isinstance(document, CheckDocument):
        return None
    if isinstance(found.bound, Recovery) and found.bound.after is not None:
        with placed("after"):
            names.check_phase(found.bound.after)
    if document.baseline is None:
        if usual.baseline is None:
            message = "a change is relative to something: add `baseline` here or to the run, such"
            raise Mistake("baseline-missing", f"{message} as the name of an earlier run")
        return usual.baseline
    with placed("baseline"):
        return baseline_of(document.baseline, names)
