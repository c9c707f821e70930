"""Calling `slowatch` as a person does: as a process, with nothing set by the surroundings."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.support.daemon import RUN, surroundings


@dataclass(frozen=True, slots=True)
class Done:
    """What a call came to."""

    code: int
    out: str
    err: str


def slowatch(*arguments: str, cwd: Path | None = None, **settings: str) -> Done:
    """Call it; settings become variables."""
    done = subprocess.run(
        [*RUN, *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**surroundings(**settings), "COLUMNS": "100"},
        timeout=60,
    )
    return Done(done.returncode, done.stdout, done.stderr)
