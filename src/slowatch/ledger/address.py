"""Where a ledger is: a path, `:memory:`, or a URL of SQLite or PostgreSQL."""

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from slowatch.ledger.errors import LedgerAddressError

MEMORY = ":memory:"
_SCHEMES = {
    "sqlite": "sqlite+pysqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}
_KINDS = "a path, :memory:, sqlite:///path or postgresql://user@host/database"


def parse_address(address: str) -> URL:
    """The SQLAlchemy URL of a ledger's address.

    Raises LedgerAddressError, without the address in it: it may hold a password.
    """
    if not address.strip():
        raise LedgerAddressError(f"the ledger's address is empty; give {_KINDS}")
    if "://" not in address:
        return _sqlite(address)
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise LedgerAddressError(f"the ledger's URL cannot be read; give {_KINDS}") from None
    scheme, _, driver = url.drivername.partition("+")
    if scheme not in _SCHEMES or driver not in ("", _SCHEMES[scheme].partition("+")[2]):
        raise LedgerAddressError(f"a ledger cannot be kept in {url.drivername!r}; give {_KINDS}")
    if scheme == "sqlite":
        return _sqlite(url.database or MEMORY)
    return url.set(drivername=_SCHEMES[scheme])


def is_memory(url: URL) -> bool:
    """Whether the ledger lives in this process only."""
    return url.database == MEMORY


def is_there(url: URL) -> bool:
    """Whether there may be a ledger already: no file, no ledger; of a server it is not known."""
    is_file = url.get_backend_name() == "sqlite"
    return not is_file or (not is_memory(url) and Path(str(url.database)).exists())


def describe(url: URL) -> str:
    """The address for messages and logs: no password, no options."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.set(drivername="postgresql", password=None, query={}).render_as_string()


def _sqlite(path: str) -> URL:
    database = path if path == MEMORY else str(Path(path).expanduser())
    return URL.create(_SCHEMES["sqlite"], database=database)
