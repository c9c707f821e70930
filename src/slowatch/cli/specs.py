"""Specs as commands need them: read, with what is wrong said on standard error."""

import sys
from collections.abc import Sequence
from pathlib import Path

from slowatch.cli.failing import CannotRun
from slowatch.spec.reading import Reading, read_paths


def usable_specs(paths: Sequence[Path]) -> Reading:
    """The SLOs to watch; what is wrong is said, and left out. Raises CannotRun if none is left."""
    reading = some_specs(paths)
    _tell(reading)
    return reading


def some_specs(paths: Sequence[Path]) -> Reading:
    """The SLOs to watch, and what is wrong, untold. Raises CannotRun if there is nothing else."""
    reading = read_paths(paths)
    if not reading.slos:
        _tell(reading)
        named = ", ".join(str(path) for path in paths)
        raise CannotRun(f"no SLO to watch in {named}; `slowatch validate` says what is wrong")
    return reading


def _tell(reading: Reading) -> None:
    for problem in reading.problems:
        sys.stderr.write(f"{problem}\n")
