"""Reading a ledger as it is: nothing is created or changed, and nothing need be writable."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from slowatch.ledger.address import parse_address
from slowatch.ledger.errors import (
    LedgerTooNew,
    LedgerTooOld,
    LedgerUnavailable,
    LedgerUnreadable,
)
from slowatch.ledger.ledger import Ledger
from slowatch.ledger.schema import VERSION_TABLE
from slowatch.ledger.store import open_store
from tests.ledger.making import EVERYTHING, events, recording, slot
from tests.support.postgres import PostgresServer
from tests.support.read_only import on_read_only_mount

READ = """\
import sys
from slowatch.ledger.errors import LedgerError
from slowatch.ledger.ledger import Ledger
from tests.ledger.making import EVERYTHING
try:
    with Ledger.open_to_read(sys.argv[1]) as ledger:
        print(sum(tally.measured for tally in ledger.sums(EVERYTHING).values()))
except LedgerError as error:
    print(error)
"""
"""Prints how many slots a ledger holds, or what is wrong with it."""


def fill(ledger: Ledger, first: int = 0) -> None:
    """A slot, one minute after the other."""
    ledger.record([recording(60 * first, 60 * first + 60, slot(60 * first, 1, 2))])


def read_on_mount(path: Path) -> str:
    """What is read of a ledger whose folder is mounted to be read only."""
    command = on_read_only_mount(path.parent, [sys.executable, "-c", READ, str(path)])
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert not done.stderr
    return done.stdout.strip()


def test_ledger_is_read_as_it_is(shared_ledger_url: str) -> None:
    with Ledger.open(shared_ledger_url) as ledger:
        fill(ledger)
    reading = Ledger.open_to_read(shared_ledger_url)
    assert reading is not None
    with reading:
        assert list(reading.sums(EVERYTHING).values()) == [events(1, 2, 1)]


def test_reading_leaves_no_file_and_takes_no_write(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    Ledger.open(str(path)).close()
    before = path.read_bytes()
    reading = Ledger.open_to_read(str(path))
    assert reading is not None
    with reading, pytest.raises(LedgerUnavailable, match="readonly database"):
        fill(reading)
    assert [one.name for one in tmp_path.iterdir()] == ["ledger.db"]
    assert path.read_bytes() == before


@pytest.mark.parametrize("address", ["ledger.db", "no/folder/ledger.db", ":memory:"])
def test_where_no_ledger_is_none_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Ledger.open_to_read(address) is None
    assert list(tmp_path.iterdir()) == []


def test_empty_database_is_no_ledger_and_stays_empty(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    """As `touch` makes it, and as a server does."""
    (tmp_path / "ledger.db").touch()
    assert Ledger.open_to_read(str(tmp_path / "ledger.db")) is None
    address = postgres_server.create_database()
    assert Ledger.open_to_read(address) is None
    engine = open_store(parse_address(address)).engine
    assert inspect(engine).get_table_names() == []
    engine.dispose()


@pytest.mark.parametrize(
    ("revision", "error", "told"),
    [
        ("0002", LedgerTooOld, r"older slowatch \(revision 0002.*`slowatch run` brings it"),
        ("9999", LedgerTooNew, r"newer slowatch \(revision 9999.*upgrade slowatch"),
    ],
)
def test_ledger_of_another_slowatch_is_not_touched(
    shared_ledger_url: str, revision: str, error: type[Exception], told: str
) -> None:
    """What only reads brings nothing up to date: others may be using it as it is."""
    Ledger.open(shared_ledger_url).close()
    store = open_store(parse_address(shared_ledger_url))
    with store.writing() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '{revision}'"))  # noqa: S608
    with pytest.raises(error, match=told):
        Ledger.open_to_read(shared_ledger_url)
    with store.reading() as connection:
        found = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608
    assert found == revision
    store.close()


def test_what_is_no_ledger_is_said_as_ever(tmp_path: Path) -> None:
    """A folder, a file of another kind, another program's tables."""
    with pytest.raises(LedgerUnavailable, match="it is a folder"):
        Ledger.open_to_read(str(tmp_path))
    (tmp_path / "notes").write_text("not a ledger " * 100)
    with pytest.raises(LedgerUnreadable, match="no SQLite file"):
        Ledger.open_to_read(str(tmp_path / "notes"))
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE dashboard (id INTEGER)")
    with pytest.raises(LedgerUnreadable, match=r"another program's tables \(dashboard\)"):
        Ledger.open_to_read(str(tmp_path / "other.db"))


def test_file_on_a_read_only_mount_is_read(tmp_path: Path) -> None:
    """Also one whose path must be written otherwise in an address."""
    path = tmp_path / "100% of #1?.db"
    with Ledger.open(str(path)) as ledger:
        fill(ledger)
    assert read_on_mount(path) == "1"


def test_newest_writes_are_read_there_too_or_missed_aloud(tmp_path: Path) -> None:
    """Of a ledger that somebody writes elsewhere; a copy of it without its locks has less."""
    path, copy = tmp_path / "ledger.db", tmp_path / "copy" / "ledger.db"
    copy.parent.mkdir()
    with Ledger.open(str(path)) as ledger:
        fill(ledger)
        fill(ledger, first=1)
        assert read_on_mount(path) == "2"
        for suffix in ("", "-wal"):
            shutil.copy(f"{path}{suffix}", f"{copy}{suffix}")
    told = read_on_mount(copy)
    assert f"its newest writes are in {copy}-wal still; open it once where slowatch may" in told
