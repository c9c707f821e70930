"""What a check's bound means for its measure: limits, a change from a baseline, or a recovery."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from slowatch.spec.compiled_runs import (
    Bound,
    Change,
    CountMeasure,
    Limits,
    MeanMeasure,
    Measure,
    QuantileMeasure,
    RateMeasure,
    Recovery,
    ShareMeasure,
    Statistic,
    Unit,
    ValueMeasure,
)
from slowatch.spec.measures import Measurand
from slowatch.spec.mistake import Mistake
from slowatch.spec.run_documents import CheckDocument, RequirementDocument
from slowatch.spec.units import Amount, Relative

USUAL_RECOVERY = Decimal("0.2")
"""How far from its baseline a measure may be and still be back there."""

_BOUNDS = ("objective", "none", "at_least", "at_most", "recovers_within")
_ALONE = ("objective", "none")
_RELATIVE = ("floor", "baseline")
_WORDS: dict[type[Measure], str] = {
    ShareMeasure: "a share of events",
    QuantileMeasure: "a quantile",
    MeanMeasure: "a mean",
    RateMeasure: "a rate",
    CountMeasure: "a number of events",
    ValueMeasure: "a value",
}
_UNIT_EXAMPLES: dict[Unit, str] = {
    "ratio": "`1%`",
    "seconds": "`500ms`",
    "bytes": "`2GiB`",
    "per_second": "`100/s`",
    "events": "a plain number",
    "number": "a plain number",
}


@dataclass(frozen=True, slots=True)
class Bounded:
    """A measure, its bound, and the unit of both."""

    measure: Measure
    bound: Bound
    unit: Unit


def written_bounds(document: RequirementDocument) -> list[str]:
    """The keys by which a check says what is right."""
    return [key for key in _BOUNDS if getattr(document, key, None) is not None]


def bounded(document: RequirementDocument, measurand: Measurand) -> Bounded:
    """A check's measure with its bound; raises Mistake where they do not agree."""
    _check_agreement(document)
    unit = measurand.unit or _written_unit(document)
    if isinstance(document, CheckDocument) and _is_relative(document):
        change = _change(document)
        measure = _meant(measurand, change, "mean")
        if document.recovers_within is None:
            return Bounded(measure, change, unit)
        if isinstance(measure, CountMeasure):
            message = "a recovery is seen scrape by scrape, and events add up: write `rate` instead"
            raise Mistake("bound-not-possible", message, at=("recovers_within",))
        recovery = Recovery(document.recovers_within, change, document.after)
        return Bounded(measure, recovery, unit)
    limits = _limits(document, measurand)
    return Bounded(_meant(measurand, limits), limits, unit)


def _check_agreement(document: RequirementDocument) -> None:
    found = written_bounds(document)
    if not found:
        message = "say what is right: add `at_most`, `at_least` or another bound"
        raise Mistake("bounds-missing", message)
    for key in _ALONE:
        if key in found and len(found) > 1:
            other = next(one for one in found if one != key)
            message = f"`{key}` says all there is to say: remove `{other}`, or `{key}`"
            raise Mistake("bounds-conflict", message, at=(other,))
    _check_alike(document)
    check_used(document)
    if not isinstance(document, CheckDocument) and _has_change(document):
        message = "what a run requires is not relative to anything: write a value, such as `100`"
        raise Mistake("bound-not-possible", message, at=_place(document))


def _check_alike(document: RequirementDocument) -> None:
    kinds = {type(bound) for _, bound in _ends(document)}
    if len(kinds) > 1:
        message = "one bound is a change and the other a value: write them alike, or two checks"
        raise Mistake("bounds-conflict", message, at=("at_most",))
    if Amount in kinds and getattr(document, "recovers_within", None) is not None:
        message = "a recovery is relative: write how near the baseline is back, such as `+20%`"
        raise Mistake("bounds-conflict", message, at=_place(document))
    low, high = (getattr(document, key) for key in ("at_least", "at_most"))
    if low is not None and high is not None and _plain(low) > _plain(high):
        message = "the lower bound is above the upper one: swap them"
        raise Mistake("bounds-swapped", message, at=("at_least",))


