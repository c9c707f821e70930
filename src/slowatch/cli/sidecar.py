"""A sidecar: it publishes whenever spec files change, and lets nothing but a signal end it."""

import signal
import time
from collections.abc import Callable, Sequence
from types import FrameType

from slowatch.cli.failing import CannotRun, tell
from slowatch.cli.reloading import why_not_reloaded
from slowatch.source.connection import Connection
from slowatch.spec.rereading import Changes, SpecFiles


class Sidecar:
    """Looks at spec files, publishes, and asks servers to reload until each of them has.

    `publish` says whether a file changed; None where specs have problems, which it has told.
    """

    def __init__(
        self, publish: Callable[[], bool | None], files: SpecFiles, servers: Sequence[Connection]
    ) -> None:
        self._publish, self._servers = publish, servers
        self._changes = Changes(files)
        self._is_halfway = False
        # In the beginning all: what an earlier run has written, nobody may have been told of.
        self._due = list(servers)
        self._told: dict[str, str] = {}

    def run(self, *, every_s: float) -> None:
        """Go on until SIGTERM or SIGINT."""
        _end_by_signal()
        try:
            while True:
                self._look()
                self._ask()
                time.sleep(every_s)
        except KeyboardInterrupt:
            # Wherever it was: each file is whole, and noted before it is written.
            return

    def _look(self) -> None:
        if not self._changes.are_due():
            return
        try:
            changed = self._publish()
        except CannotRun as why:
            changed = None
            tell(str(why))
        except OSError as why:
            # A full disk, a volume that is not mounted yet: no change of specs, so try again.
            self._is_halfway = True
            self._tell_once("", str(why))
            return
        self._changes.take(self._changes.seen)
        self._told.pop("", None)
        if changed or self._is_halfway:
            self._due = list(self._servers)
        self._is_halfway = False

    def _ask(self) -> None:
        """Ask those that have not reloaded since the last change; one that is away is told once."""
        due, self._due = self._due, []
        for server in due:
            why = why_not_reloaded(server)
            if why is None:
                self._told.pop(server.shown_url, None)
            else:
                self._due.append(server)
                self._tell_once(server.shown_url, why)

    def _tell_once(self, about: str, sentence: str) -> None:
        if self._told.get(about) != sentence:
            self._told[about] = sentence
            tell(sentence)


def _end_by_signal() -> None:
    """Let SIGTERM do what Ctrl-C does: process 1 of a container is not ended by it otherwise."""

    def end(_number: int, _frame: FrameType | None) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
