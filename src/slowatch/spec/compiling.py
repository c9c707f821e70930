"""From documents to compiled SLOs: defaults are filled in and what must agree is compared."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal

from slowatch.slo.alert_rule import RESERVED_NAMES
from slowatch.slo.objective import Objective
from slowatch.slo.policy import AlertPolicy
from slowatch.slo.slot import DAY_S
from slowatch.slo.window import RollingWindow, Window
from slowatch.spec.compiled import (
    DEFAULT_SOURCE,
    CompiledSlo,
    Level,
    Slicing,
    SliKind,
    ThresholdAlert,
)
from slowatch.spec.documents import (
    AlertDocument,
    Budgeting,
    DefaultsDocument,
    SloDocument,
    SpecDocument,
    window_of,
)
from slowatch.spec.measures import slo_checks
from slowatch.spec.mistake import Mistake
from slowatch.spec.policies import DEFAULT, named_policy, policy_of
from slowatch.spec.slis import compile_sli

DEFAULT_WINDOW = RollingWindow(30 * DAY_S)
_COMMON = "(defaults)"
"""What a policy that is written under `defaults` is called; no name can be like that."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an SLO stands, and what stands there."""

    path: str
    line: int
    text: str = ""


def compile_slo(slo: SloDocument, spec: SpecDocument, origin: Origin) -> CompiledSlo:
    """One SLO with the defaults of its document; raises Mistake where they do not agree."""
    defaults = spec.defaults
    by = slo.by if slo.by is not None else defaults.by or []
    kind, sli = compile_sli(slo.sli, by)
    window = window_of(slo.window or defaults.window or DEFAULT_WINDOW)
    compiled = CompiledSlo(
        service=spec.service,
        name=slo.name,
        objective=_objective(slo, defaults),
        window=window,
        kind=kind,
        sli=sli,
        nfr=slo.nfr,
        description=slo.description,
        labels={**spec.labels, **defaults.labels, **slo.labels},
        by=tuple(by),
        slicing=_slicing(slo, defaults, is_level=isinstance(sli, Level)),
        no_data=slo.no_data or defaults.no_data or "missing",
        alerts=tuple(_alerts(slo)),
        policy=_policy(slo, spec, window),
        runbook=slo.runbook or defaults.runbook,
        dashboard=slo.dashboard or defaults.dashboard,
        source=slo.source or defaults.source or DEFAULT_SOURCE,
        path=origin.path,
        line=origin.line,
        text=origin.text,
    )
    return replace(compiled, checks=slo_checks(compiled, slo.sli, scales=_scales(slo, kind)))


def _scales(slo: SloDocument, kind: SliKind) -> bool:
    if slo.scales_with_load is not None and kind != "value":
        also = " (those of a `rate` always do)" if kind == "rate" else ""
        message = f"only the bounds of a `value` may grow with the load{also}: remove it"
        raise Mistake("bound-not-possible", message, at=("scales_with_load",))
    return bool(slo.scales_with_load)


def _policy(slo: SloDocument, spec: SpecDocument, window: Window) -> AlertPolicy:
    """What the SLO says, over what its document's defaults say, over a built-in policy."""
    common, own = spec.defaults.policy or DEFAULT, slo.policy
    documents, window_s = dict(spec.policies), window.nominal_length_s
    if not isinstance(common, str):
        documents[_COMMON] = common
        common = _COMMON
    if own is None or isinstance(own, str):
        with _at("policy" if own else None):
            return named_policy(own or common, documents, window_s)
    with _at("policy", "based_on"):
        return policy_of(own, documents, window_s, base=common)


@contextmanager
def _at(*keys: str | None) -> Iterator[None]:
    """Says of a mistake where in the SLO it stands."""
    try:
        yield
    except Mistake as mistake:
        mistake.at = tuple(key for key in keys if key is not None)
        raise


def _objective(slo: SloDocument, defaults: DefaultsDocument) -> Objective:
    objective = slo.objective or defaults.objective
    if objective is None:
        message = "the key `objective` is missing: add it here or under `defaults`"
        raise Mistake("missing-key", message)
    return objective


def _slicing(slo: SloDocument, defaults: DefaultsDocument, *, is_level: bool) -> Slicing | None:
    if is_level:
        _check_level(slo)
        return None
    budgeting: Budgeting = slo.budgeting or defaults.budgeting or "occurrences"
    if slo.slice_target is not None and budgeting != "timeslices":
        message = f"`slice_target` means nothing with `budgeting: {budgeting}`: remove it"
        raise Mistake("slice-target", message, at=("slice_target",))
    if budgeting == "occurrences":
        return None
    return Slicing(budgeting, _target(slo, defaults) if budgeting == "timeslices" else None)


def _target(slo: SloDocument, defaults: DefaultsDocument) -> Decimal:
    target = slo.slice_target or defaults.slice_target
    if target is None:
        message = "`budgeting: timeslices` needs `slice_target`: add it, such as `95%`"
        raise Mistake("slice-target", message, at=("budgeting",))
    return target


def _check_level(slo: SloDocument) -> None:
    """A value per slot is judged by slots anyway; what a document's defaults say does not apply."""
    if slo.slice_target is not None or slo.budgeting not in (None, "occurrences"):
        key = "slice_target" if slo.slice_target is not None else "budgeting"
        message = f"this SLI is judged slot by slot already: remove `{key}`"
        raise Mistake("slice-target", message, at=(key,))


def _alerts(slo: SloDocument) -> Iterator[ThresholdAlert]:
    seen: set[str] = set()
    for index, document in enumerate(slo.alerts):
        alert = _alert(document, slo.name)
        if alert.name in RESERVED_NAMES:
            message = f"slowatch itself raises alerts called `{alert.name}`: give another `name`"
            raise Mistake("duplicate-alert", message, at=("alerts", index))
        if alert.name in seen:
            message = f"this SLO has an alert `{alert.name}` already: give this one another `name`"
            raise Mistake("duplicate-alert", message, at=("alerts", index))
        seen.add(alert.name)
        yield alert


def _alert(document: AlertDocument, slo_name: str) -> ThresholdAlert:
    name = document.name or f"{slo_name}-threshold"
    return ThresholdAlert(name, document.hold, document.severity, document.nfr)
