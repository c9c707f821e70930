"""What stands in a daemon's way and what it has done; its threads share this."""

import threading
from dataclasses import replace

from slowatch.evaluate.snapshot import Counts


class Health:
    """Counts, and the troubles of now: each is set where it is met and cleared where it is over."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = Counts()
        self._troubles: dict[str, str] = {}
        self._measured_end_s: int | None = None

    def add(self, **more: int) -> None:
        """Count further slots or runs, by the names of `Counts`."""
        with self._lock:
            sums = {name: getattr(self._counts, name) + count for name, count in more.items()}
            self._counts = replace(self._counts, **sums)

    def backfilling(self, pending: int) -> None:
        """Note whether there is something to backfill."""
        with self._lock:
            self._counts = replace(self._counts, backfill_pending=pending)

    def trouble(self, where: str, told: str) -> None:
        """Note what is wrong with a part of the daemon, in words for people."""
        with self._lock:
            self._troubles[where] = told

    def well(self, *where: str) -> None:
        """Note that parts of the daemon work."""
        with self._lock:
            for part in where:
                self._troubles.pop(part, None)

    def measured(self, end_s: int) -> None:
        """Note that the slot that ends at `end_s` was asked for and recorded."""
        with self._lock:
            self._measured_end_s = end_s

    @property
    def counts(self) -> Counts:
        """What was counted so far."""
        with self._lock:
            return self._counts

    @property
    def troubles(self) -> list[str]:
        """What is wrong now, each once."""
        with self._lock:
            return list(dict.fromkeys(self._troubles.values()))

    @property
    def measured_end_s(self) -> int | None:
        """End of the newest slot that was recorded since the start, if any was."""
        with self._lock:
            return self._measured_end_s
