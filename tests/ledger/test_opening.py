"""Opening a ledger: its address, its form, and what is said when it cannot be opened."""

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.engine.interfaces import ReflectedColumn

from slowatch.ledger import errors
from slowatch.ledger.address import parse_address
from slowatch.ledger.alert_port import Delivery
from slowatch.ledger.errors import (
    LedgerAddressError,
    LedgerError,
    LedgerTooNew,
    LedgerUnavailable,
    LedgerUnreadable,
)
from slowatch.ledger.ledger import Ledger
from slowatch.ledger.migrating import MIGRATIONS
from slowatch.ledger.schema import REVISION, VERSION_TABLE, metadata
from slowatch.ledger.store import open_store
from tests.ledger.making import EVERYTHING, T0, events, recording, slot
from tests.support.postgres import PASSWORD, PostgresServer


@pytest.mark.parametrize(
    ("address", "database"),
    [
        ("ledger.db", "ledger.db"),
        ("/var/lib/ledger.db", "/var/lib/ledger.db"),
        ("sqlite:///ledger.db", "ledger.db"),
        ("sqlite:////var/lib/ledger.db", "/var/lib/ledger.db"),
        ("~/ledger.db", f"{Path.home()}/ledger.db"),
        (":memory:", ":memory:"),
        ("sqlite://", ":memory:"),
        ("sqlite:///:memory:", ":memory:"),
    ],
)
def test_address_names_a_file_or_memory(address: str, database: str) -> None:
    """As SQLAlchemy's URLs do, or plainly."""
    url = parse_address(address)
    assert (url.drivername, url.database) == ("sqlite+pysqlite", database)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_address_names_a_postgresql_database(scheme: str) -> None:
    """Always reached through psycopg."""
    url = parse_address(f"{scheme}://ann:secret@db:5433/slo?sslmode=require")
    assert url.drivername == "postgresql+psycopg"
    assert (url.host, url.port, url.database, url.query["sslmode"]) == (
        "db",
        5433,
        "slo",
        "require",
    )


@pytest.mark.parametrize(
    "address",
    [
        "",
        "  ",
        "mysql://ann:secret@db/slo",
        "postgresql+asyncpg://ann:secret@db/slo",
        "postgresql://ann:secret@db:port/slo",
        "://secret",
    ],
)
def test_address_that_is_none_is_refused_without_repeating_it(address: str) -> None:
    """It may hold a password; the message says what an address looks like."""
    with pytest.raises(LedgerAddressError, match="postgresql://user@host/database") as refused:
        Ledger.open(address)
    assert "secret" not in str(refused.value)


def test_name_of_a_ledger_has_no_password(postgres_server: PostgresServer) -> None:
    """It is for logs."""
    with Ledger.open(postgres_server.create_database() + "?application_name=x") as ledger:
        assert PASSWORD not in ledger.name
        assert "application_name" not in ledger.name
        assert f"127.0.0.1:{postgres_server.port}/ledger_" in ledger.name


def test_ledger_is_there_when_opened_again(shared_ledger_url: str) -> None:
    """What one process wrote, the next one reads."""
    with Ledger.open(shared_ledger_url) as ledger:
        ledger.record([recording(0, 60, slot(0, 1, 2))])
    with Ledger.open(shared_ledger_url) as ledger:
        assert list(ledger.sums(EVERYTHING).values()) == [events(1, 2, 1)]


def test_file_survives_a_loss_of_power(tmp_path: Path) -> None:
    """A commit is on the disk before it is reported: WAL with synchronous FULL, which is 2."""
    with open_store(parse_address(str(tmp_path / "ledger.db"))).engine.connect() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA synchronous")) == 2
        connection.engine.dispose()


