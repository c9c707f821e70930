"""Sums of tallies over spans, and points of them for charts.

Every sum goes series by series and looks up one stretch of its key, so a short span costs the same
however long the ledger is. A planner left alone may read a table from end to end instead; SQLite
keeps the order of an outer join, PostgreSQL that of a lateral one.
"""

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Row,
    Select,
    Table,
    and_,
    func,
    literal,
    select,
    true,
)

from slowatch.ledger.members import is_in
from slowatch.ledger.port import Point
from slowatch.ledger.schema import hours, series, slots
from slowatch.slo.slot import HOUR_S, Span
from slowatch.slo.tally import MICRO, NOTHING, Tally


def read_sums(
    connection: Connection, span: Span, series_ids: Iterable[int] | None
) -> dict[int, Tally]:
    """The tally of every series that has rows in the span; an hour counts where it starts."""
    chosen = true() if series_ids is None else is_in(connection, series.c.id, series_ids)
    found: dict[int, Tally] = {}
    for table in (slots, hours):
        for row in connection.execute(sums_query(connection, table, span).where(chosen)):
            found[row.id] = found.get(row.id, NOTHING) + _tally(row)
    return found


def sums_query(connection: Connection, table: Table, span: Span) -> Select[tuple[int, ...]]:
    """The sums of one table's rows in the span, by series."""
    inside = and_(table.c.series_id == series.c.id, _starts_in(table, span))
    if connection.dialect.name == "sqlite":
        query = select(series.c.id, *_sums(table)).select_from(series.outerjoin(table, inside))
        return query.group_by(series.c.id).having(_measured(table) > 0)
    sums = select(*_sums(table)).where(inside).correlate(series).lateral()
    return select(series.c.id, *sums.c).join_from(series, sums, sums.c.measured > 0)


def read_history(
    connection: Connection, series_ids: Iterable[int], span: Span, step_s: int
) -> dict[int, list[Point]]:
    """Points of `step_s` from the span's start on, by series; only those with rows."""
    listed = list(series_ids)
    points: dict[tuple[int, int], Point] = {}
    for table in (hours, slots):
        length_s = max(step_s, HOUR_S if table is hours else 0)
        for row in connection.execute(_points_query(connection, table, listed, span, step_s)):
            at = (row.series_id, row.at_s)
            was = points.get(at, Point(row.at_s, length_s, NOTHING))
            points[at] = Point(row.at_s, was.length_s, was.tally + _tally(row))
    return _by_series(listed, points)


def _points_query(
    connection: Connection, table: Table, series_ids: list[int], span: Span, step_s: int
) -> Select[tuple[int, ...]]:
    start_s = literal(span.start_s, BigInteger)
    since_s = table.c.start_s - start_s
    at_s = (start_s + since_s - since_s % literal(step_s, BigInteger)).label("at_s")
    chosen = is_in(connection, table.c.series_id, series_ids)
    return (
        select(table.c.series_id, at_s, *_sums(table))
        .where(chosen, _starts_in(table, span))
        .group_by(table.c.series_id, "at_s")
    )


def _by_series(
    series_ids: list[int], points: Mapping[tuple[int, int], Point]
) -> dict[int, list[Point]]:
    found: dict[int, list[Point]] = {series_id: [] for series_id in series_ids}
    for series_id, at_s in sorted(points):
        found[series_id].append(points[series_id, at_s])
    return found


def _starts_in(table: Table, span: Span) -> ColumnElement[bool]:
    return and_(table.c.start_s >= span.start_s, table.c.start_s < span.end_s)


def _sums(table: Table) -> Iterator[ColumnElement[int]]:
    # Events and their millionths are added up apart: as one number, the sum may not fit a BIGINT.
    million = literal(MICRO, Integer)
    for name in ("good", "total"):
        yield func.sum(table.c[name].op("/")(million)).label(f"{name}_events")
        yield func.sum(table.c[name] % million).label(f"{name}_rest")
    yield _measured(table).label("measured")


def _measured(table: Table) -> ColumnElement[int]:
    return func.sum(hours.c.measured) if table is hours else func.count(table.c.start_s)


def _tally(row: Row[tuple[int, ...]]) -> Tally:
    return Tally(
        good=int(row.good_events) * MICRO + int(row.good_rest),
        total=int(row.total_events) * MICRO + int(row.total_rest),
        measured=int(row.measured),
    )
