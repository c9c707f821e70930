"""Episodes of alerts: written as they go on, read when a daemon starts and for their history."""

from collections.abc import Iterable, Iterator, Sequence
from typing import cast

from sqlalchemy import Connection, Row, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from slowatch.ledger.alert_port import Episode
from slowatch.ledger.labels import from_text, to_text
from slowatch.ledger.members import is_in
from slowatch.ledger.schema import episodes
from slowatch.slo.alert_state import AlertKey, AlertState, Phase
from slowatch.slo.policy import Severity


def write_episodes(
    connection: Connection, written: Sequence[Episode], dropped: Iterable[str]
) -> None:
    """Write episodes as they are now, and delete those with the dropped ids."""
    listed = list(dropped)
    if listed:
        connection.execute(delete(episodes).where(is_in(connection, episodes.c.id, listed)))
    if not written:
        return
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    writing = dialect.insert(episodes)
    changed = {column.name: writing.excluded[column.name] for column in episodes.c}
    writing = writing.on_conflict_do_update(index_elements=["id"], set_=changed)
    connection.execute(writing, [_row(episode) for episode in written])


def read_episodes(
    connection: Connection, resolved_since_s: int, most: int | None, slo_id: str | None = None
) -> list[Episode]:
    """The newest episodes that are open, or were resolved at a moment or later, newest first."""
    query = (
        select(episodes)
        .where(or_(episodes.c.resolved_s.is_(None), episodes.c.resolved_s >= resolved_since_s))
        .order_by(episodes.c.pending_s.desc(), episodes.c.severity, episodes.c.alert, episodes.c.id)
        .limit(most)
    )
    if slo_id is not None:
        query = query.where(episodes.c.slo_id == slo_id)
    return list(_episodes(connection.execute(query)))


def delete_resolved(connection: Connection, before_s: int) -> None:
    """Delete the episodes that were over before a moment."""
    connection.execute(delete(episodes).where(episodes.c.resolved_s < before_s))


def _row(episode: Episode) -> dict[str, object]:
    key, state = episode.key, episode.state
    return {
        "id": episode.id,
        "slo_id": key.slo_id,
        "alert": key.name,
        "severity": key.severity,
        "group_labels": to_text(dict(key.group)),
        "labels": to_text(episode.labels),
        "annotations": to_text(episode.annotations),
        "phase": state.phase,
        "pending_s": state.pending_s,
        "firing_s": state.firing_s,
        "resolved_s": state.resolved_s,
        "held_s": state.held_s,
        "known_s": state.known_s,
    }


def _episodes(rows: Iterable[Row[tuple[object, ...]]]) -> Iterator[Episode]:
    for row in rows:
        group = tuple(sorted(from_text(row.group_labels).items()))
        yield Episode(
            id=row.id,
            key=AlertKey(row.slo_id, row.alert, cast("Severity", row.severity), group),
            state=AlertState(
                cast("Phase", row.phase),
                row.pending_s,
                row.firing_s,
                row.resolved_s,
                row.held_s,
                row.known_s,
            ),
            labels=from_text(row.labels),
            annotations=from_text(row.annotations),
        )
