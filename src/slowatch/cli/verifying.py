"""`slowatch verify`: the verdict on a run, in as many forms as are asked for.

0  it passed, or only warned
1  it failed, or warned with --strict
2  nothing could be shown
3  it could not be verified: settings, specs, Prometheus, the ledger, arguments
"""

import sys
import time
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from slowatch.cli.baselines import against, check_apart
from slowatch.cli.configured import configured
from slowatch.cli.durations import seconds_of
from slowatch.cli.failing import COULD_NOT_VERIFY, CannotRun, in_words, left_at_once, told_in_words
from slowatch.cli.marks import with_marks
from slowatch.cli.played import When, check_when, played, verifiable_later
from slowatch.cli.reporting import Outputs, report
from slowatch.cli.sources import asked_sources
from slowatch.cli.specs import usable_specs
from slowatch.cli.waiting import said_meanwhile, wait_until_scraped

if TYPE_CHECKING:
    from slowatch.app.settings import Settings
    from slowatch.ledger.ledger import Ledger
    from slowatch.slo.verdict import Verdict
    from slowatch.spec.compiled_runs import Check, CompiledRun
    from slowatch.spec.reading import Reading
    from slowatch.verify.verifying import Verified

EXIT_CODES = {"pass": 0, "warn": 0, "fail": 1, "inconclusive": 2}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run is to be held against, as the command line says it."""

    name: str | None = None
    when: When = field(default_factory=When)
    baseline: str | None = None
    warm_up: str | None = None
    cool_down: str | None = None
    confidence: str | None = None
    is_stored: bool = True
    outputs: Outputs = field(default_factory=Outputs)


def verify_run(wanted: Wanted, config: Path | None, *, strict: bool, **flags: object) -> int:
    """Judge a run, keep the verdict, tell it; the exit code.

    Of one that is played later only that is checked which could keep it from being verified.
    """
    with told_in_words(COULD_NOT_VERIFY):
        verdict = _told(wanted, config, **flags)
    if verdict == "warn" and strict:
        return EXIT_CODES["fail"]
    return EXIT_CODES[verdict]


def _told(wanted: Wanted, config: Path | None, **flags: object) -> "Verdict":
    """The verdict, once it is kept and told."""
    from slowatch.app.logs import set_up_logs
    from slowatch.verify.baselines import compared_with
    from slowatch.verify.verifying import Verifying

    wanted.outputs.check_folders()
    wanted.outputs.remove_older()
    check_when(wanted.when)
    settings = configured(config, **flags)
    set_up_logs("warning", settings.log_format)
    reading = _specs(settings)
    chosen = _with_options(chosen_run(reading, wanted.name), wanted)
    run, baseline = against(wanted.baseline, chosen)
    with ExitStack() as stack, left_at_once():
        ledger = stack.enter_context(_ledger(settings, is_stored=wanted.is_stored))
        is_ahead = wanted.when.is_ahead
        sources = stack.enter_context(asked_sources(settings, run, is_ahead=is_ahead))
        if wanted.when.is_later:
            return "pass"
        output = sys.stderr.fileno() if wanted.outputs.as_json else None
        one = played(wanted.when, settle_s=settings.settle, child_output=output)
        with verifiable_later(one):
            check_apart(baseline, one.span)
            one = with_marks(one, wanted.when.phases)
            for measuring in sources.values():
                wait_until_scraped(one, settle_s=settings.settle, scrape_s=measuring.scrape_s)
            with said_meanwhile("asking Prometheus …"):
                kept = compared_with(run, reading.runs)
                verified = Verifying(sources, ledger).verify(run, one, baseline, kept=kept)
            return _kept_and_told(verified, ledger, wanted)


def _specs(settings: "Settings") -> "Reading":
    """The specs, of which none has a mistake. Raises CannotRun."""
    reading = usable_specs(settings.rules, settings.all_sources.keys())
    if any(problem.is_mistake for problem in reading.problems):
        raise CannotRun("specs with mistakes are no measure: mend them, and verify again")
    return reading


def _ledger(settings: "Settings", *, is_stored: bool) -> "AbstractContextManager[Ledger | None]":
    """The ledger; where nothing is stored it is only read, and None where there is none."""
    from slowatch.ledger.ledger import Ledger

    if is_stored:
        return Ledger.open(settings.ledger_address)
    return Ledger.open_to_read(settings.ledger_address) or nullcontext()


def _kept_and_told(verified: "Verified", ledger: "Ledger | None", wanted: Wanted) -> "Verdict":
    """Keep the verdict and tell it; it is told where it cannot be kept too. Raises CannotRun."""
    from slowatch.ledger.errors import LedgerError

    judged, problem = verified.judged, None
    if ledger is not None and wanted.is_stored:
        try:
            judged = replace(judged, id=ledger.store_run(verified.to_keep(int(time.time()))))
        except LedgerError as error:
            problem = error
    report(judged, wanted.outputs)
    if problem is not None:
        raise CannotRun(f"the verdict is not kept: {in_words(problem)}") from problem
    return judged.verdict


def chosen_run(reading: "Reading", name: str | None) -> "CompiledRun":
    """The declared run of a name, or one of all SLOs where none is given. Raises CannotRun."""
    if name is None:
        return _every_slo(reading)
    found = [run for run in reading.runs if name in (run.id, run.name)]
    if len(found) == 1:
        return found[0]
    if found:
        told = ", ".join(run.id for run in found)
        raise CannotRun(f"--name {name}: there are several, {told}; write one of these")
    from slowatch.spec.mistake import nearest, similar

    ids = sorted(run.id for run in reading.runs)
    names = sorted({run.name for run in reading.runs})
    hint = similar(name, names) or nearest(name, ids) or "; no spec declares a run"
    raise CannotRun(f"--name {name}: no run is declared by that name{hint}")


def _every_slo(reading: "Reading") -> "CompiledRun":
    from slowatch.spec.compiled_runs import CompiledRun

    services = {slo.service for slo in reading.slos}
    is_one = len(services) == 1
    service = next(iter(services)) if is_one else ""
    checks: list[Check] = []
    for slo in reading.slos:
        prefix = "" if is_one else f"{slo.service}/"
        checks.extend(replace(check, name=f"{prefix}{check.name}") for check in slo.checks)
    return CompiledRun(service=service, name="", checks=tuple(checks))


def _with_options(run: "CompiledRun", wanted: Wanted) -> "CompiledRun":
    """The run with what the command line says otherwise."""
    from slowatch.spec.fields import read_confidence
    from slowatch.spec.mistake import Mistake

    warm_up_s, cool_down_s = seconds_of(wanted.warm_up), seconds_of(wanted.cool_down)
    run = replace(
        run,
        warm_up_s=run.warm_up_s if warm_up_s is None else round(warm_up_s),
        cool_down_s=run.cool_down_s if cool_down_s is None else round(cool_down_s),
    )
    if wanted.confidence is None:
        return run
    try:
        return replace(run, confidence=read_confidence(wanted.confidence))
    except Mistake as mistake:
        raise CannotRun(f"--confidence: {mistake.message}") from mistake
