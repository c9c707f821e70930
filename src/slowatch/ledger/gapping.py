"""Gaps: spans without a number, kept as few rows per reason."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, delete, insert, select

from slowatch.ledger.labels import storable
from slowatch.ledger.members import is_in
from slowatch.ledger.port import Gap
from slowatch.ledger.schema import asks, gaps
from slowatch.ledger.spans import merge
from slowatch.slo.slot import Span


@dataclass(slots=True)
class _Run:
    """The spans of one thing asked and one reason that touch new ones, old and new."""

    spans: list[Span] = field(default_factory=list)
    row_ids: list[int] = field(default_factory=list)


def write_gaps(connection: Connection, gaps_of_asks: Mapping[int, list[Gap]]) -> None:
    """Add gaps, merged with those they touch that have the same reason."""
    runs = _new_runs(gaps_of_asks)
    if not runs:
        return
    _add_touching(connection, runs)
    _replace(connection, runs)


def read_gaps(connection: Connection, key: str, span: Span) -> list[Gap]:
    """The gaps of a key in a span, cut to it, oldest first."""
    query = (
        select(gaps)
        .join(asks, asks.c.id == gaps.c.ask_id)
        .where(asks.c.key == key, gaps.c.end_s > span.start_s, gaps.c.start_s < span.end_s)
        .order_by(gaps.c.start_s, gaps.c.reason)
    )
    return [
        Gap(Span(max(row.start_s, span.start_s), min(row.end_s, span.end_s)), row.reason)
        for row in connection.execute(query)
    ]


_Runs = dict[tuple[int, str], _Run]


def _new_runs(gaps_of_asks: Mapping[int, list[Gap]]) -> _Runs:
    runs: _Runs = defaultdict(_Run)
    for ask_id, some in gaps_of_asks.items():
        for gap in some:
            runs[ask_id, storable(gap.reason)].spans.append(gap.span)
    return runs


def _add_touching(connection: Connection, runs: _Runs) -> None:
    new = [span for run in runs.values() for span in run.spans]
    query = select(gaps).where(
        is_in(connection, gaps.c.ask_id, {ask_id for ask_id, _ in runs}),
        gaps.c.end_s >= min(span.start_s for span in new),
        gaps.c.start_s <= max(span.end_s for span in new),
    )
    for row in connection.execute(query):
        if run := runs.get((row.ask_id, row.reason)):
            run.spans.append(Span(row.start_s, row.end_s))
            run.row_ids.append(row.id)


def _replace(connection: Connection, runs: _Runs) -> None:
    row_ids = [row_id for run in runs.values() for row_id in run.row_ids]
    connection.execute(delete(gaps).where(is_in(connection, gaps.c.id, row_ids)))
    connection.execute(insert(gaps), list(_rows(runs)))


def _rows(runs: _Runs) -> Iterable[dict[str, object]]:
    for (ask_id, reason), run in runs.items():
        for span in merge(run.spans):
            yield {"ask_id": ask_id, "start_s": span.start_s, "end_s": span.end_s, "reason": reason}
