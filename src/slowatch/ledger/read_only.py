"""Reading a SQLite file where nothing may be written: on a read-only mount, in another's folder.

In WAL mode readers write too, into a file of locks beside the ledger. Where it can neither be
written nor found, nobody else writes the ledger either: then it is read as a file that never
changes, unless its newest writes are still in the log, where such a reader does not look.
"""

import sqlite3
from pathlib import Path

from slowatch.ledger.errors import LedgerUnavailable

_PRIMARY_CODE = 0xFF
"""The bits of an extended error code that say its kind."""


def connect_to_read(path: Path, timeout_s: float) -> sqlite3.Connection:
    """A connection that leaves no file, and changes nothing that is kept.

    Raises what SQLite raises, and LedgerUnavailable where the newest writes cannot be read.
    """
    try:
        # Not `ro`: it leaves its files of locks behind, which may then be another user's.
        connection = _connected(path, "mode=rw", timeout_s)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & _PRIMARY_CODE != sqlite3.SQLITE_CANTOPEN:
            raise
        _check_whole(path)
        connection = _connected(path, "immutable=1", timeout_s)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _connected(path: Path, how: str, timeout_s: float) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?{how}"
    connection = sqlite3.connect(
        address, uri=True, timeout=timeout_s, check_same_thread=False, isolation_level=None
    )
    try:
        connection.execute("PRAGMA schema_version")  # the first read opens the log
    except BaseException:
        connection.close()
        raise
    return connection


def _check_whole(path: Path) -> None:
    log = Path(f"{path}-wal")
    if log.exists() and log.stat().st_size:
        raise LedgerUnavailable(
            f"the ledger {path} cannot be read here: its newest writes are in {log} still; "
            "open it once where slowatch may write its folder"
        )
