"""The daemon: one clock, a schedule, and the parts that it drives."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import wait
from dataclasses import replace

import structlog

from slowatch.app.asked_source import AskedSource
from slowatch.app.filling import Filling
from slowatch.app.health import Health
from slowatch.app.raising import Raising
from slowatch.app.reloading import Reloading
from slowatch.app.settings import Settings
from slowatch.evaluate.alert import without_windows
from slowatch.evaluate.asked import AskedExpression
from slowatch.evaluate.judging import Status
from slowatch.evaluate.snapshot import AlertingMode, Counts, Readiness, Reloaded, Snapshot
from slowatch.evaluate.trends import Trends
from slowatch.evaluate.watch import Watch
from slowatch.ledger.alert_port import Episode
from slowatch.ledger.errors import LedgerError
from slowatch.ledger.ledger import Ledger
from slowatch.ledger.port import Gap, Point, Size
from slowatch.notify.sent import Sent
from slowatch.slo.slot import DAY_S, Span, floor_to, settled_end
from slowatch.source.errors import SourceError
from slowatch.spec.compiled import DEFAULT_SOURCE, CompiledSlo
from slowatch.spec.reading import Reading
from slowatch.spec.rereading import SpecFiles

log = structlog.get_logger(__name__)

BACKFILL_SLOTS = 180
GATE_S = 20.0
"""The longest that backfill waits for a live slot before each request."""
LIVE_WITHIN_S = 4.0
CLOSED_WITHIN_S = 1.0
"""The longest that stopping waits for a live slot to be recorded, and then for connections."""
TRENDS_REST = 50
"""How many times as long as it took to read trends it is, at least, until they are read again."""
MOST_TOLD = 10
"""SLOs that a line of the log names at most."""
SHARE_OF_SLOT = 0.5
"""How much of a slot several sources may take before all SLOs are judged with what is there."""


class Stopping(SourceError):
    """The daemon ends; nothing more is to be asked."""


class Daemon:
    """Measures each slot once it has settled, fills what is missing, and keeps a snapshot."""

    def __init__(
        self,
        settings: Settings,
        reading: Reading,
        *,
        files: SpecFiles | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._now = now
        self._sources = {
            name: AskedSource(name, source, now=now)
            for name, source in settings.all_sources.items()
        }
        self._ledger = Ledger.open(settings.ledger_address)
        measuring = {name: source.measuring for name, source in self._sources.items()}
        self._watch = Watch(reading.slos, self._ledger, measuring, slot_s=settings.slot)
        self.health = Health()
        self._raising = Raising(settings, self._ledger, self.health, now=now)
        self._reloading = Reloading(reading, files, poll_s=settings.rules_poll, now=now)
        self._live = threading.Lock()
        self._judging = threading.Lock()
        self._is_news = threading.Event()
        self._stopping = threading.Event()
        self._started_end_s = self._settled_end()
        self._filling = Filling()
        self._filling.begin(self._watch.needs, self._watch.needs, now())
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
            end_s = self._settled_end()
            self._measure_all(end_s)
            self._refresh(end_s, is_live=True)

    def look_at_files(self) -> None:
        """Read spec files again where they have changed, or where somebody asked for it."""
        if not self.is_stopping and self._reloading.is_due():
            self.reload()

    def measure_news(self) -> None:
        """Ask at once for the newest slot of what was not watched before a reload."""
        if not self.is_stopping and self._is_news.is_set():
            self._is_news.clear()
            self.measure_slot()

    def look_after_itself(self) -> None:
        """Raise an alert where no slot is measured or judged any more, whatever hangs."""
        if self._stopping.is_set() or not self._watch.sources:
            return
        if self._raising.look(self._seen_end_s, self._settled_end()) is not None:
            with self._judging:
                self.snapshot = replace(self.snapshot, alerts=self._raising.alerts)

    def backfill(self, name: str = DEFAULT_SOURCE) -> None:
        """Ask a source for all that is missing, newest first, giving way to its live slots."""
        source = self._sources[name]
        oldest_s = source.oldest_s() if name in self._watch.sources else None
        if oldest_s is not None:
            self._watch.oldest_s[name] = oldest_s
        asked = 0
        while not self._stopping.is_set() and self._backfill_piece(source):
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
        ends_s = self.measured_ends_s.values()
        if not ends_s:
            return
        windows = [slo.window.length_at(int(self._now())) for slo in self._reloading.reading.slos]
        retention_s = max([self._settings.retention, *(w + DAY_S for w in windows)])
        try:
            self._watch.compact(min(*ends_s, self._settled_end()), retention_s)
        except LedgerError as error:
            log.error("compaction_failed", error=str(error))

    def discover(self, name: str) -> None:
        """Learn the scrape interval of a source, unless it is set."""
        if name in self._watch.sources:
            self._sources[name].discover()

    def reload(self) -> Reloaded:
        """Read the spec files again, and watch what is right in them from now on.

        A file that is wrong counts as it was when it was right. Raises LedgerError; then everything
        goes on as it was. No slot is lost: what is measured meanwhile is recorded.
        """
        with self._reloading.turn:
            before = self._reloading.reading
            reading = self._reloading.read()
            try:
                new = self._watch.watch(reading.slos)
            except BaseException:
                self._reloading.ask()
                raise
            self._filling.begin(new, self._watch.needs, self._now())
            self.health.forget_all_but(self._watch.sources)
            done = self._reloading.take(reading)
        _tell(before, reading)
        self._refresh(self.snapshot.as_of_s, is_live=False)
        self._is_news.set()
        return done

    def ask_to_reload(self) -> None:
        """Have the spec files read again soon; safe to be called where a signal is handled."""
        self._reloading.ask()

    def stop(self) -> None:
        """Let a live slot be recorded, ask nothing more, and close everything.

        A request that hangs is not waited for: its thread is left behind, to end with the process.
        """
        self._stopping.set()
        self._raising.stop()
        until_s = time.monotonic() + LIVE_WITHIN_S
        for source in self._sources.values():
            source.no_live_slot.wait(max(0.0, until_s - time.monotonic()))
            source.no_live_slot.set()
        closing = threading.Thread(target=self._close_sources, name="closing", daemon=True)
        closing.start()
        closing.join(CLOSED_WITHIN_S)
        self._ledger.close()

    def _close_sources(self) -> None:
        for source in self._sources.values():
            source.close()

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
        efforts = [source.asker.effort for source in self._sources.values()]
        return replace(
            self.health.counts,
            queries=sum(effort.queries for effort in efforts),
            query_failures=sum(effort.failures for effort in efforts),
            query_refusals=sum(effort.refusals for effort in efforts),
            query_seconds=sum(effort.seconds for effort in efforts),
            samples_read=sum(effort.samples_read for effort in efforts),
        )

    @property
    def reloaded(self) -> Reloaded:
        """What reading the spec files led to the last time."""
        return self._reloading.last

    def prometheus_of(self, slo: CompiledSlo) -> str:
        """Where people reach the Prometheus that is asked for an SLO."""
        return self._sources[slo.source].page

    @property
    def seen_s(self) -> int:
        """End of the newest slot that was measured and judged; before there is one, the start."""
        seen_end_s = self._seen_end_s
        return self._started_end_s if seen_end_s is None else seen_end_s

    @property
    def stale_after_s(self) -> float:
        """How long after the end of a slot what it says is too old to be shown without a word."""
        return self._settings.stale_after_s

    @property
    def measured_ends_s(self) -> Mapping[str, int]:
        """Ends of the newest slots that sources were asked for since the start, by their names."""
        ends_s = {name: self.health.measured_end_s(name) for name in self._watch.sources}
        return {name: end_s for name, end_s in sorted(ends_s.items()) if end_s is not None}

    def readiness(self) -> Readiness:
        """Whether there are recent slots and a source that answers."""
        reasons = [*self.health.troubles, *self._ages()]
        if self.snapshot.as_of_s > self._now():
            reasons.append("what is shown is of the future: the clock was set back")
        warned = [text for one in self._sources.values() for text in one.asker.effort.warnings]
        kept = [f"{path}: what was right before still counts" for path in self.reloaded.kept]
        warnings = [*dict.fromkeys(warned), *self._raising.troubles, *kept]
        return Readiness(reasons, warnings, self.reloaded.problems)

    def _ages(self) -> Iterator[str]:
        """What is wrong with the age of the newest slots."""
        names = sorted(self._watch.sources)
        if not names:
            yield "no SLO is watched: no spec file has a right one"
        for name in names:
            of = f" of the source {name}" if len(names) > 1 else ""
            measured_end_s = self.health.measured_end_s(name)
            if measured_end_s is None:
                yield f"no slot{of} has been measured since the start"
            elif measured_end_s > self._now():
                yield f"the newest slot{of} ends in the future: the clock was set back"
            elif self._now() - measured_end_s > self.stale_after_s:
                # In whole slots: what is shown with it is not drawn anew each second.
                age_s = floor_to(self._now() - measured_end_s, self._settings.slot)
                yield f"the newest slot{of} ended more than {age_s} s ago"

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
        """End of the newest slot that any source was asked for since the start, and judged.

        A source that is away is told of by `/readyz`; slowatch is blind without any.
        """
        ends_s = self.measured_ends_s.values()
        return min(max(ends_s), self.snapshot.as_of_s) if ends_s else None

    def _settled_end(self) -> int:
        return settled_end(self._now(), self._settings.slot, self._settings.settle)

    def _measure_all(self, end_s: int) -> None:
        """Ask all sources at once; one that is slow goes on, and the others are not kept."""
        sources = [self._sources[name] for name in sorted(self._watch.sources)]
        under_way = [one.live.submit(self._measure_from, one, end_s) for one in self._idle(sources)]
        within_s = SHARE_OF_SLOT * self._settings.slot if len(sources) > 1 else None
        for one in wait(under_way, timeout=within_s).done:
            one.result()

    def _idle(self, sources: Sequence[AskedSource]) -> Iterator[AskedSource]:
        """Those that are not measuring the slot before still; what they miss, backfill brings."""
        for source in sources:
            if source.no_live_slot.is_set():
                source.no_live_slot.clear()
                yield source
            else:
                self.health.add(runs_overlapped=1)
                log.warning("still_measuring", source=source.name)

    def _measure_from(self, source: AskedSource, end_s: int) -> None:
        try:
            source.discover_if_unknown()
            self._measure(source.name, end_s)
        finally:
            source.no_live_slot.set()

    def _measure(self, name: str, end_s: int) -> None:
        of = f"source {name}"
        self.health.add(slots_due=len(self._watch.due(end_s, name)))
        try:
            done = self._watch.measure_slot(end_s, name)
        except SourceError as error:
            self.health.trouble(of, str(error))
            log.warning("slot_not_measured", source=name, end_s=end_s, error=str(error))
        except LedgerError as error:
            self.health.well(of)
            self.health.trouble("ledger", str(error))
            log.error("slot_not_recorded", source=name, end_s=end_s, error=str(error))
        else:
            self.health.well(of, "ledger")
            self.health.measured(name, end_s)
            self.health.add(slots_recorded=done.recorded, slots_missing=done.missing)
            count = {"recorded": done.recorded, "missing": done.missing}
            log.info("slots_recorded", source=name, end_s=end_s, **count)

    def _backfill_piece(self, source: AskedSource) -> bool:
        """Whether a piece was asked for; False also where asking has to wait for better times."""

        def give_way() -> None:
            source.no_live_slot.wait(GATE_S)
            if self._stopping.is_set():
                raise Stopping("slowatch ends")

        end_s = self._settled_end() - self._settings.slot
        begun = self._filling.under_way()
        try:
            piece = self._watch.backfill(
                end_s, give_way, chunk_slots=BACKFILL_SLOTS, source=source.name
            )
        except Stopping:
            return False
        except (SourceError, LedgerError) as error:
            if not self._stopping.is_set():
                log.warning("backfill_paused", source=source.name, error=str(error))
            return False
        self.health.backfilling(source.name, is_pending=piece is not None)
        if piece is None:
            own = {question.key for question in self._watch.questions_to(source.name)}
            self._filling.done({need: at_s for need, at_s in begun.items() if need[0] in own})
            return False
        grid = piece.grid
        late = sum(1 for end in grid.ends if end > self._started_end_s) * len(piece.questions)
        self.health.add(slots_late=late)
        log.debug("backfilled", first_s=grid.first_s, last_s=grid.last_s, step_s=grid.step_s)
        return True

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
            unknown = self._filling.unknown(self._now())
            if unknown:
                need_of = self._watch.need_of
                statuses = tuple(
                    without_windows(one) if need_of(one.slo) in unknown else one for one in statuses
                )
            if is_live:
                self._raising.advance(statuses, end_s)
            self.snapshot = Snapshot(end_s, self._settings.slot, statuses, self._raising.alerts)


def _tell(before: Reading, reading: Reading) -> None:
    """Say what has changed, each thing once."""
    for problem in set(reading.problems) - set(before.problems):
        log.error("spec_problem", problem=str(problem))
    for path in set(reading.kept) - set(before.kept):
        log.error("spec_kept", path=path, why="what was right before counts until slowatch ends")
    for path in set(before.kept) - set(reading.kept):
        log.info("spec_mended", path=path)
    was, now = ({slo.id: slo for slo in one.slos} for one in (before, reading))
    log.info(
        "reloaded",
        slos=len(now),
        new=sorted(now.keys() - was.keys())[:MOST_TOLD],
        gone=sorted(was.keys() - now.keys())[:MOST_TOLD],
        changed=sorted(i for i in now.keys() & was.keys() if now[i] != was[i])[:MOST_TOLD],
        problems=len(reading.problems),
    )
