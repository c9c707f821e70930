"""A child process that never outlives its parent, with its output in a file."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

TAIL_CHARS = 2000


def free_port() -> int:
    """A loopback TCP port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Child:
    """A running command in its own process group, so that Ctrl-C reaches only the parent.

    Where `setpriv` is installed the kernel ends the command even when the parent is killed, or when
    the thread that started it ends.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        log_path: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.log_path = log_path
        with log_path.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603  our own commands, no shell
                _bound_to_parent(argv),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(os.environ if env is None else env),
                cwd=cwd,
                process_group=0,
            )

    @property
    def pid(self) -> int:
        """The process id, which is also the id of its group."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    def log_tail(self) -> str:
        """The end of what it has said so far."""
        return self.log_path.read_text(errors="replace")[-TAIL_CHARS:].strip()

    def wait(self, *, within_s: float) -> int:
        """Its exit code, once it has ended by itself; raises subprocess.TimeoutExpired."""
        return self._process.wait(within_s)

    def stop(self, *, within_s: float = 10.0) -> int:
        """End it: SIGTERM first, SIGKILL for the whole group after `within_s`; its exit code."""
        if self.is_running:
            self._process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(within_s)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        return self._process.wait()


def _bound_to_parent(argv: Sequence[str]) -> list[str]:
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--", *argv] if setpriv else list(argv)
