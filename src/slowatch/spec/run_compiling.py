"""From documents to compiled runs: defaults are filled in and what must agree is compared."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from slowatch.spec.checks import Usual, baseline_of, checks_of
from slowatch.spec.compiled import DEFAULT_SOURCE
from slowatch.spec.compiled_runs import (
    DEFAULT_CONFIDENCE,
    Baseline,
    Check,
    CompiledRun,
    Phase,
    RunBaseline,
)
from slowatch.spec.compiling import Origin
from slowatch.spec.documents import SpecDocument
from slowatch.spec.mistake import Finding, Location, Mistake, placed
from slowatch.spec.named import Names
from slowatch.spec.run_documents import RequirementDocument, RunDocument
from slowatch.spec.units import duration_text


@dataclass(frozen=True, slots=True)
class RunFindings:
    """What is wrong with a run; its location is that of the run."""

    location: Location
    findings: list[Finding] = field(default_factory=list)

    @contextmanager
    def below(self, *keys: str | int) -> Iterator[None]:
        """Go on after a mistake below these keys."""
        try:
            with placed(*keys):
                yield
        except Mistake as mistake:
            location = (*self.location, *mistake.at)
            self.findings.append(Finding(location, mistake.code, mistake.message))


def compile_run(
    run: RunDocument, spec: SpecDocument, names: Names, origin: Origin, found: RunFindings
) -> CompiledRun | None:
    """One run; None where something is wrong with it, which is `found` then."""
    phases = _phases(run, found)
    names = replace(names, phases=tuple(phase.name for phase in phases))
    usual = Usual(run.nfr, spec.defaults.source or DEFAULT_SOURCE, _baseline(run, names, found))
    with found.below():
        _check_run(run, phases)
    checks = [
        *_slo_checks(run, names, found),
        *_checks("checks", run.checks, names, usual, found),
    ]
    requires = list(_checks("requires", run.requires, names, usual, found))
    _check_names([*checks, *requires], found)
    if found.findings:
        return None
    return CompiledRun(
        service=spec.service,
        name=run.name,
        checks=tuple(one.check for one in checks),
        nfr=run.nfr,
        description=run.description,
        phases=phases,
        warm_up_s=run.warm_up,
        cool_down_s=run.cool_down,
        ends_within_s=run.ends_within,
        requires=tuple(one.check for one in requires),
        confidence=run.confidence or DEFAULT_CONFIDENCE,
        least_events=run.least_events,
        path=origin.path,
        line=origin.line,
        text=origin.text,
    )


@dataclass(frozen=True, slots=True)
class _Placed:
    """A check, and where in its run it stands."""

    keys: Location
    check: Check


def slos_named(run: RunDocument, names: Names) -> set[str]:
    """The SLOs that a run rests on, whether they are there or not."""
    written = [check.slo for check in (*run.checks, *run.requires) if check.slo is not None]
    if run.slos == "all":
        return {*names.slos, *written}
    return {*(run.slos or ()), *written}


def _phases(run: RunDocument, found: RunFindings) -> tuple[Phase, ...]:
    load = run.load if isinstance(run.load, list) else [run.load] if run.load else []
    phases: list[Phase] = []
    for index, one in enumerate(load):
        if one.phase in [phase.name for phase in phases]:
            with found.below("load", index):
                message = f"this run has a phase `{one.phase}` already: give this one another"
                raise Mistake("duplicate-phase", f"{message} name by `phase`")
        phases.append(Phase(one.phase, one.length, one.users))
    return tuple(phases)


def _baseline(run: RunDocument, names: Names, found: RunFindings) -> Baseline | None:
    if run.baseline is None:
        return None
    with found.below("baseline"):
        return baseline_of(run.baseline, names)
    # It is wrong and nobody will use it; that the checks have none is not to be said, too.
    return RunBaseline(run.name)


def _check_run(run: RunDocument, phases: Sequence[Phase]) -> None:
    if not (run.checks or run.slos or run.ends_within):
        message = "nothing has to hold in this run: add `checks`, `slos` or `ends_within`"
        raise Mistake("empty-run", message)
    length_s, cut_s = sum(phase.length_s for phase in phases), run.warm_up + run.cool_down
    if phases and cut_s >= length_s:
        message = f"`warm_up` and `cool_down` leave nothing of a load of {duration_text(length_s)}"
        key = "warm_up" if run.warm_up else "cool_down"
        raise Mistake("nothing-left", f"{message}: cut off less", at=(key,))


def _slo_checks(run: RunDocument, names: Names, found: RunFindings) -> Iterator[_Placed]:
    """What SLOs promise, each for the requirement of its own."""
    listed = list(names.slos) if run.slos == "all" else run.slos or []
    for index, name in enumerate(listed):
        keys: Location = ("slos",) if run.slos == "all" else ("slos", index)
        with found.below(*keys):
            for check in names.slo(name).checks:
                yield _Placed(keys, check)


def _checks(
    key: str,
    documents: Sequence[RequirementDocument],
    names: Names,
    usual: Usual,
    found: RunFindings,
) -> Iterator[_Placed]:
    for index, document in enumerate(documents):
        with found.below(key, index):
            for check in checks_of(document, names, usual):
                yield _Placed((key, index), check)


def _check_names(checks: Sequence[_Placed], found: RunFindings) -> None:
    seen: set[str] = set()
    for one in checks:
        name = one.check.name
        if name in seen:
            with found.below(*one.keys):
                message = f"this run has a check `{name}` already: give this one another `name`"
                raise Mistake("duplicate-check", message)
        seen.add(name)
