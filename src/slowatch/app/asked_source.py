"""One Prometheus that a daemon asks: its connection, and what it was found to be."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog

from slowatch.app.discovering import discovered_scrape_s
from slowatch.app.settings import SourceSettings
from slowatch.evaluate.measuring import Measuring
from slowatch.source.asking import Asker
from slowatch.source.discovery import DEFAULT_SCRAPE_S, retention_s

log = structlog.get_logger(__name__)

DISCOVER_AGAIN_S = 60
"""How long an unknown scrape interval is left alone: a server that hangs would delay each slot."""


class AskedSource:
    """What is asked by the name of `source` in specs; live slots are measured by a thread of it."""

    def __init__(self, name: str, settings: SourceSettings, *, now: Callable[[], float]) -> None:
        self.name = name
        self.page = settings.page
        self.live = ThreadPoolExecutor(1, thread_name_prefix=f"measuring {name}")
        self.no_live_slot = threading.Event()
        self.no_live_slot.set()
        self._now = now
        self._connection = settings.connection()
        self._is_told = settings.scrape_interval is not None
        self._scrape_s = settings.scrape_interval
        self._discover_next_s = 0.0
        self.asker = Asker(self._connection)
        self.measuring = Measuring(self.asker, scrape_s=self._scrape_s or DEFAULT_SCRAPE_S)

    def discover(self) -> None:
        """Learn the scrape interval, unless it is set."""
        if self._is_told:
            return
        self._discover_next_s = self._now() + DISCOVER_AGAIN_S
        found = discovered_scrape_s(self._connection)
        if found is not None and found != self._scrape_s:
            self._scrape_s = found
            self.measuring.expect_scrapes_every(found)
            log.info("scrape_interval_discovered", source=self.name, seconds=found)

    @property
    def knows_scrapes(self) -> bool:
        """Whether the scrape interval is set, or was found out."""
        return self._scrape_s is not None

    def discover_if_unknown(self) -> None:
        """Learn the scrape interval where nothing is known of it, and not too often."""
        if self._scrape_s is None and self._now() >= self._discover_next_s:
            self.discover()

    def close(self) -> None:
        """Ask nothing more; what hangs is not waited for."""
        self.live.shutdown(wait=False, cancel_futures=True)
        self.asker.close()

    def oldest_s(self) -> int | None:
        """Before when nothing is kept there; None where it does not say."""
        retention = retention_s(self.asker)
        return None if retention is None else int(self._now()) - retention
