"""The daemon: one clock, a schedule, and the parts that it drives."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import structlog

from slowatch.app.discovering import discovered_scrape_s
from slowatch.app.health import Health
from slowatch.app.raising import Raising
from slowatch.app.settings import Settings
from slowatch.evaluate.alert import without_windows
from slowatch.evaluate.asked import AskedExpression
from slowatch.evaluate.judging import Status
from slowatch.evaluate.measuring import Measuring
from slowatch.evaluate.snapshot import AlertingMode, Counts, Readiness, Snapshot
from slowatch.evaluate.trends import Trends
from slowatch.evaluate.watch import Watch
from slowatch.ledger.alert_port import Episode
from slowatch.ledger.errors import LedgerError
from slowatch.ledger.ledger import Ledger
from slowatch.ledger.port import Gap, Point, Size
from slowatch.notify.sent import Sent
from slowatch.slo.slot import DAY_S, HOUR_S, Span, settled_end
from slowatch.source.asking import Asker
from slowatch.source.discovery import DEFAULT_SCRAPE_S, retention_s
from slowatch.source.errors import SourceError
from slowatch.spec.compiled import CompiledSlo
from slowatch.spec.reading import Reading

log = structlog.get_logger(__name__)

BACKFILL_SLOTS = 180
GATE_S = 20.0
"""The longest that backfill waits for a live slot before each request."""
LIVE_WITHIN_S = 4.0
CLOSED_WITHIN_S = 1.0
"""The longest that stopping waits for a live slot to be recorded, and then for connections."""
FILLED_WITHIN_S = HOUR_S
"""How long budgets raise no alert while their windows are still being filled, at most."""
TRENDS_REST = 50
"""How many times as long as it took to read trends it is, at least, until they are read again."""
DISCOVER_AGAIN_S = 60
"""How long an unknown scrape interval is left alone: a server that hangs would delay each slot."""


class Stopping(SourceError):
    """The daemon ends; nothing more is to be asked."""


class Daemon:
    """Measures each slot once it has settled, fills what is missing, and keeps a snapshot."""

    def __init__(
        self, settings: Settings, reading: Reading, *, now: Callable[[], float] = time.time
    ) -> None:
        self._settings = settings
        self._reading = reading
        self._now = now
        self._connection = settings.connection()
        self._asker = Asker(self._connection)
        self._scrape_s = settings.scrape_interval
        self._discover_next_s = 0.0
        self._measuring = Measuring(self._asker, scrape_s=self._scrape_s or DEFAULT_SCRAPE_S)
        self._ledger = Ledger.open(settings.ledger_address)
        self._watch = Watch(reading.slos, self._ledger, self._measuring, slot_s=settings.slot)
        self.health = Health()
        self._raising = Raising(settings, self._ledger, self.health, now=now)
        self._is_filled = False
        self._live = threading.Lock()
        self._judging = threading.Lock()
        self._no_live_slot = threading.Event()
        self._no_live_slot.set()
        self._stopping = threading.Event()
        self._started_end_s = self._settled_end()
        self.snapshot = Snapshot(self._started_end_s, settings.slot, ())
        self.trends = Trends()
        self._trends_next_s = 0.0

    # What the schedule calls

    def begin(self) -> None:
        """Show what the ledger holds, then measure the newest slot."""
        self._refresh(self._settled_end(), is_live=False)
        self._raising.start()
        self.measure_slot()
        self.read_trends()

    def measure_slot(self) -> None:
        """Ask for the newest settled slot, record it, and make a new snapshot."""
        with self._live:
            if self._stopping.is_set():
                return
            self._discover_if_unknown()
            end_s = self._settled_end()
            self._no_live_slot.clear()
            try:
                self._measure(end_s)
            finally:
                self._no_live_slot.set()
            self._refresh(end_s, is_live=True)

    def look_after_itself(self) -> None:
        """Raise an alert where no slot is measured or judged any more, whatever hangs."""
        if self._stopping.is_set():
            return
        if self._raising.look(self._seen_end_s, self._settled_end()) is not None:
            with self._judging:
                self.snapshot = replace(self.snapshot, alerts=self._raising.alerts)

    def backfill(self) -> None:
        """Ask for all that is missing, newest first, giving way to live slots."""
        retention = retention_s(self._asker)
        if retention is not None:
            self._watch.oldest_s = int(self._now()) - retention
        asked = 0
        while not self._stopping.is_set() and self._backfill_piece():
            asked += 1
        if asked:
            self._refresh(self.snapshot.as_of_s, is_live=False)
            self.read_trends()

    def read_trends(self) -> None:
        """Read anew how the budgets went; what was read before stays where that fails.

        However long it takes, it takes no more than a small share of the time.
        """
        began_s = self._now()
        if began_s < self._trends_next_s:
            return
        try:
            trends = self._watch.trends(self.snapshot.statuses, lambda: not self.is_stopping)
        except LedgerError as error:
            if not self.is_stopping:
                log.error("trends_not_read", error=str(error))
            return
        if not self.is_stopping:
            self.trends = trends
            self._trends_next_s = began_s + TRENDS_REST * (self._now() - began_s)

    def compact(self) -> None:
        """Turn old slots into hours and forget what is older than the retention.

        Both are for ever. So they go by a slot that Prometheus has told of, not by the clock alone.
        """
        measured_end_s = self.health.measured_end_s
        if measured_end_s is None:
            return
        windows = [slo.window.length_at(int(self._now())) for slo in self._reading.slos]
        retention_s = max([self._settings.retention, *(w + DAY_S for w in windows)])
        try:
            self._watch.compact(min(measured_end_s, self._settled_end()), retention_s)
        except LedgerError as error:
            log.error("compaction_failed", error=str(error))

    def discover(self) -> None:
        """Learn the scrape interval, unless it is set."""
        if self._settings.scrape_interval is not None:
            return
        self._discover_next_s = self._now() + DISCOVER_AGAIN_S
        found = discovered_scrape_s(self._asker, self._connection)
        if found is not None and found != self._scrape_s:
            self._scrape_s = found
            self._measuring.expect_scrapes_every(found)
            log.info("scrape_interval_discovered", seconds=found)

    def stop(self) -> None:
        """Let a live slot be recorded, ask nothing more, and close everything.

        A request that hangs is not waited for: its thread is left behind, to end with the process.
        """
        self._stopping.set()
        self._raising.stop()
        self._no_live_slot.wait(LIVE_WITHIN_S)
        self._no_live_slot.set()
        closing = threading.Thread(target=self._asker.close, name="closing", daemon=True)
        closing.start()
        closing.join(CLOSED_WITHIN_S)
        self._ledger.close()

    @property
    def is_stopping(self) -> bool:
        """Whether it was told to end."""
        return self._stopping.is_set()

    @property
    def ledger_name(self) -> str:
        """Where the ledger is, without a password."""
        return self._ledger.name

    # What the API reads

    def counts(self) -> Counts:
        """What was done since the start."""
        effort = self._asker.effort
        return replace(
            self.health.counts,
            queries=effort.queries,
            query_failures=effort.failures,
            query_refusals=effort.refusals,
            query_seconds=effort.seconds,
            samples_read=effort.samples_read,
        )

    @property
    def seen_s(self) -> int:
        """End of the newest slot that was measured and judged; before there is one, the start."""
        return self._started_end_s if self._seen_end_s is None else self._seen_end_s

    @property
    def stale_after_s(self) -> float:
        """How long after the end of a slot what it says is too old to be shown without a word."""
        return self._settings.stale_after_s

    def readiness(self) -> Readiness:
        """Whether there are recent slots and a source that answers."""
        reasons = self.health.troubles
        measured_end_s = self.health.measured_end_s
        if measured_end_s is None:
            reasons.append("no slot has been measured since the start")
        elif measured_end_s > self._now():
            reasons.append("the newest slot ends in the future: the clock was set back")
        elif self._now() - measured_end_s > self.stale_after_s:
            ago_s = self._now() - measured_end_s
            reasons.append(f"the newest slot ended {ago_s:.0f} s ago")
        if self.snapshot.as_of_s > self._now():
            reasons.append("what is shown is of the future: the clock was set back")
        warnings = [*dict.fromkeys(self._asker.effort.warnings), *self._raising.troubles]
        return Readiness(reasons, warnings, self._reading.problems)

    def history(self, status: Status, span: Span, step_s: int) -> Sequence[Point]:
        """Points of one status over a span."""
        return self._watch.history(status, span, step_s)

    def gaps(self, slo: CompiledSlo, span: Span) -> Sequence[Gap]:
        """Where an SLO's facts are missing in a span, and why, oldest first."""
        return self._watch.gaps(slo, span)

    def asked(self, slo: CompiledSlo) -> Sequence[AskedExpression]:
        """The PromQL that is asked for a slot of an SLO."""
        return self._watch.asked(slo)

    def size(self) -> Size:
        """How big the ledger is."""
        return self._ledger.size()

    @property
    def alerting(self) -> AlertingMode:
        """Who raises alerts."""
        return self._settings.alerting

    def episodes(self, since_s: int, most: int) -> Sequence[Episode]:
        """The newest alerts that are pending, firing, or were resolved since a moment."""
        if self._settings.alerting == "off":
            return []
        return self._ledger.episodes(since_s, most=most)

    def episodes_of(self, slo_id: str, since_s: int, most: int) -> Sequence[Episode]:
        """The same of one SLO."""
        if self._settings.alerting == "off":
            return []
        return self._ledger.episodes(since_s, most=most, slo_id=slo_id)

    def sent(self) -> Sequence[Sent]:
        """What was sent to each target since the start."""
        return self._raising.sent

    def queue_lengths(self) -> Mapping[str, int]:
        """How much waits to be sent, by target."""
        return self._raising.queue_lengths()

    # Parts of the above

    @property
    def _seen_end_s(self) -> int | None:
        """End of the newest slot that was measured since the start, and judged."""
        measured_end_s = self.health.measured_end_s
        return None if measured_end_s is None else min(measured_end_s, self.snapshot.as_of_s)

    def _settled_end(self) -> int:
        return settled_end(self._now(), self._settings.slot, self._settings.settle)

    def _discover_if_unknown(self) -> None:
        if self._scrape_s is None and self._now() >= self._discover_next_s:
            self.discover()

    def _measure(self, end_s: int) -> None:
        self.health.add(slots_due=len(self._watch.due(end_s)))
        try:
            done = self._watch.measure_slot(end_s)
        except SourceError as error:
            self.health.trouble("source", str(error))
            log.warning("slot_not_measured", end_s=end_s, error=str(error))
        except LedgerError as error:
            self.health.well("source")
            self.health.trouble("ledger", str(error))
            log.error("slot_not_recorded", end_s=end_s, error=str(error))
        else:
            self.health.well("source", "ledger")
            self.health.measured(end_s)
            self.health.add(slots_recorded=done.recorded, slots_missing=done.missing)
            log.info("slots_recorded", end_s=end_s, recorded=done.recorded, missing=done.missing)

    def _backfill_piece(self) -> bool:
        """Whether a piece was asked for; False also where asking has to wait for better times."""
        end_s = self._settled_end() - self._settings.slot
        try:
            piece = self._watch.backfill(end_s, self._give_way, chunk_slots=BACKFILL_SLOTS)
        except Stopping:
            return False
        except (SourceError, LedgerError) as error:
            if not self._stopping.is_set():
                log.warning("backfill_paused", error=str(error))
            return False
        self.health.backfilling(int(piece is not None))
        if piece is None:
            self._is_filled = True
            return False
        grid = piece.grid
        late = sum(1 for end in grid.ends if end > self._started_end_s) * len(piece.questions)
        self.health.add(slots_late=late)
        log.debug("backfilled", first_s=grid.first_s, last_s=grid.last_s, step_s=grid.step_s)
        return True

    def _give_way(self) -> None:
        self._no_live_slot.wait(GATE_S)
        if self._stopping.is_set():
            raise Stopping("slowatch ends")

    def _refresh(self, end_s: int, *, is_live: bool) -> None:
        """Judge at `end_s`, or at the moment of the snapshot where that is newer already.

        A snapshot of the future, from before a clock was set right, does not count. Only a live
        slot moves alerts on: nobody is to be woken by history.
        """
        with self._judging:
            end_s = min(max(end_s, self.snapshot.as_of_s), self._settled_end())
            try:
                statuses = tuple(self._watch.judge(end_s))
            except LedgerError as error:
                self.health.trouble("ledger", str(error))
                log.error("not_judged", error=str(error))
                return
            if not self._knows_windows():
                statuses = tuple(without_windows(status) for status in statuses)
            if is_live:
                self._raising.advance(statuses, end_s)
            self.snapshot = Snapshot(end_s, self._settings.slot, statuses, self._raising.alerts)

    def _knows_windows(self) -> bool:
        return self._is_filled or self._now() - self._started_end_s > FILLED_WITHIN_S
