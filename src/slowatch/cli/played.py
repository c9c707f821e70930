"""When a run was played: between two moments, lately, or while a command runs."""

import math
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType

from slowatch.cli.durations import moment_of, seconds_of
from slowatch.cli.failing import CannotRun, in_words, tell
from slowatch.cli.playing import heard, play
from slowatch.cli.waiting import cleared
from slowatch.slo.slot import Span
from slowatch.verify.played import Played

_LONGEST_S = 7 * 86_400
_HOW = "say when the run was: `--from` and `--to`, `--last 5m`, or `--run -- COMMAND`"


@dataclass(frozen=True, slots=True)
class When:
    """What the command line says of a run's time, as it is written there.

    One that is played later, by somebody else, has none yet.
    """

    start: str | None = None
    end: str | None = None
    last: str | None = None
    is_command: bool = False
    command: Sequence[str] = ()
    is_later: bool = False
    phases: Path | None = None
    scale: float = 1.0
    time_scale: float = 1.0
    is_isolated: bool = False

    @property
    def is_ahead(self) -> bool:
        """Whether it is played only now, or later."""
        return self.is_command or self.is_later


def check_when(when: When) -> None:
    """Check that a run's time is told, and in one way only; raises CannotRun."""
    ways = [
        when.start is not None or when.end is not None,
        when.last is not None,
        when.is_command,
        when.is_later,
    ]
    if sum(ways) != 1:
        raise CannotRun(_HOW if not any(ways) else f"{_HOW}, and only one of them")
    if ways[0] and (when.start is None or when.end is None):
        raise CannotRun("`--from` and `--to` go together: give both")
    if when.is_command and not when.command:
        raise CannotRun("`--run` needs a command: write it behind ` -- `")
    if when.command and not when.is_command:
        told = " ".join(without_arguments(when.command))
        raise CannotRun(f"`{told}` is not known here; to run it write `--run -- {told}`")
    for option, factor in (("--scale", when.scale), ("--time-scale", when.time_scale)):
        if not 0 < factor <= 1000:
            raise CannotRun(f"{option} {factor:g} is no factor: write more than 0, such as 0.1")


def played(when: When, *, settle_s: float, child_output: int | None) -> Played:
    """The run as it was played, or is now: a command is run, and its time taken.

    `child_output` is the descriptor that a command writes to. Raises CannotRun, and SystemExit once
    an interrupted command is over.
    """
    one = Played(
        Span(0, 0),
        scale=when.scale,
        time_scale=when.time_scale,
        is_isolated=when.is_isolated or when.is_command,
    )
    if when.is_command:
        return _run(one, when.command, child_output)
    return replace(one, span=_span(when, settle_s))


def without_arguments(command: Sequence[str]) -> tuple[str, ...]:
    """A command as it is kept and shown: `k6 …`; passwords and tokens stand in arguments."""
    return (Path(command[0]).name, *(["…"] if command[1:] else []))


@contextmanager
def verifiable_later(one: Played) -> Iterator[None]:
    """Whatever goes wrong once a command has played a run says how to verify that run later."""
    if not one.command:
        yield
        return
    how = _how_later(one.span)

    def leave(number: int, _frame: FrameType | None) -> None:
        # At once: requests that are under way are not waited for.
        with suppress(OSError):
            os.write(2, f"{cleared()}slowatch: {how}\n".encode())
        os._exit(128 + number)

    with heard(leave):
        try:
            yield
        except Exception as error:
            raise CannotRun(f"{in_words(error)}; {how}") from error


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


def _run(one: Played, command: Sequence[str], child_output: int | None) -> Played:
    """Run a command and take its time; an interrupted one is no run to be judged by itself."""
    ended = play(command, child_output)
    span = Span(ended.start_s, ended.end_s)
    if ended.signal is not None:
        with suppress(OSError):
            tell(f"interrupted; {_how_later(span)}")
        raise SystemExit(128 + ended.signal)
    told = without_arguments(command)
    return replace(one, span=span, command=told, exit_code=ended.exit_code)


def _how_later(span: Span) -> str:
    from slowatch.evaluate.wording import moment

    when = f"--from {moment(span.start_s)} --to {moment(span.end_s)}"
    return f"the run was played: to verify it, write `{when} --isolated` in place of `--run`"
