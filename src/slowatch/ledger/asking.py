"""What was asked, and over which spans."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, delete, insert, select

from slowatch.ledger.labels import storable
from slowatch.ledger.members import is_in
from slowatch.ledger.schema import asks, spans
from slowatch.slo.slot import Span

SpansOfKeys = dict[str, list[Span]]


def ask_ids(connection: Connection, keys: Iterable[str]) -> dict[str, int]:
    """The ids of what was asked, of those keys that were asked ever."""
    query = select(asks.c.key, asks.c.id).where(is_in(connection, asks.c.key, keys))
    return {row.key: row.id for row in connection.execute(query)}


def create_asks(connection: Connection, texts: Mapping[str, str]) -> dict[str, int]:
    """The ids of keys, each with the text that it is created with if it is new."""
    ids = ask_ids(connection, texts)
    new = [{"key": key, "text": storable(text)} for key, text in texts.items() if key not in ids]
    if not new:
        return ids
    connection.execute(insert(asks), new)
    return ids | ask_ids(connection, [row["key"] for row in new])


def read_spans(connection: Connection, ids: Mapping[str, int]) -> SpansOfKeys:
    """The spans asked, merged and oldest first, of every key."""
    keys = {ask_id: key for key, ask_id in ids.items()}
    found: SpansOfKeys = {key: [] for key in ids}
    query = select(spans).where(is_in(connection, spans.c.ask_id, keys))
    for row in connection.execute(query):
        found[keys[row.ask_id]].append(Span(row.start_s, row.end_s))
    return {key: sorted(some) for key, some in found.items()}


def write_spans(
    connection: Connection, ids: Mapping[str, int], *, before: SpansOfKeys, after: SpansOfKeys
) -> None:
    """Replace the spans of keys where they changed."""
    changed = [key for key in after if after[key] != before[key]]
    if not changed:
        return
    gone = is_in(connection, spans.c.ask_id, [ids[key] for key in changed])
    connection.execute(delete(spans).where(gone))
    rows = [
        {"ask_id": ids[key], "start_s": span.start_s, "end_s": span.end_s}
        for key in changed
        for span in after[key]
    ]
    connection.execute(insert(spans), rows)
