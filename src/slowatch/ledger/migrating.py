"""Bringing a ledger's tables to the form that this slowatch knows.

Alembic is loaded only where there is something to change.
"""

from pathlib import Path

from sqlalchemy import Connection, Text, column, inspect, select, table

from slowatch.ledger.address import describe
from slowatch.ledger.errors import LedgerTooNew, LedgerTooOld, LedgerUnreadable
from slowatch.ledger.schema import REVISION, VERSION_TABLE, metadata
from slowatch.ledger.store import Store

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(store: Store) -> None:
    """Make the ledger's tables those of this slowatch; processes that open it at once queue up.

    Raises LedgerTooNew where a newer slowatch was here, LedgerUnreadable where the database holds
    another program's tables.
    """
    with store.reading() as connection:
        if _revision(connection) == REVISION:
            return
    with store.writing() as connection:
        revision = _revision(connection)
        if revision == REVISION:
            return
        _check(store, connection, revision)
        _upgrade(connection)


def holds_ledger(store: Store) -> bool:
    """Whether there is a ledger of this slowatch's form, and not nothing; it is left as it is.

    Raises LedgerTooOld, and what `migrate` raises.
    """
    with store.reading() as connection:
        revision = _revision(connection)
        if revision == REVISION:
            return True
        _check(store, connection, revision)
    if revision is None:
        return False
    raise LedgerTooOld(
        f"the ledger {describe(store.url)} is of an older slowatch (revision {revision}, this one "
        f"reads {REVISION}); `slowatch run` brings it up to date, and so does a `slowatch verify` "
        "that stores its verdict"
    )


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    query = select(column("version_num", Text)).select_from(table(VERSION_TABLE))
    revision: str | None = connection.scalar(query)
    return revision


def _check(store: Store, connection: Connection, revision: str | None) -> None:
    where = describe(store.url)
    if revision is None:
        found = set(inspect(connection).get_table_names())
        foreign = found if store.is_sqlite else found & metadata.tables.keys()
        if foreign:
            raise LedgerUnreadable(
                f"{where} holds another program's tables ({', '.join(sorted(foreign))}); "
                "give the ledger a database of its own"
            )
    elif not any((MIGRATIONS / "versions").glob(f"{revision}_*.py")):
        raise LedgerTooNew(
            f"the ledger {where} was written by a newer slowatch (revision {revision}, this one "
            f"knows {REVISION}); upgrade slowatch, or give another ledger"
        )


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    command.upgrade(config, "head")
