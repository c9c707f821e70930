"""`slowatch verify`, called for a run that is over."""

import math
import shlex
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
VERDICTS = (0, 1, INCONCLUSIVE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to call for a verdict: the command, the run's name, and further options by name."""

    command: Sequence[str]
    run: str | None
    options: Mapping[str, Option]

    def can_be_had(self) -> bool:
        """Whether slowatch is there, knows the run, and is answered; it says why not."""
        return self._called("--check") == 0

    def exit_code(self, start_s: float, end_s: float, phases: Path) -> int:
        """Judge what happened between two moments; 0 pass, 1 fail, 2 inconclusive, 3 error.

        What is said goes where Locust says its own.
        """
        return self._called(*_when(start_s, end_s, phases))

    def later(self, start_s: float, end_s: float, phases: Path) -> str:
        """The command that judges it later; secrets are left out, and so is who has them."""
        program = self.command[0] if len(self.command) == 1 else "slowatch"
        arguments = self._arguments(*_when(start_s, end_s, phases))
        return shlex.join([program, "verify", *map(_without_secrets, arguments)])

    def _called(self, *words: str) -> int:
        command = [*self.command, "verify", *self._arguments(*words)]
        sys.stdout.flush()
        try:
            return subprocess.run(command, check=False).returncode  # noqa: S603  no shell
        except OSError as error:
            tell(f"{command[0]} could not be called: {error.strerror}")
            return COULD_NOT_VERIFY

    def _arguments(self, *words: str) -> list[str]:
        name = ["--name", self.run] if self.run else []
        more = [
            word
            for option, value in self.options.items()
            for word in _words(f"--{option.replace('_', '-')}", value)
        ]
        return [*name, *words, *more]


def tell(sentence: str) -> None:
    """Say something on standard error, as slowatch does."""
    sys.stderr.write(f"slowatch: {sentence}\n")
    sys.stderr.flush()


def _when(start_s: float, end_s: float, phases: Path) -> tuple[str, ...]:
    return ("--from", _moment(start_s), "--to", _moment(end_s), "--phases", str(phases))


def _without_secrets(word: str) -> str:
    """The word, or of an address in which a password or a token may stand only its scheme."""
    scheme, colon, rest = word.partition("://")
    return f"{scheme}://…" if colon and set(rest) & set("@?") else word


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
