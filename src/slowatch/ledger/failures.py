"""What a database's error means, and what to do about it: the one place that decides."""

import re
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from slowatch.ledger.errors import LedgerError, LedgerUnavailable, LedgerUnreadable

_ERRORS: tuple[tuple[str, type[LedgerError], str], ...] = (
    # SQLite
    ("file is not a database", LedgerUnreadable, "it is no SQLite file; give another path"),
    ("malformed", LedgerUnreadable, "the file is damaged; restore a copy or move it away"),
    ("unable to open", LedgerUnavailable, "check that the file may be read and written"),
    ("readonly database", LedgerUnavailable, "let slowatch write the file and its folder"),
    ("database is locked", LedgerUnavailable, "another process has been writing for long; retry"),
    ("is full", LedgerUnavailable, "make room on the disk"),
    ("disk i/o error", LedgerUnavailable, "check the disk, and that the folder can be written"),
    # PostgreSQL
    ("no space left", LedgerUnavailable, "make room on the server's disk"),
    ("authentication failed", LedgerUnavailable, "check the URL's user and password"),
    ("no password supplied", LedgerUnavailable, "give the user's password in the URL"),
    ("permission denied", LedgerUnavailable, "grant the user CREATE on the schema it uses"),
    ("read-only transaction", LedgerUnavailable, "give the URL of the primary, not of a standby"),
    (
        r'(database|role) ".*" does not exist',
        LedgerUnavailable,
        "create it, or give the name of one that exists",
    ),
    ("invalid connection option", LedgerUnavailable, "check the options in the URL"),
    ("connection", LedgerUnavailable, "check that the server runs, and the URL's host and port"),
)


def explain(error: Exception, where: str) -> LedgerError:
    """The LedgerError that says what a database's error means for the ledger at `where`."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    said = " ".join(str(cause).split())
    for pattern, kind, advice in _ERRORS:
        if re.search(pattern, said, re.IGNORECASE):
            return kind(
                f"the ledger {where} cannot be used: {said}; {_path_advice(where) or advice}"
            )
    return LedgerUnavailable(f"the ledger {where} cannot be used: {said}")


def _path_advice(where: str) -> str | None:
    if "://" in where:
        return None
    path = Path(where)
    if path.is_dir():
        return "it is a folder; give the path of a file in it"
    if not path.absolute().parent.is_dir():
        return f"create the folder {path.absolute().parent} first"
    return None
