"""Several processes and threads on one ledger, and a process that dies."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from slowatch.ledger.address import parse_address
from slowatch.ledger.errors import LedgerUnavailable
from slowatch.ledger.ledger import Ledger
from slowatch.ledger.store import open_store
from slowatch.slo.slot import HOUR_S
from tests.ledger.making import EVERYTHING, T0, events, recording, slot, span
from tests.support.postgres import PostgresServer

WRITER = Path(__file__).with_name("writer.py")


@contextmanager
def _writer(address: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(WRITER), address, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_processes_that_open_a_new_ledger_at_once_all_succeed(shared_ledger_url: str) -> None:
    """One of them migrates, the others wait for it; their recordings all arrive."""
    commands = [[sys.executable, str(WRITER), shared_ledger_url, str(n), "5"] for n in range(4)]
    processes = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for command in commands]
    assert [process.wait(60) for process in processes] == [0, 0, 0, 0]
    with Ledger.open(shared_ledger_url) as ledger:
        assert list(ledger.sums(EVERYTHING).values()) == [events(5, 5, 5)] * 4


@pytest.mark.parametrize("written", [1, 7, 30])
def test_killed_writer_leaves_a_prefix_of_its_recordings(
    shared_ledger_url: str, written: int
) -> None:
    """What it reported is there, and what it did not finish is there as a whole or not at all."""
    with _writer(shared_ledger_url, "0", "100000") as process:
        assert process.stdout
        for _ in range(written):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        reported = written + len(process.stdout.readlines())
    with Ledger.open(shared_ledger_url) as ledger:
        (tally,) = ledger.sums(EVERYTHING).values()
        assert ledger.asked(["0"])["0"] == [span(0, tally.measured * 60)]
        assert tally == events(tally.measured, tally.measured, tally.measured)
        assert reported <= tally.measured <= reported + 1


def test_readers_see_no_change_while_slots_become_hours(ledger_url: str) -> None:
    """Every sum on the way is the sum before."""
    starts = range(0, 24 * HOUR_S, 300)
    facts = [slot(at_s, 1, 2, n=str(n)) for at_s in starts for n in range(20)]
    with Ledger.open(ledger_url) as ledger:
        ledger.record([recording(0, 24 * HOUR_S, *facts)])
        before = ledger.sums(EVERYTHING)
        seen, done = [], threading.Event()

        def read() -> None:
            while not done.is_set():
                seen.append(ledger.sums(EVERYTHING))

        reader = threading.Thread(target=read)
        reader.start()
        for hours in range(25):
            ledger.compact(T0 + hours * HOUR_S)
        done.set()
        reader.join()
        assert seen
        assert all(sums == before for sums in seen)


def test_threads_may_record_at_once(ledger_url: str) -> None:
    """They queue up; the same recording from all of them counts once."""
    with Ledger.open(ledger_url) as ledger:

        def write() -> None:
            for at_s in range(0, 1200, 60):
                ledger.record([recording(at_s, at_s + 60, slot(at_s, 1, 1))])

        threads = [threading.Thread(target=write) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert list(ledger.sums(EVERYTHING).values()) == [events(20, 20, 20)]


def test_failed_recording_leaves_nothing(ledger_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gaps are written last; by then facts and spans are."""
    with Ledger.open(ledger_url) as ledger:
        monkeypatch.setattr("slowatch.ledger.recording.write_gaps", _fail)
        with pytest.raises(RuntimeError, match="half way"):
            ledger.record([recording(0, 60, slot(0, 1, 1))])
        monkeypatch.undo()
        assert ledger.asked(["requests"]) == {"requests": []}
        assert ledger.series() == []
        ledger.record([recording(0, 60, slot(0, 1, 1))])


def _fail(*_: object) -> None:
    raise RuntimeError("half way")


def test_ledger_works_again_when_the_server_is_back(postgres_server: PostgresServer) -> None:
    """Connections that the server closed are replaced, without an error in between."""
    address = postgres_server.create_database()
    with Ledger.open(address) as ledger:
        ledger.record([recording(0, 60, slot(0, 1, 1))])
        store = open_store(parse_address(address))
        with store.writing() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        store.close()
        assert list(ledger.sums(EVERYTHING).values()) == [events(1, 1, 1)]


def test_file_that_another_process_holds_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After waiting for it; shortened here."""
    monkeypatch.setattr("slowatch.ledger.store.BUSY_S", 0.1)
    address = str(tmp_path / "ledger.db")
    with Ledger.open(address) as ledger:
        other = open_store(parse_address(address))
        with other.writing(), pytest.raises(LedgerUnavailable, match="another process"):
            ledger.record([recording(0, 60, slot(0, 1, 1))])
        other.close()
        ledger.record([recording(0, 60, slot(0, 1, 1))])
