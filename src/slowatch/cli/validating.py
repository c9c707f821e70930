"""`slowatch validate`: everything that is wrong, in a form for people, programs or workflows."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from slowatch.cli.configured import configured
from slowatch.cli.failing import CannotRun
from slowatch.spec.problem import Problem
from slowatch.spec.reading import Reading, read_paths

FORMATS = ("text", "json", "github")
DEFAULT = Path("rules")


def validate_paths(paths: Sequence[Path], style: str, prometheus: str | None) -> int:
    """Print all problems; 0 when there are none, else 1. Raises CannotRun."""
    if style not in FORMATS:
        raise CannotRun(f"there is no format {style!r}; take one of {', '.join(FORMATS)}")
    reading = read_paths(paths or [DEFAULT])
    problems = [*reading.problems]
    fine = len(reading.slos)
    if prometheus is not None:
        live = _live_problems(reading, prometheus)
        problems += live
        fine -= len(live)
    sys.stdout.writelines(line + "\n" for line in _lines(problems, style))
    if style == "text":
        sys.stderr.write(_summary(len(problems), fine))
    return 1 if problems else 0


def _live_problems(reading: Reading, prometheus: str) -> list[Problem]:
    from slowatch.app.logs import set_up_logs
    from slowatch.evaluate.checking import check_live

    settings = configured(prometheus_url=prometheus)
    set_up_logs("error", settings.log_format)
    return check_live(
        reading.slos,
        settings.connection(),
        slot_s=settings.slot,
        settle_s=settings.settle,
        scrape_s=settings.scrape_interval,
    )


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
    return f"::error {place},title={problem.code}::{text}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _summary(problems: int, fine: int) -> str:
    slos = f"{fine} SLO{'' if fine == 1 else 's'}"
    if problems:
        return f"{problems} problem{'' if problems == 1 else 's'}; {slos} without one\n"
    return f"{slos}, no problem\n"
