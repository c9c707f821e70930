"""When spec files are read again: they have changed and rest, or somebody asks for it."""

import threading
import time
from collections.abc import Callable

from slowatch.evaluate.snapshot import Reloaded
from slowatch.spec.reading import Reading
from slowatch.spec.rereading import SpecFiles, Trace


class Reloading:
    """The files a daemon was started with, what was read of them last, and whether to read again.

    Files are looked at every `poll_s` seconds, never where that is 0. What has changed is read once
    it looks the same twice: an editor may not be done with it.
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
        self._seen: Trace = files.read_trace if files else ()
        self.reading = reading
        self.last = self._told()

    def ask(self) -> None:
        """Have the files read at the next look, changed or not."""
        self._asked.set()

    def is_due(self) -> bool:
        """Whether it is time to read."""
        if self._files is None:
            return False
        if self._asked.is_set():
            return True
        read = self._files.read_trace
        rests = self._seen == read
        if not self._poll_s or (rests and time.monotonic() < self._look_next_s):
            return False
        self._look_next_s = time.monotonic() + self._poll_s
        before, self._seen = self._seen, self._files.trace()
        return self._seen != read and self._seen == before

    def read(self) -> Reading:
        """What the files hold now; what was wrong keeps its last good version."""
        self._asked.clear()
        if self._files is None:
            return self.reading
        reading = self._files.read()
        self._seen = self._files.read_trace
        return reading

    def take(self, reading: Reading) -> Reloaded:
        """Note that this is watched from now on."""
        self.reading = reading
        self.last = self._told()
        return self.last

    def _told(self) -> Reloaded:
        reading = self.reading
        return Reloaded(self._now(), len(reading.slos), reading.kept, reading.problems)