def test_migrations_lead_to_the_tables_that_are_used(shared_ledger_url: str) -> None:
    """Column by column, and index by index."""
    Ledger.open(shared_ledger_url).close()
    engine = open_store(parse_address(shared_ledger_url)).engine
    migrated = inspect(engine)
    assert set(migrated.get_table_names()) == {*metadata.tables, VERSION_TABLE}
    for name, table in metadata.tables.items():
        columns = {column["name"]: _form(column) for column in migrated.get_columns(name)}
        assert columns == {
            column.name: (column.type.compile(engine.dialect), column.nullable)
            for column in table.columns
        }
        indexes = {index["name"] for index in migrated.get_indexes(name)}
        assert {index.name for index in table.indexes} <= indexes
    engine.dispose()


def _form(column: ReflectedColumn) -> tuple[str, bool]:
    return str(column["type"]), column["nullable"]


def test_revision_of_the_tables_is_the_last_migration() -> None:
    """The number is repeated so that opening need not load Alembic."""
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == REVISION


@pytest.mark.parametrize(
    ("revision", "newer_tables"),
    [("0001", ("episodes", "outbox", "runs")), ("0002", ("runs",))],
)
def test_ledger_of_an_older_slowatch_keeps_what_it_holds(
    shared_ledger_url: str, revision: str, newer_tables: tuple[str, ...]
) -> None:
    """That of 0.1.0, which knew of no alerts, and the next, which knew of no runs."""
    with Ledger.open(shared_ledger_url) as ledger:
        ledger.record([recording(0, 60, slot(0, 1, 2))])
        ledger.write_alerts([], deliveries=[Delivery("chat", "1", "a", "{}", T0)])
    store = open_store(parse_address(shared_ledger_url))
    with store.writing() as connection:
        for table in newer_tables:
            connection.execute(text(f"DROP TABLE {table}"))
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '{revision}'"))  # noqa: S608
    store.close()
    with Ledger.open(shared_ledger_url) as ledger:
        assert list(ledger.sums(EVERYTHING).values()) == [events(1, 2, 1)]
        assert ledger.queue_lengths() == ({} if "outbox" in newer_tables else {"chat": 1})
        assert (ledger.episodes(0), ledger.runs()) == ([], [])


def test_opening_an_up_to_date_ledger_does_not_load_alembic(shared_ledger_url: str) -> None:
    """It takes a third of a second."""
    Ledger.open(shared_ledger_url).close()
    program = (
        "import sys; from slowatch.ledger.ledger import Ledger; "
        f"Ledger.open({shared_ledger_url!r}).close(); assert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_values_and_errors_load_no_database_library() -> None:
    """The command line needs their names long before it needs a ledger."""
    program = (
        "import sys, slowatch.ledger.port, slowatch.ledger.run_port, slowatch.ledger.errors; "
        "assert 'sqlalchemy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_ledger_of_a_newer_slowatch_is_refused(shared_ledger_url: str) -> None:
    """Its rows may mean something else by then."""
    Ledger.open(shared_ledger_url).close()
    store = open_store(parse_address(shared_ledger_url))
    with store.writing() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))  # noqa: S608
    store.close()
    with pytest.raises(LedgerTooNew, match=r"newer slowatch \(revision 9999.*upgrade slowatch"):
        Ledger.open(shared_ledger_url)


def test_back_up_of_the_operations_page_can_be_opened(tmp_path: Path) -> None:
    """Made while the ledger is open, with the command that the page has."""
    page = Path(__file__).parents[2] / "docs" / "operations.md"
    (command,) = re.findall(r"^python3 -c '(.*VACUUM INTO.*)'$", page.read_text(), re.MULTILINE)
    with Ledger.open(str(tmp_path / "slowatch.db")) as ledger:
        ledger.record([recording(0, 60, slot(0, 3, 4))])
        subprocess.run([sys.executable, "-c", command], cwd=tmp_path, check=True)
        ledger.record([recording(60, 120, slot(60, 5, 5))])
    with Ledger.open(str(tmp_path / "backup.db")) as ledger:
        assert list(ledger.sums(EVERYTHING).values()) == [events(3, 4, 1)]


