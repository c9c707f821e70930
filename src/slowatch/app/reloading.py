"""When spec files are read again: they have changed and rest, or somebody asks for it."""

import threading
import time
from collections.abc import Callable

from slowatch.evaluate.snapshot import Reloaded
from slowatch.spec.reading import Reading
from slowatch.spec.rereading import Changes, SpecFiles


class Reloading:
    """The files a daemon was started with, what was read of them last, and whether to read again.

    Files are looked at every `poll_s` seconds, never where that is 0.
    """

    def __init__(
        self,
        reading: Reading,
        files: SpecFiles | None,
        *,
        poll_s: float,
        now: Callable[[], float],
    ) -> None:
        self.turn = threading.Lock()
        self._files, self._poll_s, self._now = files, poll_s, now
        self._asked = threading.Event()
        self._look_next_s = 0.0
        self._changes = Changes(files, files.read_trace) if files else None
        self.reading = reading
        self.last = self._told()

    def ask(self) -> None:
        """Have the files read at the next look, changed or not."""
        self._asked.set()

    def is_due(self) -> bool:
        """Whether it is time to read."""
        if self._changes is None:
            return False
        if self._asked.is_set():
            return True
        is_early = not self._changes.is_pending and time.monotonic() < self._look_next_s
        if not self._poll_s or is_early:
            return False
        self._look_next_s = time.monotonic() + self._poll_s
        return self._changes.are_due()

    def read(self) -> Reading:
        """What the files hold now; what was wrong keeps its last good version."""
        self._asked.clear()
        if self._files is None or self._changes is None:
            return self.reading
        reading = self._files.read()
        self._changes.take(self._files.read_trace)
        return reading

    def take(self, reading: Reading) -> Reloaded:
        """Note that this is watched from now on."""
        self.reading = reading
        self.last = self._told()
        return self.last

    def _told(self) -> Reloaded:
        reading = self.reading
        return Reloaded(self._now(), len(reading.slos), reading.kept, reading.problems)
