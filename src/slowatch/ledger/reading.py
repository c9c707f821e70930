"""Reads: series, and how big the ledger is."""

from collections.abc import Collection

from sqlalchemy import Connection, ScalarSelect, Table, func, select, text

from slowatch.ledger.labels import from_text
from slowatch.ledger.members import is_in
from slowatch.ledger.port import Series, Size
from slowatch.ledger.schema import asks, hours, metadata, series, slots

_SQLITE_BYTES = text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
_POSTGRESQL_BYTES = text(
    "SELECT sum(pg_total_relation_size(to_regclass(name)))"
    " FROM unnest(CAST(:tables AS text[])) AS name"
)


def read_series(connection: Connection, keys: Collection[str] | None) -> list[Series]:
    """The series of the keys, or all, in the order in which they were created."""
    query = select(series.c.id, asks.c.key, series.c.labels, _first(slots), _first(hours))
    query = query.join_from(series, asks, asks.c.id == series.c.ask_id).order_by(series.c.id)
    if keys is not None:
        query = query.where(is_in(connection, asks.c.key, keys))
    return [
        Series(series_id, key, from_text(labels), _earlier(first_slot, first_hour))
        for series_id, key, labels, first_slot, first_hour in connection.execute(query)
    ]


def read_size(connection: Connection) -> Size:
    """Bytes of tables and indexes, and the number of series; no table of tallies is read."""
    if connection.dialect.name == "sqlite":
        stored_bytes = connection.scalar(_SQLITE_BYTES)
    else:
        stored_bytes = connection.scalar(_POSTGRESQL_BYTES, {"tables": list(metadata.tables)})
    count = connection.scalar(select(func.count()).select_from(series))
    return Size(int(stored_bytes or 0), count or 0)


def _first(table: Table) -> ScalarSelect[int | None]:
    query = select(func.min(table.c.start_s)).where(table.c.series_id == series.c.id)
    return query.scalar_subquery()


def _earlier(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
