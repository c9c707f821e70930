"""The ledger: facts written once, and sums over them; what became of alerts; and judged runs."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Self

from slowatch.ledger import compacting, episodes, outbox, reading, recording, runs, summing
from slowatch.ledger.address import describe, is_there, parse_address
from slowatch.ledger.alert_port import Delivery, Episode, Queued
from slowatch.ledger.asking import ask_ids, read_spans
from slowatch.ledger.gapping import read_gaps
from slowatch.ledger.migrating import holds_ledger, migrate
from slowatch.ledger.port import Gap, Point, Recorded, Recording, Series, Size
from slowatch.ledger.run_port import NewRun, StoredRun
from slowatch.ledger.store import Store, open_store, open_store_to_read
from slowatch.slo.slot import Span
from slowatch.slo.tally import Tally
from slowatch.slo.verdict import Verdict


class Ledger:
    """An open ledger; threads may share it, and processes may open the same one.

    Writes queue up, reads do not wait for them. Every method raises LedgerError, and nothing of the
    database's own, where the database fails; what it was doing is then undone as a whole.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    @classmethod
    def open(cls, address: str) -> Self:
        """Open the ledger at a path, `:memory:`, `sqlite:///path` or `postgresql://…`.

        It is created, or brought to this version's form, where necessary. Raises LedgerError.
        """
        store = open_store(parse_address(address))
        try:
            migrate(store)
        except BaseException:
            store.close()
            raise
        return cls(store)

    @classmethod
    def open_to_read(cls, address: str) -> Self | None:
        """Open a ledger as it is, to read it only; None where there is none yet.

        It need not be writable: a file may lie on a read-only mount. Raises LedgerError.
        """
        url = parse_address(address)
        if not is_there(url):
            return None
        store = open_store_to_read(url)
        try:
            if holds_ledger(store):
                return cls(store)
        except BaseException:
            store.close()
            raise
        store.close()
        return None

    @property
    def name(self) -> str:
        """Where the ledger is, for people: without a password."""
        return describe(self._store.url)

    def record(self, recordings: Iterable[Recording]) -> Recorded:
        """Write what is new in recordings, all in one transaction; repeating it changes nothing."""
        listed = list(recordings)
        with self._store.writing() as connection:
            return recording.record(connection, listed)

    def asked(self, keys: Collection[str]) -> Mapping[str, list[Span]]:
        """The spans asked so far, merged and oldest first, for every key."""
        with self._store.reading() as connection:
            found = read_spans(connection, ask_ids(connection, keys))
        return {key: found.get(key, []) for key in keys}

    def series(self, keys: Collection[str] | None = None) -> list[Series]:
        """The series of the keys, or all, in the order in which they were created."""
        with self._store.reading() as connection:
            return reading.read_series(connection, keys)

    def sums(self, span: Span, series_ids: Iterable[int] | None = None) -> dict[int, Tally]:
        """The tally over the slots and hours that start in the span, by series id.

        A series without any of them is left out: its tally is unknown, not zero.
        """
        with self._store.reading() as connection:
            return summing.read_sums(connection, span, series_ids)

    def history(self, series_ids: Iterable[int], span: Span, step_s: int) -> dict[int, list[Point]]:
        """Points of `step_s` from the span's start on, by series id; only those with rows.

        Where only hours are kept and the step is shorter, a point is an hour long.
        """
        with self._store.reading() as connection:
            return summing.read_history(connection, series_ids, span, step_s)

    def gaps(self, key: str, span: Span) -> list[Gap]:
        """The gaps in a span, cut to it, oldest first; equal neighbours are one."""
        with self._store.reading() as connection:
            return read_gaps(connection, key, span)

    def write_alerts(
        self,
        written: Sequence[Episode],
        dropped: Collection[str] = (),
        deliveries: Sequence[Delivery] = (),
    ) -> None:
        """Write episodes as they are now, drop others by their ids, and put deliveries in line.

        All in one transaction; a delivery that its target was to be sent already is not repeated.
        """
        with self._store.writing() as connection:
            episodes.write_episodes(connection, written, dropped)
            outbox.enqueue(connection, deliveries)

    def episodes(
        self, resolved_since_s: int, *, most: int | None = None, slo_id: str | None = None
    ) -> list[Episode]:
        """The newest episodes that are open or were resolved since a moment, newest first.

        Those of one SLO, where it is given.
        """
        with self._store.reading() as connection:
            return episodes.read_episodes(connection, resolved_since_s, most, slo_id)

    def due_deliveries(self, target: str, at_s: float, *, most: int) -> list[Queued]:
        """What a target is to be sent now, oldest first, and of each alert only the first."""
        with self._store.reading() as connection:
            return outbox.read_due(connection, target, at_s, most)

    def remove_deliveries(self, ids: Collection[int]) -> None:
        """Take deliveries out of the line: they were sent, or are given up."""
        with self._store.writing() as connection:
            outbox.remove(connection, ids)

    def remove_other_deliveries(self, targets: Collection[str]) -> int:
        """Take out what is for none of the targets, since nobody will send it; how much it was."""
        with self._store.writing() as connection:
            return outbox.remove_others(connection, targets)

    def put_off_delivery(self, queued: Queued, next_s: int) -> None:
        """Keep a delivery that was tried in vain, as it is now, until it is tried again."""
        with self._store.writing() as connection:
            outbox.put_off(connection, queued, next_s)

    def queue_lengths(self) -> Mapping[str, int]:
        """How many deliveries wait, by target, where any does."""
        with self._store.reading() as connection:
            return outbox.read_queue_lengths(connection)

    def store_run(self, new: NewRun) -> int:
        """Keep a judged run; its id, which is greater than that of every run before.

        Of one name, the newest `MOST_RUNS` are kept, and the one that is marked as baseline.
        """
        with self._store.writing() as connection:
            return runs.write_run(connection, new)

    def runs(
        self,
        service: str | None = None,
        name: str | None = None,
        verdict: Verdict | None = None,
        most: int | None = 50,
    ) -> list[StoredRun]:
        """The newest runs of a service, name and verdict, where those are given; newest first."""
        with self._store.reading() as connection:
            return runs.read_runs(connection, service, name, verdict, most)

    def run(self, run_id: int) -> StoredRun | None:
        """A run by its id."""
        with self._store.reading() as connection:
            return runs.read_run(connection, run_id)

    def run_document(self, run_id: int) -> tuple[str, str] | None:
        """The document and the measurements of a run, as they were stored."""
        with self._store.reading() as connection:
            return runs.read_documents(connection, run_id)

    def baseline_run(self, service: str, name: str) -> StoredRun | None:
        """The run of a name that is marked as baseline, else the newest that passed."""
        with self._store.reading() as connection:
            return runs.read_baseline(connection, service, name)

    def mark_baseline(self, run_id: int) -> bool:
        """Make a run the baseline of its name, and no other; whether there is such a run."""
        with self._store.writing() as connection:
            return runs.mark(connection, run_id)

    def unmark_baseline(self, run_id: int) -> bool:
        """Make a run a baseline no more; whether there is such a run."""
        with self._store.writing() as connection:
            return runs.unmark(connection, run_id)

    def compact(self, before_s: int) -> None:
        """Turn the slots of whole hours before a moment into hours; no sum over hours changes."""
        compacting.compact(self._store, before_s)

    def forget(self, before_s: int) -> None:
        """Delete rows, gaps and asked spans of whole hours before a moment, and alerts over then.

        Series and things asked of which nothing is left go too. Judged runs stay.
        """
        compacting.forget(self._store, before_s)

    def size(self) -> Size:
        """How big the ledger is; cheap, for metrics."""
        with self._store.reading() as connection:
            return reading.read_size(connection)

    def close(self) -> None:
        """Close all connections."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
