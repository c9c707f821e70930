"""The outbox: what is to be sent, kept until a target has taken it or it is given up."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, Row, and_, delete, exists, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from slowatch.ledger.alert_port import Delivery, Queued
from slowatch.ledger.labels import storable
from slowatch.ledger.members import is_in
from slowatch.ledger.schema import outbox


def enqueue(connection: Connection, deliveries: Sequence[Delivery]) -> None:
    """Put deliveries at the end; one that is there already is left as it is."""
    if not deliveries:
        return
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    writing = dialect.insert(outbox).on_conflict_do_nothing(index_elements=["target", "uid"])
    connection.execute(writing, [_row(one) for one in deliveries])


def read_due(connection: Connection, target: str, at_s: float, most: int) -> list[Queued]:
    """The first of each alert that a target is to be sent, where it is time to try it."""
    earlier = outbox.alias()
    waits = exists().where(
        and_(
            earlier.c.target == outbox.c.target,
            earlier.c.alert == outbox.c.alert,
            earlier.c.id < outbox.c.id,
        )
    )
    query = (
        select(outbox)
        .where(outbox.c.target == target, outbox.c.next_s <= int(at_s), ~waits)
        .order_by(outbox.c.id)
        .limit(most)
    )
    return [_queued(row) for row in connection.execute(query)]


def read_queue_lengths(connection: Connection) -> Mapping[str, int]:
    """How many deliveries wait, by target; of targets without one nothing is said."""
    query = select(outbox.c.target, func.count()).group_by(outbox.c.target)
    return {row[0]: row[1] for row in connection.execute(query)}


def remove(connection: Connection, ids: Iterable[int]) -> None:
    """Take deliveries out: they were sent, or are given up."""
    connection.execute(delete(outbox).where(is_in(connection, outbox.c.id, ids)))


def remove_others(connection: Connection, targets: Iterable[str]) -> int:
    """Take out what is for none of the targets; how much that was."""
    kept = is_in(connection, outbox.c.target, targets)
    return connection.execute(delete(outbox).where(~kept)).rowcount


def put_off(connection: Connection, queued: Queued, next_s: int) -> None:
    """Note that a delivery was tried in vain once more, and when to try it again."""
    changed = {
        "attempts": queued.attempts,
        "next_s": next_s,
        "last_error": storable(queued.last_error or ""),
    }
    connection.execute(update(outbox).where(outbox.c.id == queued.id).values(changed))


def _row(delivery: Delivery) -> dict[str, object]:
    return {
        "target": delivery.target,
        "uid": delivery.uid,
        "alert": delivery.alert,
        "payload": storable(delivery.payload),
        "created_s": delivery.created_s,
        "attempts": 0,
        "next_s": delivery.created_s,
    }


def _queued(row: Row[tuple[object, ...]]) -> Queued:
    delivery = Delivery(row.target, row.uid, row.alert, row.payload, row.created_s)
    return Queued(row.id, delivery, row.attempts, row.last_error)
