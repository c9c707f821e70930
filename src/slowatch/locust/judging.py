"""`slowatch verify`, called for a run that is over."""

import math
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

Option = str | int | float | Path | Sequence[str | Path] | None
"""The value of an option: True for one without a value, a list for one that is given repeatedly."""

INCONCLUSIVE = 2
COULD_NOT_VERIFY = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to call for a verdict: the command, the run's name, and further options by name."""

    command: Sequence[str]
    run: str | None
    options: Mapping[str, Option]

    def exit_code(self, start_s: float, end_s: float, phases: Path) -> int:
        """Judge what happened between two moments; 0 pass, 1 fail, 2 inconclusive, 3 error.

        What is said goes where Locust says its own.
        """
        command = [*self.command, "verify", *self._arguments(start_s, end_s, phases)]
        sys.stdout.flush()
        try:
            return subprocess.run(command, check=False).returncode  # noqa: S603  no shell
        except OSError as error:
            sys.stderr.write(f"slowatch: {command[0]} could not be called: {error.strerror}\n")
            return COULD_NOT_VERIFY

    def _arguments(self, start_s: float, end_s: float, phases: Path) -> list[str]:
        name = ["--name", self.run] if self.run else []
        span = ["--from", _moment(start_s), "--to", _moment(end_s)]
        more = [
            word
            for option, value in self.options.items()
            for word in _words(f"--{option.replace('_', '-')}", value)
        ]
        return [*name, *span, "--phases", str(phases), *more]


def _words(flag: str, value: Option) -> list[str]:
    if value is None or value is False:
        return []
    if value is True:
        return [flag]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [word for one in value for word in (flag, str(one))]
    return [flag, str(value)]


def _moment(at_s: float) -> str:
    """Never later than it is: what lies in the future cannot be judged."""
    at = datetime.fromtimestamp(math.floor(at_s * 1000) / 1000, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
