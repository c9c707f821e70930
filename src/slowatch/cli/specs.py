"""Specs as commands need them: read, with what is wrong said on standard error."""

import sys
from collections.abc import Collection, Sequence
from pathlib import Path

from slowatch.cli.failing import CannotRun
from slowatch.spec.reading import Reading, read_paths


def usable_specs(paths: Sequence[Path], sources: Collection[str]) -> Reading:
    """The SLOs to watch; what is wrong is said, and left out. Raises CannotRun if none is left."""
    reading = some(read_paths(paths, sources), paths)
    _tell(reading)
    return reading


def some(reading: Reading, paths: Sequence[Path]) -> Reading:
    """What was read of some paths. Raises CannotRun if there is no SLO in it."""
    if not reading.slos:
        _tell(reading)
        named = ", ".join(str(path) for path in paths)
        raise CannotRun(f"no SLO to watch in {named}; `slowatch validate` says what is wrong")
    return reading


def _tell(reading: Reading) -> None:
    for problem in reading.problems:
        sys.stderr.write(f"{problem}\n")
