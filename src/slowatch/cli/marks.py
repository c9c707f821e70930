"""The marks that a load tool wrote of its run: phases and users, as lines of JSON."""

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from slowatch.cli.failing import CannotRun
from slowatch.verify.played import Mark, Played, most_users, phases_of, within

_MOST_MARKS = 100_000


def with_marks(one: Played, phases: Path | None) -> Played:
    """The run with the phases and users that a file tells of; raises CannotRun."""
    if phases is None:
        return one
    marks = list(read_marks(phases))
    if marks and not within(marks, one.span):
        raise CannotRun(f"--phases {phases}: none of its marks lies in the run")
    return replace(one, phases=phases_of(marks, one.span), users=most_users(marks, one.span))


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
