"""How the databases go about a sum: by looking up each series, never from end to end."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Table, text

from slowatch.ledger.address import parse_address
from slowatch.ledger.ledger import Ledger
from slowatch.ledger.schema import hours, slots
from slowatch.ledger.store import Store, open_store
from slowatch.ledger.summing import sums_query
from tests.ledger.making import T0, recording, slot, span


@pytest.fixture
def store(shared_ledger_url: str) -> Iterator[Store]:
    """A ledger of a few series, of which the planner knows nothing or everything."""
    with Ledger.open(shared_ledger_url) as ledger:
        facts = [slot(at_s, 1, 1, n=str(n)) for at_s in range(0, 6000, 60) for n in range(20)]
        ledger.record([recording(0, 6000, *facts)])
        ledger.compact(T0 + 3600)
    opened = open_store(parse_address(shared_ledger_url))
    yield opened
    opened.close()


@pytest.mark.parametrize("table", [slots, hours], ids=str)
@pytest.mark.parametrize("is_analyzed", [False, True])
def test_sum_looks_up_every_series(store: Store, table: Table, is_analyzed: bool) -> None:
    """In SQLite SCAN means from end to end, in PostgreSQL Seq Scan does."""
    with store.writing() as connection:
        if is_analyzed:
            connection.execute(text("ANALYZE"))
        query = sums_query(connection, table, span(3600, 6000))
        said = str(
            query.compile(connection.engine, compile_kwargs={"literal_binds": True})
        ).replace("%%", "%")
        if store.is_sqlite:
            rows = connection.execute(text(f"EXPLAIN QUERY PLAN {said}"))
            plan = [row.detail for row in rows]
            search = "USING PRIMARY KEY (series_id=? AND start_s>? AND start_s<?)"
            assert any(f"SEARCH {table} {search}" in step for step in plan), plan
            assert not any(step.startswith(f"SCAN {table}") for step in plan), plan
            assert not any("TEMP B-TREE" in step for step in plan), plan
        else:
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            plan = list(connection.scalars(text(f"EXPLAIN {said}")))
            assert any(f"{table}_pkey" in step for step in plan), plan
            assert any("series_id = series.id" in step for step in plan), plan