def check_used(document: RequirementDocument) -> None:
    """Raise Mistake where something that is for changes, or for recoveries, stands without one."""
    if not isinstance(document, CheckDocument):
        return
    if document.after is not None and document.recovers_within is None:
        message = "`after` starts the clock of `recovers_within`: add that, or remove it"
        raise Mistake("bounds-conflict", message, at=("after",))
    if _is_relative(document):
        return
    for key in _RELATIVE:
        if getattr(document, key) is not None:
            message = f"`{key}` is for changes: write the bound like `+50%`, or remove `{key}`"
            raise Mistake("bounds-conflict", message, at=(key,))


def _is_relative(document: CheckDocument) -> bool:
    return _has_change(document) or document.recovers_within is not None


def _has_change(document: RequirementDocument) -> bool:
    return any(isinstance(bound, Relative) for _, bound in _ends(document))


def _change(document: CheckDocument) -> Change:
    low, high = (
        bound.ratio if isinstance(bound, Relative) else None
        for bound in (document.at_least, document.at_most)
    )
    if low is None and high is None:
        high = USUAL_RECOVERY
    return Change(low, high, document.floor or Decimal(0))


def _limits(document: RequirementDocument, measurand: Measurand) -> Limits:
    word = _WORDS[type(measurand.measure)]
    if document.objective is not None:
        if not isinstance(measurand.measure, ShareMeasure):
            message = f"{word} has no objective: write `at_most` or `at_least`"
            raise Mistake("bound-not-possible", message, at=("objective",))
        return Limits(at_least=document.objective.ratio)
    if document.none:
        if not isinstance(measurand.measure, ShareMeasure | CountMeasure):
            message = f"{word} is never none: write `at_most` or `at_least`"
            raise Mistake("bound-not-possible", message, at=("none",))
        return Limits(at_most=Decimal(0))
    numbers = {
        key: _number(bound, key, measurand)
        for key, bound in _ends(document)
        if isinstance(bound, Amount)
    }
    return Limits(numbers.get("at_least"), numbers.get("at_most"))


def _number(bound: Amount, key: str, measurand: Measurand) -> Decimal:
    """A bound in the unit of what is measured."""
    unit = measurand.unit
    if unit is not None and bound.unit not in (unit, "number"):
        message = f"this is not in the unit of what is measured: write {_UNIT_EXAMPLES[unit]}"
        raise Mistake("bad-quantity", message, at=(key,))
    if unit == "ratio" and bound.unit == "number" and bound.number > 1:
        message = f"`{bound.number}` is more than the whole: write `{bound.number}%` if you mean"
        raise Mistake("percent-sign-missing", f"{message} percent", at=(key,))
    if unit == "ratio" and not 0 <= bound.number <= 1:
        message = "a share of events is from `0%` to `100%`"
        raise Mistake("out-of-range", f"{message}: write one in there", at=(key,))
    if bound.number < 0 and not isinstance(measurand.measure, ValueMeasure):
        message = f"{_WORDS[type(measurand.measure)]} is never below 0: write `0` or more"
        raise Mistake("out-of-range", message, at=(key,))
    return bound.number


def _meant(
    measurand: Measurand, bound: Limits | Change, statistic: Statistic | None = None
) -> Measure:
    """The measure, now that its bound says which share or which statistic is meant."""
    measure = measurand.measure
    has_both = bound.at_least is not None and bound.at_most is not None
    if isinstance(measure, ShareMeasure):
        if has_both:
            message = "`at_least` is of the good share and `at_most` of the bad one: keep one"
            raise Mistake("bounds-conflict", message, at=("at_most",))
        return replace(measure, of="bad" if bound.at_least is None else "good")
    if not isinstance(measure, ValueMeasure) or measurand.has_statistic:
        return measure
    if statistic is None and has_both:
        message = "two bounds are of one `statistic`: add it, or write two checks"
        raise Mistake("bounds-conflict", message, at=("at_most",))
    return replace(measure, statistic=statistic or ("max" if bound.at_least is None else "min"))


def _written_unit(document: RequirementDocument) -> Unit:
    units = (bound.unit for _, bound in _ends(document) if isinstance(bound, Amount))
    return next(units, "number")


def _ends(document: RequirementDocument) -> Iterator[tuple[str, Amount | Relative]]:
    for key in ("at_least", "at_most"):
        bound = getattr(document, key)
        if bound is not None:
            yield key, bound


def _place(document: RequirementDocument) -> tuple[str, ...]:
    return next((key,) for key, _ in _ends(document))


def _plain(bound: Amount | Relative) -> Decimal:
    return bound.ratio if isinstance(bound, Relative) else bound.number
