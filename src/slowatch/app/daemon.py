"""The daemon: one clock, a schedule, and the parts that it drives."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import structlog

from slowatch.app.settings import Settings
from slowatch.evaluate.judging import Status
from slowatch.evaluate.measuring import Measuring
from slowatch.evaluate.snapshot import Counts, Readiness, Snapshot
from slowatch.evaluate.watch import Watch
from slowatch.ledger.errors import LedgerError
from slowatch.ledger.ledger import Ledger
from slowatch.ledger.port import Point, Size
from slowatch.slo.slot import DAY_S, Span, settled_end
from slowatch.source.asking import Asker
from slowatch.source.discovery import DEFAULT_SCRAPE_S, retention_s, scrape_interval_s
from slowatch.source.errors import SourceError
from slowatch.spec.reading import Reading

log = structlog.get_logger(__name__)

BACKFILL_SLOTS = 180
STOP_WITHIN_S = 8.0
"""The longest that stopping waits for a live slot to be recorded."""
GATE_S = 20.0
"""The longest that backfill waits for a live slot before each request."""


@dataclass(slots=True)
class Health:
    """What stands in the way now, and what the schedule has counted."""

    source_error: str | None = None
    ledger_error: str | None = None
    counts: Counts = field(default_factory=Counts)


class Daemon:
    """Measures each slot once it has settled, fills what is missing, and keeps a snapshot."""

    def __init__(
        self, settings: Settings, reading: Reading, *, now: Callable[[], float] = time.time
    ) -> None:
        self._settings = settings
        self._reading = reading
        self._now = now
        self._asker = Asker(settings.connection())
        self._scrape_s = settings.scrape_interval
        self._measuring = Measuring(self._asker, scrape_s=self._scrape_s or DEFAULT_SCRAPE_S)
        self._ledger = Ledger.open(settings.ledger_address)
        self._watch = Watch(reading.slos, self._ledger, self._measuring, slot_s=settings.slot)
        self._health = Health()
        self._lock = threading.Lock()
        self._no_live_slot = threading.Event()
        self._no_live_slot.set()
        self._stopping = threading.Event()
        self._started_end_s = self._settled_end()
        self.snapshot = Snapshot(self._started_end_s, settings.slot, ())

    # What the schedule calls

    def begin(self) -> None:
        """Show what the ledger holds, then measure the newest slot."""
        self._refresh(self._settled_end())
        self.measure_slot()

    def measure_slot(self) -> None:
        """Ask for the newest settled slot, record it, and make a new snapshot."""
        if self._scrape_s is None:
            self.discover()
        end_s = self._settled_end()
        self._no_live_slot.clear()
        try:
            self._measure(end_s)
        finally:
            self._no_live_slot.set()
        self._refresh(end_s)

    def backfill(self) -> None:
        """Ask for all that is missing, newest first, giving way to live slots."""
        end_s = self._settled_end() - self._settings.slot
        retention = retention_s(self._asker)
        if retention is not None:
            self._watch.oldest_s = int(self._now()) - retention
        asked = 0
        while not self._stopping.is_set() and self._backfill_piece(end_s):
            asked += 1
        self._count(backfill_pending=0)
        if asked:
            self._refresh(self.snapshot.as_of_s)

    def compact(self) -> None:
        """Turn old slots into hours and forget what is older than the retention."""
        windows = [slo.window.length_at(int(self._now())) for slo in self._reading.slos]
        retention_s = max([self._settings.retention, *(w + DAY_S for w in windows)])
        try:
            self._watch.compact(self._settled_end(), retention_s)
        except LedgerError as error:
            log.error("compaction_failed", error=str(error))

    def discover(self) -> None:
        """Learn the scrape interval, unless it is set."""
        if self._settings.scrape_interval is not None:
            return
        found = scrape_interval_s(self._settings.connection())
        if found is not None and found != self._scrape_s:
            self._scrape_s = found
            self._measuring.expect_scrapes_every(found)
            log.info("scrape_interval_discovered", seconds=found)

    def note_missed_run(self) -> None:
        """Count a run that the schedule let go because it was too late."""
        self._count(runs_missed=self._health.counts.runs_missed + 1)

    def note_overlapped_run(self) -> None:
        """Count a run that was due while the one before was still under way."""
        self._count(runs_overlapped=self._health.counts.runs_overlapped + 1)

    def note_failed_run(self) -> None:
        """Count a run that ended in an error nobody expected."""
        self._count(run_failures=self._health.counts.run_failures + 1)

    def stop(self) -> None:
        """Let what is under way end, and close everything."""
        self._stopping.set()
        self._no_live_slot.wait(STOP_WITHIN_S)
        self._no_live_slot.set()
        self._asker.close()
        self._ledger.close()

    @property
    def ledger_name(self) -> str:
        """Where the ledger is, without a password."""
        return self._ledger.name

    # What the API reads

    def counts(self) -> Counts:
        """What was done since the start."""
        effort = self._asker.effort
        return replace(
            self._health.counts,
            queries=effort.queries,
            query_failures=effort.failures,
            query_refusals=effort.refusals,
            query_seconds=effort.seconds,
            samples_read=effort.samples_read,
        )

    def readiness(self) -> Readiness:
        """Whether there are recent slots and a source that answers."""
        reasons = [e for e in (self._health.source_error, self._health.ledger_error) if e]
        stale_s = self._now() - self.snapshot.as_of_s
        most_s = 3 * self._settings.slot + self._settings.settle
        if stale_s > most_s:
            reasons.append(f"the newest slot ended {stale_s:.0f} s ago")
        if not self.snapshot.statuses:
            reasons.append("nothing has been judged yet")
        warnings = list(dict.fromkeys(self._asker.effort.warnings))
        return Readiness(reasons, warnings, self._reading.problems)

    def history(self, status: Status, span: Span, step_s: int) -> Sequence[Point]:
        """Points of one status over a span."""
        return self._watch.history(status, span, step_s)

    def size(self) -> Size:
        """How big the ledger is."""
        return self._ledger.size()

    # Parts of the above

    def _settled_end(self) -> int:
        return settled_end(self._now(), self._settings.slot, self._settings.settle)

    def _measure(self, end_s: int) -> None:
        due = len(self._watch.due(end_s))
        self._count(slots_due=self._health.counts.slots_due + due)
        try:
            done = self._watch.measure_slot(end_s)
        except SourceError as error:
            self._health.source_error = str(error)
            log.warning("slot_not_measured", end_s=end_s, error=str(error))
        except LedgerError as error:
            self._health.ledger_error = str(error)
            log.error("slot_not_recorded", end_s=end_s, error=str(error))
        else:
            self._health.source_error = self._health.ledger_error = None
            counts = self._health.counts
            self._count(
                slots_recorded=counts.slots_recorded + done.recorded,
                slots_missing=counts.slots_missing + done.missing,
            )
            log.info("slots_recorded", end_s=end_s, recorded=done.recorded, missing=done.missing)

    def _backfill_piece(self, end_s: int) -> bool:
        try:
            piece = self._watch.backfill(end_s, self._give_way, chunk_slots=BACKFILL_SLOTS)
        except (SourceError, LedgerError) as error:
            if not self._stopping.is_set():
                log.warning("backfill_paused", error=str(error))
            return False
        if piece is None:
            return False
        grid = piece.grid
        self._count(backfill_pending=1)
        late = sum(1 for end in grid.ends if end > self._started_end_s) * len(piece.questions)
        self._count(slots_late=self._health.counts.slots_late + late)
        log.debug("backfilled", first_s=grid.first_s, last_s=grid.last_s, step_s=grid.step_s)
        return True

    def _give_way(self) -> None:
        self._no_live_slot.wait(GATE_S)

    def _refresh(self, end_s: int) -> None:
        try:
            statuses = tuple(self._watch.judge(end_s))
        except LedgerError as error:
            self._health.ledger_error = str(error)
            log.error("not_judged", error=str(error))
            return
        self.snapshot = Snapshot(end_s, self._settings.slot, statuses)

    def _count(self, **changes: int) -> None:
        with self._lock:
            self._health.counts = replace(self._health.counts, **changes)
