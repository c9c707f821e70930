"""A command that plays a load, and the signals that are to end it; with real processes."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from slowatch.cli.playing import play
from tests.support.daemon import surroundings, wait_for

DRIVER = """\
import signal, sys
from slowatch.cli import playing
signal.signal(signal.SIGINT, signal.default_int_handler)
playing.KILLED_AFTER_S, playing._ONE_SIGNAL_S = 1.5, float(sys.argv[1])
ended = playing.play(sys.argv[2:], None)
print("ended", ended.exit_code, ended.signal, flush=True)
"""
"""Plays a command; what takes long otherwise takes less."""
LOAD_TOOL = """\
import signal, sys, time
heard = []
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, lambda number, frame: heard.append(number))
print("started", flush=True)
while not heard or sys.argv[1] == "deaf":
    time.sleep(0.02)
time.sleep(0.5)
print("summary", *heard, flush=True)
sys.exit(7)
"""
"""Writes a summary where it is told to end, and says by how many signals; or is deaf to them."""
TOOL = [sys.executable, "-c", LOAD_TOOL, "hears"]
DEAF = [sys.executable, "-c", LOAD_TOOL, "deaf"]


@dataclass(frozen=True, slots=True)
class Played:
    """A driver that plays a command, and what both wrote."""

    driver: subprocess.Popen[bytes]
    output: Path

    @property
    def told(self) -> list[str]:
        """What the command and the driver printed, and what was said of signals."""
        return self.output.read_text().splitlines()

    def end(self) -> list[str]:
        """Everything that was printed, once all is over."""
        self.driver.wait(20)
        return self.told


@contextmanager
def playing(
    folder: Path,
    *command: str,
    before: tuple[str, ...] = (),
    one_signal_s: float = 1.0,
    keyboard: int = subprocess.DEVNULL,
) -> Iterator[Played]:
    """A driver in a session without a terminal, whose command has started."""
    argv = [*before, sys.executable, "-c", DRIVER, str(one_signal_s), *command]
    path = folder / "output"
    with path.open("wb") as output:
        driver = subprocess.Popen(
            argv,
            stdin=keyboard,
            stdout=output,
            stderr=output,
            env=surroundings(),
            start_new_session=not before or before[0] != "setsid",
        )
    played = Played(driver, path)
    try:
        wait_for(lambda: "started" in played.told, within_s=20)
        yield played
    finally:
        driver.kill()
        driver.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_reaches_the_command_which_is_waited_for(
    tmp_path: Path, number: signal.Signals
) -> None:
    with playing(tmp_path, *TOOL) as played:
        played.driver.send_signal(number)
        told = played.end()
    assert f"summary {number.value}" in told
    assert told[-1] == f"ended 7 {number.value}"
    assert any(f"{number.name}: waiting for" in line for line in told)


def test_a_signal_for_the_whole_group_reaches_the_command_once(tmp_path: Path) -> None:
    """Load tools give up their summary at the second one; `timeout` sends to child and group."""
    with playing(tmp_path, *TOOL) as played:
        played.driver.send_signal(signal.SIGTERM)
        os.killpg(played.driver.pid, signal.SIGTERM)
        assert "summary 15" in played.end()


def test_ctrl_c_on_a_terminal_reaches_the_command_once(tmp_path: Path) -> None:
    """The terminal itself sends it to both."""
    with ExitStack() as stack:
        master, slave = pty.openpty()
        stack.callback(os.close, master)
        stack.callback(os.close, slave)
        on_terminal = ("setsid", "--ctty", "--wait")
        played = stack.enter_context(
            playing(tmp_path, *TOOL, before=on_terminal, keyboard=slave),
        )
        os.write(master, b"\x03")
        told = played.end()
    assert "summary 2" in told
    assert told[-1] == "ended 7 2"


@pytest.mark.slow
def test_a_second_signal_ends_what_does_not_hear(tmp_path: Path) -> None:
    """First gently, then by force, as a shell tells it: 128 and 9."""
    with playing(tmp_path, *DEAF, one_signal_s=0) as played:
        played.driver.send_signal(signal.SIGINT)
        wait_for(lambda: any("SIGINT: waiting" in line for line in played.told), within_s=5)
        played.driver.send_signal(signal.SIGINT)
        told = played.end()
    assert told[-1] == "ended 137 2"


@pytest.mark.slow
def test_what_a_command_started_may_write_its_summary_too(tmp_path: Path) -> None:
    """A shell ends at once by SIGTERM; the load tool behind it takes its time."""
    with playing(tmp_path, "sh", "-c", '"$@"; true', "sh", *TOOL) as played:
        played.driver.send_signal(signal.SIGTERM)
        told = played.end()
    assert told[-2:] == ["summary 15", "ended 143 15"]


def test_nothing_of_an_interrupted_command_is_left_running(tmp_path: Path) -> None:
    """Neither what is deaf behind a shell that ended."""
    marked = [*DEAF, f"marked {tmp_path}"]
    with playing(tmp_path, "sh", "-c", '"$@"; true', "sh", *marked) as played:
        assert _is_running(marked[-1])
        played.driver.send_signal(signal.SIGTERM)
        played.end()
    wait_for(lambda: not _is_running(marked[-1]), within_s=5)


def test_a_signal_that_is_to_be_ignored_is(tmp_path: Path) -> None:
    """As `nohup` has it."""
    deaf = ("sh", "-c", 'trap "" HUP; exec "$@"', "sh")
    with playing(tmp_path, *TOOL, before=deaf) as played:
        played.driver.send_signal(signal.SIGHUP)
        played.driver.send_signal(signal.SIGTERM)
        told = played.end()
    assert told[-1] == "ended 7 15"


def test_an_exit_code_is_that_of_a_shell() -> None:
    ended = [play(["sh", "-c", script], None) for script in ("exit 3", "kill -9 $$")]
    assert [(one.exit_code, one.signal) for one in ended] == [(3, None), (137, None)]
    assert all(one.start_s < one.end_s for one in ended)


def _is_running(argument: str) -> bool:
    found = (path.parent for path in Path("/proc").glob("[0-9]*/cmdline"))
    return any(_is_of(one, argument) for one in found if one.name != str(os.getpid()))


def _is_of(process: Path, argument: str) -> bool:
    try:
        words = (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return words[-2:-1] == [argument.encode()] and words[0] == sys.executable.encode()
