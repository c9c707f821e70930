"""`slowatch validate`: everything that is wrong, in a form for people, programs or workflows."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from slowatch.cli.configured import configured
from slowatch.cli.failing import CannotRun
from slowatch.spec.linting import lint
from slowatch.spec.problem import Problem
from slowatch.spec.reading import Reading, read_paths

if TYPE_CHECKING:
    from slowatch.app.settings import Settings

FORMATS = ("text", "json", "github")
DEFAULT = Path("rules")
USUAL_SLOT_S, USUAL_SCRAPE_S = 60, 15


def validate_paths(
    paths: Sequence[Path], style: str, prometheus: str | None, *, strict: bool
) -> int:
    """Print all problems; 0 when there are none, else 1. Raises CannotRun.

    Warnings alone are no reason to fail, unless `strict` says so.
    """
    if style not in FORMATS:
        raise CannotRun(f"there is no format {style!r}; take one of {', '.join(FORMATS)}")
    settings = configured(prometheus_url=prometheus) if prometheus is not None else None
    reading = read_paths(paths or [DEFAULT], settings.all_sources.keys() if settings else None)
    slos, runs = _live_problems(reading, settings) if settings else ([], [])
    slot_s, scrape_s = _lengths(settings)
    linted = lint(reading.slos, slot_s=slot_s, scrape_s=scrape_s)
    found = [*reading.problems, *slos, *runs, *linted]
    errors = [problem for problem in found if problem.is_mistake]
    warnings = [problem for problem in found if not problem.is_mistake]
    sys.stdout.writelines(line + "\n" for line in _lines([*errors, *warnings], style))
    if style == "text":
        fine = _counted(len(reading.slos) - _failing(slos), "SLO")
        if reading.runs:
            failing = {(problem.path, problem.line) for problem in runs}
            fine += f" and {_counted(len(reading.runs) - len(failing), 'run')}"
        sys.stderr.write(_summary(len(errors), len(warnings), fine))
    return 1 if errors or (strict and warnings) else 0


def _failing(live: Sequence[Problem]) -> int:
    return sum(problem.is_mistake for problem in live)


def _lengths(settings: "Settings | None") -> tuple[int, int]:
    """Seconds of a slot and of a scrape, as set or as usual."""
    if settings is None:
        return USUAL_SLOT_S, USUAL_SCRAPE_S
    return settings.slot, int(settings.scrape_interval or USUAL_SCRAPE_S)


def _live_problems(reading: Reading, settings: "Settings") -> tuple[list[Problem], list[Problem]]:
    """What each source cannot answer for now, of SLOs and of runs."""
    from slowatch.app.logs import set_up_logs
    from slowatch.evaluate.checking import check_live
    from slowatch.verify.checking import check_runs_live

    set_up_logs("error", settings.log_format)
    slos, runs = [], []
    for name, source in settings.all_sources.items():
        asked = [slo for slo in reading.slos if slo.source == name]
        runs += check_runs_live(
            reading.runs,
            name,
            source.connection(),
            settle_s=settings.settle,
            scrape_s=source.scrape_interval,
        )
        if asked:
            slos += check_live(
                asked,
                source.connection(),
                slot_s=settings.slot,
                settle_s=settings.settle,
                scrape_s=source.scrape_interval,
            )
    return slos, runs


def _lines(problems: Sequence[Problem], style: str) -> Iterator[str]:
    if style == "json":
        yield json.dumps([asdict(problem) for problem in problems], indent=2)
    elif style == "github":
        yield from (_annotation(problem) for problem in problems)
    else:
        yield from (str(problem) for problem in problems)


def _annotation(problem: Problem) -> str:
    """A workflow command, its text escaped as GitHub wants it."""
    text = _escaped(problem.message)
    path = _escaped(problem.path).replace(":", "%3A").replace(",", "%2C")
    place = f"file={path},line={problem.line},col={problem.column}"
    return f"::{problem.severity} {place},title={problem.code}::{text}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _summary(errors: int, warnings: int, fine: str) -> str:
    warned = f", {_counted(warnings, 'warning')}" if warnings else ""
    if errors:
        return f"{_counted(errors, 'problem')}{warned}; {fine} without a problem\n"
    return f"{fine}, no problem{warned}\n"


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
