"""Transactions: one writer at a time, and readers that see the ledger at one moment.

Foreign exceptions end here: only a LedgerError leaves a transaction.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError

from slowatch.ledger.address import describe, is_memory
from slowatch.ledger.failures import explain
from slowatch.ledger.read_only import connect_to_read

BUSY_S = 10
"""Seconds to wait for another process that writes, and for a server to answer a connection."""

_WRITERS_LOCK = 0x510_3A7C4
"""The key of PostgreSQL's advisory lock that writers of all processes queue at."""

# Committed is durable: synchronous=NORMAL may lose the last commits of a WAL database when the
# power goes, and Prometheus may no longer hold what they held. A minute's facts are one commit, so
# it costs one fsync. Checkpoints are made rarer: a page that every slot touches is then written
# back once for many slots.
_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA wal_autocheckpoint = 8000",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA cache_size = -65536",
)


@dataclass(slots=True)
class Store:
    """An engine, and what keeps its transactions apart."""

    url: URL
    engine: Engine
    _writing: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite; else it is PostgreSQL."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction in which every read sees the ledger at one moment."""
        options = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with self._translated(), self._alone_in_memory(), self.engine.connect() as plain:
            connection = plain.execution_options(**options)
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is the only one writing, among all threads and processes."""
        with self._translated(), self._writing, self.engine.connect() as plain:
            connection = plain.execution_options(slowatch_begin="BEGIN IMMEDIATE")
            with connection.begin():
                if not self.is_sqlite:
                    lock = text("SELECT pg_advisory_xact_lock(:key)")
                    connection.execute(lock, {"key": _WRITERS_LOCK})
                yield connection

    def close(self) -> None:
        """Close all connections; those in use are closed once they are no longer."""
        with self._alone_in_memory():
            self.engine.dispose()

    def _alone_in_memory(self) -> AbstractContextManager[object]:
        # A ledger in memory has one connection, which one thread may use at a time.
        return self._writing if is_memory(self.url) else nullcontext()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        # SQLite's errors come bare from the statements that prepare a connection.
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise explain(error, describe(self.url)) from error


def open_store(url: URL) -> Store:
    """A store on the URL; nothing is connected yet."""
    return Store(url, _sqlite_engine(url) if _is_sqlite(url) else _postgresql_engine(url))


def open_store_to_read(url: URL) -> Store:
    """A store whose file is read only, and need not be writable; PostgreSQL is as ever."""
    return Store(url, _reading_engine(url) if _is_sqlite(url) else _postgresql_engine(url))


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _postgresql_engine(url: URL) -> Engine:
    defaults = {"connect_timeout": str(BUSY_S), "application_name": "slowatch"}
    return create_engine(
        url.update_query_dict({**defaults, **url.query}), hide_parameters=True, pool_pre_ping=True
    )


def _sqlite_engine(url: URL) -> Engine:
    arguments = {"timeout": BUSY_S, "check_same_thread": False, "isolation_level": None}
    pool = {"poolclass": StaticPool} if is_memory(url) else {}
    engine = create_engine(url, hide_parameters=True, connect_args=arguments, **pool)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _reading_engine(url: URL) -> Engine:
    path = Path(str(url.database))
    return create_engine(
        url, hide_parameters=True, creator=lambda: connect_to_read(path, timeout_s=BUSY_S)
    )


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in _SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("slowatch_begin", "BEGIN"))
