"""Judged runs: written once, read by later runs, and one of each name marked as its baseline."""

from typing import cast

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, delete, insert, select, update

from slowatch.ledger.labels import storable
from slowatch.ledger.run_port import MOST_RUNS, NewRun, StoredRun
from slowatch.ledger.schema import runs
from slowatch.slo.verdict import Verdict

_DOCUMENTS = ("document", "measurements")


def write_run(connection: Connection, new: NewRun) -> int:
    """Write a run; its id. The oldest of its name go once there are more than `MOST_RUNS`."""
    row = {
        "service": storable(new.service),
        "name": storable(new.name),
        "start_s": new.start_s,
        "end_s": new.end_s,
        "verdict": new.verdict,
        "is_baseline": False,
        "created_s": new.created_s,
        "digest": new.digest,
        "document": storable(new.document),
        "measurements": storable(new.measurements),
    }
    run_id: int = connection.execute(insert(runs).returning(runs.c.id), row).scalar_one()
    _drop_oldest(connection, new.service, new.name)
    return run_id


def read_runs(
    connection: Connection,
    service: str | None,
    name: str | None,
    verdict: Verdict | None,
    most: int | None,
) -> list[StoredRun]:
    """The newest runs of a service, name and verdict, where those are given; newest first."""
    query = _without_documents().order_by(runs.c.id.desc()).limit(most)
    for column, wanted in (
        (runs.c.service, service),
        (runs.c.name, name),
        (runs.c.verdict, verdict),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    return [_stored(row) for row in connection.execute(query)]


def read_run(connection: Connection, run_id: int) -> StoredRun | None:
    """A run by its id."""
    row = connection.execute(_without_documents().where(runs.c.id == run_id)).one_or_none()
    return _stored(row) if row else None


def read_documents(connection: Connection, run_id: int) -> tuple[str, str] | None:
    """The document and the measurements of a run."""
    query = select(runs.c.document, runs.c.measurements).where(runs.c.id == run_id)
    row = connection.execute(query).one_or_none()
    return (row.document, row.measurements) if row else None


def read_baseline(connection: Connection, service: str, name: str) -> StoredRun | None:
    """The run of a name that is marked as baseline, else the newest that passed."""
    marked = _without_documents().where(_named(service, name), runs.c.is_baseline)
    row = connection.execute(marked).one_or_none()
    if row:
        return _stored(row)
    passed = read_runs(connection, service, name, "pass", 1)
    return passed[0] if passed else None


def mark(connection: Connection, run_id: int) -> bool:
    """Make a run the baseline of its name, and no other; whether there is such a run."""
    run = read_run(connection, run_id)
    if run is None:
        return False
    same_name = _named(run.service, run.name)
    connection.execute(update(runs).where(same_name, runs.c.is_baseline).values(is_baseline=False))
    connection.execute(update(runs).where(runs.c.id == run_id).values(is_baseline=True))
    return True


def unmark(connection: Connection, run_id: int) -> bool:
    """Make a run a baseline no more; whether there is such a run."""
    changing = update(runs).where(runs.c.id == run_id).values(is_baseline=False)
    return connection.execute(changing).rowcount > 0


def _drop_oldest(connection: Connection, service: str, name: str) -> None:
    newest_dropped = (
        select(runs.c.id)
        .where(_named(service, name), ~runs.c.is_baseline)
        .order_by(runs.c.id.desc())
        .limit(1)
        .offset(MOST_RUNS)
        .scalar_subquery()
    )
    old = and_(_named(service, name), ~runs.c.is_baseline, runs.c.id <= newest_dropped)
    connection.execute(delete(runs).where(old))


def _named(service: str, name: str) -> ColumnElement[bool]:
    return and_(runs.c.service == service, runs.c.name == name)


def _without_documents() -> Select[tuple[object, ...]]:
    return select(*(column for column in runs.c if column.name not in _DOCUMENTS))


def _stored(row: Row[tuple[object, ...]]) -> StoredRun:
    return StoredRun(
        id=row.id,
        service=row.service,
        name=row.name,
        start_s=row.start_s,
        end_s=row.end_s,
        verdict=cast("Verdict", row.verdict),
        is_baseline=row.is_baseline,
        created_s=row.created_s,
        digest=row.digest,
    )
