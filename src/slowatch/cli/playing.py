"""A command that plays a load: it is run, timed, and told of the signals that are to end it.

On a terminal it shares slowatch's process group, as what a shell runs does: Ctrl-C reaches it by
itself, and it may read the keyboard. Elsewhere it has a group of its own, so that a signal reaches
it and all that it started once, whether it was meant for slowatch or for its whole group.

The first signal is passed on and waited for, since load tools write their summary then. The second
one ends the command, at once or some seconds later.
"""

import math
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from types import FrameType
from typing import Any

from slowatch.cli.failing import CannotRun, tell

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
KILLED_AFTER_S = 10.0
"""How long a command has to end after the second signal, and what it started after its own end."""
_OF_A_TERMINAL = (signal.SIGINT, signal.SIGHUP)
_ONE_SIGNAL_S = 1.0
"""Who signals a process and its group (`timeout` does) means one signal, and sends two."""
_LOOK_AGAIN_S = 0.05

Handler = Callable[[int, FrameType | None], None]


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that is over: its seconds since the epoch, and its exit code as a shell tells it.

    `signal` is what was to end it, if anything was.
    """

    start_s: int
    end_s: int
    exit_code: int
    signal: int | None = None


def play(command: Sequence[str], output: int | None) -> Ended:
    """Run a command to its end; it writes to the descriptor `output`. Raises CannotRun."""
    playing = _Playing(command, shares_group=_has_terminal())
    with heard(playing.hear):
        return playing.play(output)


@contextmanager
def heard(handler: Handler) -> Iterator[None]:
    """Have signals that are to end slowatch handled, unless it was started to ignore them."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    mine = {n: known for n, known in before.items() if known not in (signal.SIG_IGN, None)}
    for number in mine:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number, known in mine.items():
            signal.signal(number, known)


def _has_terminal() -> bool:
    """Whether a terminal would send Ctrl-C to slowatch."""
    try:
        with Path("/dev/tty").open("rb"):
            return True
    except OSError:
        return False


class _Playing:
    """One command while it runs."""

    def __init__(self, command: Sequence[str], *, shares_group: bool) -> None:
        self._command, self._shares_group = command, shares_group
        self._child: subprocess.Popen[Any] | None = None
        self._heard: list[int] = []
        self._heard_at_s = -math.inf
        self._killing = Timer(KILLED_AFTER_S, self._send, [signal.SIGKILL])
        self._killing.daemon = True

    def play(self, output: int | None) -> Ended:
        """Start it and wait for it, and for what it leaves behind where it was interrupted."""
        group = None if self._shares_group else 0
        start_s = math.floor(time.time())
        try:
            child = subprocess.Popen(self._command, stdout=output, process_group=group)  # noqa: S603  as asked
        except OSError as error:
            raise CannotRun(f"{self._command[0]}: {error.strerror or error}") from error
        self._child = child
        if self._heard:
            self._pass_on()
        code = child.wait()
        if self._heard:
            self._end_group()
        self._killing.cancel()
        first = self._heard[0] if self._heard else None
        end_s = max(start_s + 1, math.ceil(time.time()))
        return Ended(start_s, end_s, code if code >= 0 else 128 - code, first)

    def hear(self, number: int, _frame: FrameType | None) -> None:
        """Take a signal that is meant to end the run."""
        now_s = time.monotonic()
        if now_s - self._heard_at_s < _ONE_SIGNAL_S:
            return
        self._heard.append(number)
        self._heard_at_s = now_s
        if self._child is not None:
            self._pass_on()

    def _pass_on(self) -> None:
        number, program = self._heard[-1], Path(self._command[0]).name
        match len(self._heard):
            case 1:
                _say(f"{signal.Signals(number).name}: waiting for {program}; once more to end it")
                if not (self._shares_group and number in _OF_A_TERMINAL):
                    self._send(number)
            case 2:
                _say(f"ending {program}, within {KILLED_AFTER_S:.0f} s")
                self._send(signal.SIGTERM)
                self._killing.start()
            case _:
                self._send(signal.SIGKILL)

    def _end_group(self) -> None:
        """Wait for what an interrupted command started, which may still write its summary."""
        if self._shares_group:
            return
        until_s = time.monotonic() + KILLED_AFTER_S
        while self._send(0) and time.monotonic() < until_s:
            time.sleep(_LOOK_AGAIN_S)
        self._send(signal.SIGKILL)

    def _send(self, number: int) -> bool:
        """Signal the command, with its group where that is its own; False where nobody is left."""
        if self._child is None:
            return False
        try:
            if not self._shares_group:
                os.killpg(self._child.pid, number)
            elif self._child.returncode is None:
                os.kill(self._child.pid, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True


def _say(sentence: str) -> None:
    # A terminal that is gone takes no words.
    with suppress(OSError):
        tell(sentence)
