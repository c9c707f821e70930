"""When a run was played: between two moments, lately, or while a command runs."""

import json
import math
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from slowatch.cli.durations import moment_of, seconds_of
from slowatch.cli.failing import CannotRun
from slowatch.slo.slot import Span
from slowatch.verify.played import Mark, Played, most_users, phases_of

_LONGEST_S = 7 * 86_400
_MOST_MARKS = 100_000
_HOW = "say when the run was: `--from` and `--to`, `--last 5m`, or `--run -- COMMAND`"


@dataclass(frozen=True, slots=True)
class When:
    """What the command line says of a run's time, as it is written there."""

    start: str | None = None
    end: str | None = None
    last: str | None = None
    is_command: bool = False
    command: Sequence[str] = ()
    phases: Path | None = None
    scale: float = 1.0
    time_scale: float = 1.0
    is_isolated: bool = False


def check_when(when: When) -> None:
    """Check that a run's time is told, and in one way only; raises CannotRun."""
    ways = [
        when.start is not None or when.end is not None,
        when.last is not None,
        when.is_command,
    ]
    if sum(ways) != 1:
        raise CannotRun(_HOW if not any(ways) else f"{_HOW}, and only one of them")
    if ways[0] and (when.start is None or when.end is None):
        raise CannotRun("`--from` and `--to` go together: give both")
    if when.is_command and not when.command:
        raise CannotRun("`--run` needs a command: write it behind ` -- `")
    if when.command and not when.is_command:
        told = shlex.join(when.command)
        raise CannotRun(f"`{told}` is not known here; to run it write `--run -- {told}`")
    for option, factor in (("--scale", when.scale), ("--time-scale", when.time_scale)):
        if not 0 < factor <= 1000:
            raise CannotRun(f"{option} {factor:g} is no factor: write more than 0, such as 0.1")


def played(when: When, *, settle_s: float, child_output: int | None) -> Played:
    """The run as it was played, or is now: a command is run, and its time taken.

    `child_output` is the descriptor that a command writes to. Raises CannotRun.
    """
    one = Played(
        Span(0, 0),
        scale=when.scale,
        time_scale=when.time_scale,
        is_isolated=when.is_isolated or when.is_command,
    )
    if when.is_command:
        one = _run(one, tuple(when.command), child_output)
    else:
        one = replace(one, span=_span(when, settle_s))
    if when.phases is None:
        return one
    marks = list(read_marks(when.phases))
    return replace(one, phases=phases_of(marks, one.span), users=most_users(marks))


def read_marks(path: Path) -> Iterator[Mark]:
    """The marks of a file of JSON lines; raises CannotRun where one is none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no UTF-8"
        raise CannotRun(f"--phases {path}: {why}") from error
    if len(lines) > _MOST_MARKS:
        raise CannotRun(f"--phases {path}: more than {_MOST_MARKS:,} marks")
    for number, line in enumerate(lines, 1):
        if line.strip():
            mark = _mark(line)
            if mark is None:
                like = '{"at": 1700000000.5, "phase": "ramp", "users": 37}'
                raise CannotRun(f"--phases {path}:{number}: no mark; write it like {like}")
            yield mark


def _mark(line: str) -> Mark | None:
    try:
        told: Any = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict):
        return None
    at_s, phase, users = told.get("at"), told.get("phase", "load"), told.get("users")
    if not isinstance(at_s, int | float) or isinstance(at_s, bool) or not math.isfinite(at_s):
        return None
    if not isinstance(phase, str) or not phase:
        return None
    if users is not None and (not isinstance(users, int) or isinstance(users, bool)):
        return None
    return Mark(float(at_s), phase[:100], users)


def _span(when: When, settle_s: float) -> Span:
    """The stretch of time between moments that are told."""
    if when.last is not None:
        length_s = seconds_of(when.last) or 0.0
        end_s = int(time.time() - settle_s)
        return _checked(end_s - round(length_s), end_s)
    began_s, ended_s = moment_of(when.start or "", "--from"), moment_of(when.end or "", "--to")
    if ended_s > time.time():
        raise CannotRun(f"--to {when.end!r} lies in the future")
    return _checked(math.floor(began_s), math.ceil(ended_s))


def _checked(start_s: int, end_s: int) -> Span:
    if not 0 <= start_s < end_s:
        raise CannotRun("the run ends before it starts: it lasts a second at least")
    if end_s - start_s > _LONGEST_S:
        raise CannotRun("the run is longer than 7 days: judge a shorter stretch of it")
    return Span(start_s, end_s)


def _run(one: Played, command: tuple[str, ...], child_output: int | None) -> Played:
    """Run a command and take its time; it has the terminal, and Ctrl-C reaches it too."""
    start_s = math.floor(time.time())
    try:
        ended = subprocess.run(command, check=False, stdout=child_output)  # noqa: S603  as asked
    except OSError as error:
        raise CannotRun(f"{command[0]}: {error.strerror or error}") from error
    span = _checked(start_s, math.ceil(time.time()))
    return replace(one, span=span, command=command, exit_code=ended.returncode)


def wait_until_scraped(one: Played, *, settle_s: float, scrape_s: int) -> None:
    """Wait until all that belongs to the run has been scraped, and say so on a terminal."""
    pad_s = scrape_s if one.is_isolated else 0
    left_s = one.span.end_s + pad_s + settle_s - time.time()
    if left_s <= 0:
        return
    if sys.stderr.isatty():
        sys.stderr.write(f"waiting {left_s:.0f} s for the last scrapes …")
        sys.stderr.flush()
    time.sleep(left_s)
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
