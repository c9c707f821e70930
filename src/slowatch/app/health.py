"""What stands in a daemon's way and what it has done; its threads share this."""

import threading
from collections.abc import Collection
from dataclasses import replace

from slowatch.evaluate.snapshot import Counts


class Health:
    """Counts, and the troubles of now: each is set where it is met and cleared where it is over."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = Counts()
        self._troubles: dict[str, str] = {}
        self._measured_ends_s: dict[str, int] = {}
        self._backfilling: set[str] = set()

    def add(self, **more: int) -> None:
        """Count further slots or runs, by the names of `Counts`."""
        with self._lock:
            sums = {name: getattr(self._counts, name) + count for name, count in more.items()}
            self._counts = replace(self._counts, **sums)

    def backfilling(self, source: str, *, is_pending: bool) -> None:
        """Note whether there is something to backfill from a source."""
        with self._lock:
            (self._backfilling.add if is_pending else self._backfilling.discard)(source)
            self._counts = replace(self._counts, backfill_pending=int(bool(self._backfilling)))

    def trouble(self, where: str, told: str) -> None:
        """Note what is wrong with a part of the daemon, in words for people."""
        with self._lock:
            self._troubles[where] = told

    def well(self, *where: str) -> None:
        """Note that parts of the daemon work."""
        with self._lock:
            for part in where:
                self._troubles.pop(part, None)

    def measured(self, source: str, end_s: int) -> None:
        """Note that a source was asked for the slot that ends at `end_s`, and that recorded."""
        with self._lock:
            self._measured_ends_s[source] = end_s

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

    def forget_all_but(self, sources: Collection[str]) -> None:
        """Forget all about sources that nothing is asked of any more."""
        with self._lock:
            for name in self._measured_ends_s.keys() - set(sources):
                del self._measured_ends_s[name]
            self._backfilling &= set(sources)
            known = {f"source {name}" for name in sources}
            gone = {where for where in self._troubles if where.startswith("source ")} - known
            for where in gone:
                del self._troubles[where]
            self._counts = replace(self._counts, backfill_pending=int(bool(self._backfilling)))

    def measured_end_s(self, source: str) -> int | None:
        """End of the newest slot of a source that was recorded since the start, if any was."""
        with self._lock:
            return self._measured_ends_s.get(source)