def test_missing_folder_is_named(tmp_path: Path) -> None:
    """Nobody wants a ledger in a folder made of a typing error."""
    with pytest.raises(LedgerUnavailable, match=f"create the folder {tmp_path}/nowhere first"):
        Ledger.open(f"{tmp_path}/nowhere/ledger.db")


def test_folder_is_no_ledger(tmp_path: Path) -> None:
    """A file in it may be."""
    with pytest.raises(LedgerUnavailable, match="it is a folder; give the path of a file in it"):
        Ledger.open(str(tmp_path))


def test_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    """Whatever it is, someone wants it."""
    path = tmp_path / "notes.txt"
    path.write_text("not a ledger " * 100)
    with pytest.raises(LedgerUnreadable, match="no SQLite file"):
        Ledger.open(str(path))
    assert path.read_text() == "not a ledger " * 100


def test_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    """Its tables are named, so that one sees whose it is."""
    path = tmp_path / "grafana.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE dashboard (id INTEGER)")
    connection.close()
    with pytest.raises(LedgerUnreadable, match=r"another program's tables \(dashboard\)"):
        Ledger.open(str(path))


def test_tables_of_the_same_name_are_left_alone(postgres_server: PostgresServer) -> None:
    """PostgreSQL databases are shared more often; only a clash of names is refused."""
    address = postgres_server.create_database()
    store = open_store(parse_address(address))
    with store.writing() as connection:
        connection.execute(text("CREATE TABLE unrelated (id INTEGER)"))
    Ledger.open(address).close()
    with store.writing() as connection:
        connection.execute(text(f"DROP TABLE {VERSION_TABLE}"))
    store.close()
    with pytest.raises(LedgerUnreadable, match=r"another program's tables \(asks, episodes, gaps"):
        Ledger.open(address)


def test_damaged_file_is_called_damaged(tmp_path: Path) -> None:
    """And the advice is not to start over in silence."""
    path = tmp_path / "ledger.db"
    with Ledger.open(str(path)) as ledger:
        ledger.record([recording(0, 60, *(slot(0, 1, 1, n=str(n)) for n in range(2000)))])
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(os.urandom(size - 8192))
    with pytest.raises(LedgerUnreadable, match="damaged"):
        _read_everything(str(path))


def _read_everything(path: str) -> None:
    with Ledger.open(path) as ledger:
        ledger.series()
        ledger.sums(EVERYTHING)


def test_unreachable_server_is_named(unused_port: int) -> None:
    """Host, port and what to check, and no password."""
    with pytest.raises(LedgerUnavailable, match="check that the server runs") as refused:
        Ledger.open(f"postgresql://ann:secret@127.0.0.1:{unused_port}/slo")
    assert f"127.0.0.1:{unused_port}/slo" in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.fixture
def unused_port() -> int:
    """A port that nothing listens at."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def test_wrong_password_is_told_without_it(postgres_server: PostgresServer) -> None:
    """The server says for whom."""
    wrong = postgres_server.create_database().replace(PASSWORD, "wrong-horse")
    with pytest.raises(LedgerUnavailable, match="check the URL's user and password") as refused:
        Ledger.open(wrong)
    assert "wrong-horse" not in str(refused.value)


def test_missing_database_is_told(postgres_server: PostgresServer) -> None:
    """Its name is in the server's message."""
    with pytest.raises(LedgerUnavailable, match='"nowhere" does not exist; create it'):
        Ledger.open(postgres_server.url("nowhere"))


def test_unknown_option_in_a_url_is_told(postgres_server: PostgresServer) -> None:
    """By libpq, before anything is connected."""
    with pytest.raises(LedgerUnavailable, match="check the options in the URL"):
        Ledger.open(postgres_server.create_database() + "?colour=blue")


def test_every_error_is_a_ledger_error() -> None:
    """One except clause is enough for callers."""
    kinds = [one for one in vars(errors).values() if isinstance(one, type)]
    assert len(kinds) == 6
    assert all(issubclass(one, LedgerError) for one in kinds)
