"""Writing recordings: only what is new, and all of it or nothing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Connection, Table, insert, select

from slowatch.ledger import labels
from slowatch.ledger.asking import SpansOfKeys, create_asks, read_spans, write_spans
from slowatch.ledger.gapping import write_gaps
from slowatch.ledger.members import is_in
from slowatch.ledger.port import Entry, Fact, Gap, Labels, Recorded, Recording, Series
from slowatch.ledger.schema import hours, series, slots
from slowatch.ledger.spans import News, merge, news


@dataclass(frozen=True, slots=True)
class _Judged:
    """What is new in one recording, and the key it was asked by."""

    key: str
    news: News


@dataclass(frozen=True, slots=True)
class _Place:
    """The series that a fact belongs to, whether it exists yet or not."""

    key: str
    labels: Labels
    text: str
    digest: str


def record(connection: Connection, recordings: Sequence[Recording]) -> Recorded:
    """Write what is new in the recordings; the first of two that say the same counts."""
    ids = create_asks(connection, {one.asked.key: one.asked.text for one in recordings})
    before = read_spans(connection, ids)
    judged, after = _judge(recordings, before)
    created, entries, doubles = _write_facts(connection, ids, judged)
    write_spans(connection, ids, before=before, after=after)
    write_gaps(connection, _gaps(ids, judged))
    ignored = [fact for one in judged for fact in one.news.ignored]
    return Recorded(tuple(entries), (*ignored, *doubles), tuple(created))


def _judge(
    recordings: Sequence[Recording], before: SpansOfKeys
) -> tuple[list[_Judged], SpansOfKeys]:
    known = dict(before)
    judged = []
    for recording in recordings:
        key = recording.asked.key
        one = _Judged(key, news(recording, known[key]))
        known[key] = merge([*known[key], *one.news.spans])
        judged.append(one)
    return judged, known


def _gaps(ids: Mapping[str, int], judged: Sequence[_Judged]) -> Mapping[int, list[Gap]]:
    found: dict[int, list[Gap]] = defaultdict(list)
    for one in judged:
        if one.news.gaps:
            found[ids[one.key]] += one.news.gaps
    return found


def _write_facts(
    connection: Connection, ids: Mapping[str, int], judged: Sequence[_Judged]
) -> tuple[list[Series], list[Entry], list[Fact]]:
    placed = [(_place(one.key, fact), fact) for one in judged for fact in one.news.facts]
    places = {place.digest: place for place, _ in placed}
    series_ids, created = _create_series(connection, ids, places)
    entries: dict[tuple[int, int], Entry] = {}
    doubles = []
    for place, fact in placed:
        entry = Entry(series_ids[place.digest], fact)
        if entries.setdefault((entry.series_id, fact.span.start_s), entry) is not entry:
            doubles.append(fact)
    _insert(connection, slots, [_slot(one) for one in entries.values() if not one.fact.is_hour])
    _insert(connection, hours, [_hour(one) for one in entries.values() if one.fact.is_hour])
    return created, list(entries.values()), doubles


def _place(key: str, fact: Fact) -> _Place:
    return _place_of(key, tuple(fact.labels.items()))


@lru_cache(maxsize=65_536)
def _place_of(key: str, items: tuple[tuple[str, str], ...]) -> _Place:
    labels_ = dict(items)
    text = labels.to_text(labels_)
    return _Place(key, labels_, text, labels.digest(key, text))


def _create_series(
    connection: Connection, ids: Mapping[str, int], places: Mapping[str, _Place]
) -> tuple[dict[str, int], list[Series]]:
    known = _series_ids(connection, places)
    new = [place for digest, place in places.items() if digest not in known]
    _insert(
        connection,
        series,
        [{"ask_id": ids[one.key], "labels": one.text, "digest": one.digest} for one in new],
    )
    found = _series_ids(connection, [one.digest for one in new]) if new else {}
    created = [Series(found[one.digest], one.key, one.labels) for one in new]
    return known | found, created


def _series_ids(connection: Connection, digests: Iterable[str]) -> dict[str, int]:
    query = select(series.c.digest, series.c.id).where(is_in(connection, series.c.digest, digests))
    return {row.digest: row.id for row in connection.execute(query)}


def _slot(entry: Entry) -> dict[str, int]:
    fact = entry.fact
    return {
        "series_id": entry.series_id,
        "start_s": fact.span.start_s,
        "good": fact.tally.good,
        "total": fact.tally.total,
    }


def _hour(entry: Entry) -> dict[str, int]:
    return _slot(entry) | {"measured": entry.fact.tally.measured}


def _insert(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        connection.execute(insert(table), rows)
