"""Making the ledger smaller: slots become hours, and the oldest rows are forgotten.

The work is cut into transactions of bounded size, so that recording never waits for long. Each of
them takes slots away and adds the same tallies to hours, so no sum changes at any moment.
"""

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    and_,
    cast,
    delete,
    exists,
    func,
    literal,
    not_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from slowatch.ledger.episodes import delete_resolved
from slowatch.ledger.schema import asks, gaps, hours, series, slots, spans
from slowatch.ledger.store import Store
from slowatch.slo.slot import HOUR_S, floor_to

_SERIES_AT_ONCE = 100
_AT_ONCE_S = 12 * HOUR_S


@dataclass(frozen=True, slots=True)
class _Ids:
    """The series with ids from `first` to `last`."""

    first: int
    last: int

    def hold(self, column: ColumnElement[int]) -> ColumnElement[bool]:
        """Whether a column of series ids holds one of them; each is looked up by itself."""
        return column.in_(select(series.c.id).where(series.c.id.between(self.first, self.last)))


def compact(store: Store, before_s: int) -> None:
    """Turn slots that start before a moment into hours; the hour it lies in stays as it is."""
    end_s = floor_to(before_s, HOUR_S)
    for ids in _batches(store):
        while (oldest_s := _oldest_slot(store, ids)) is not None and oldest_s < end_s:
            until_s = min(floor_to(oldest_s, HOUR_S) + _AT_ONCE_S, end_s)
            with store.writing() as connection:
                _compact(connection, ids, until_s)


def forget(store: Store, before_s: int) -> None:
    """Delete what lies before a moment; the hour it lies in stays whole."""
    end_s = floor_to(before_s, HOUR_S)
    batches = _batches(store)
    for ids in batches:
        with store.writing() as connection:
            _delete_rows(connection, ids, end_s)
    # Rows may not outlive the span that says they were asked, so the rest goes in one transaction.
    with store.writing() as connection:
        _delete_rows(connection, _Ids(0, 2**63 - 1), end_s)
        for table in (spans, gaps):
            connection.execute(delete(table).where(table.c.end_s <= end_s))
            connection.execute(update(table).where(table.c.start_s < end_s).values(start_s=end_s))
        _drop_empty(connection)
        delete_resolved(connection, end_s)


def _batches(store: Store) -> list[_Ids]:
    with store.reading() as connection:
        ids = list(connection.scalars(select(series.c.id).order_by(series.c.id)))
    chunks = (ids[at : at + _SERIES_AT_ONCE] for at in range(0, len(ids), _SERIES_AT_ONCE))
    return [_Ids(chunk[0], chunk[-1]) for chunk in chunks]


def _oldest_slot(store: Store, ids: _Ids) -> int | None:
    first = select(func.min(slots.c.start_s)).where(slots.c.series_id == series.c.id)
    firsts = select(first.scalar_subquery().label("start_s"))
    firsts = firsts.where(series.c.id.between(ids.first, ids.last))
    with store.reading() as connection:
        oldest_s: int | None = connection.scalar(select(func.min(firsts.subquery().c.start_s)))
        return oldest_s


def _compact(connection: Connection, ids: _Ids, until_s: int) -> None:
    rows = and_(ids.hold(slots.c.series_id), slots.c.start_s < until_s)
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    adding = dialect.insert(hours).from_select(hours.c.keys(), _as_hours(rows))
    added = {name: hours.c[name] + adding.excluded[name] for name in ("good", "total", "measured")}
    connection.execute(
        adding.on_conflict_do_update(index_elements=["series_id", "start_s"], set_=added)
    )
    connection.execute(delete(slots).where(rows))


def _as_hours(rows: ColumnElement[bool]) -> Select[tuple[int, ...]]:
    hour_s = (slots.c.start_s - slots.c.start_s % literal(HOUR_S, BigInteger)).label("hour_s")
    sums = (cast(func.sum(slots.c[name]), BigInteger) for name in ("good", "total"))
    query = select(slots.c.series_id, hour_s, *sums, func.count()).where(rows)
    return query.group_by(slots.c.series_id, "hour_s")


def _delete_rows(connection: Connection, ids: _Ids, end_s: int) -> None:
    for table in (slots, hours):
        rows = and_(ids.hold(table.c.series_id), table.c.start_s < end_s)
        connection.execute(delete(table).where(rows))


def _drop_empty(connection: Connection) -> None:
    for owner, owned in (
        (series, (slots.c.series_id, hours.c.series_id)),
        (asks, (series.c.ask_id, spans.c.ask_id, gaps.c.ask_id)),
    ):
        used = [exists().where(column == owner.c.id) for column in owned]
        connection.execute(delete(owner).where(*(not_(one) for one in used)))
