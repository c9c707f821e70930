"""What every ledger does, wherever it is kept."""

from collections.abc import Iterator

import pytest

from slowatch.ledger.ledger import Ledger
from slowatch.ledger.port import MOST_PER_SLOT, Fact, Gap, Point, Recorded, Recording, Series
from slowatch.slo.slot import HOUR_S
from slowatch.slo.tally import Tally
from tests.ledger.making import (
    EVERYTHING,
    T0,
    events,
    gap,
    hour,
    recording,
    slot,
    span,
)


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    """An empty ledger."""
    with Ledger.open(ledger_url) as opened:
        yield opened


def test_new_ledger_holds_nothing(ledger: Ledger) -> None:
    """Nothing is asked, no series exist and no sum is zero."""
    assert ledger.series() == []
    assert ledger.sums(EVERYTHING) == {}
    assert ledger.asked(["requests"]) == {"requests": []}
    assert ledger.gaps("requests", EVERYTHING) == []
    assert ledger.size().series == 0


def test_recorded_slots_are_added_up_exactly(ledger: Ledger) -> None:
    """Millionths of events survive, and the number of slots is kept."""
    facts = (slot(0, 0.1, 0.3), slot(60, 0.2, 0.3), slot(120, 0, 0))
    ledger.record([recording(0, 180, *facts)])
    assert list(ledger.sums(EVERYTHING).values()) == [Tally(300_000, 600_000, 3)]


def test_sums_take_the_slots_that_start_in_the_span(ledger: Ledger) -> None:
    """The end is not part of a span."""
    ledger.record([recording(0, 180, slot(0, 1, 1), slot(60, 10, 10), slot(120, 100, 100))])
    assert list(ledger.sums(span(60, 120)).values()) == [events(10, 10, 1)]
    assert ledger.sums(span(180, 240)) == {}


def test_sums_can_be_limited_to_series(ledger: Ledger) -> None:
    """Those asked for, and of no other."""
    said = ledger.record([recording(0, 60, slot(0, 1, 1, path="/a"), slot(0, 2, 2, path="/b"))])
    first, second = (entry.series_id for entry in said.entries)
    assert ledger.sums(EVERYTHING, [second]) == {second: events(2, 2, 1)}
    assert ledger.sums(EVERYTHING, []) == {}
    assert set(ledger.sums(EVERYTHING)) == {first, second}


def test_recording_says_what_it_wrote_and_created(ledger: Ledger) -> None:
    """Every fact comes back with its series; every new series is told once."""
    first = slot(0, 1, 2, path="/a")
    said = ledger.record([recording(0, 60, first)])
    (created,) = said.created
    assert created == Series(created.id, "requests", {"path": "/a"})
    assert [(entry.series_id, entry.fact) for entry in said.entries] == [(created.id, first)]
    assert ledger.record([recording(60, 120, slot(60, 1, 2, path="/a"))]).created == ()


def test_recording_twice_changes_nothing(ledger: Ledger) -> None:
    """The second time everything is ignored, and said to be."""
    once = recording(0, 120, slot(0, 1, 2), gap(60, 120, "no data"))
    ledger.record([once])
    sums = ledger.sums(EVERYTHING)
    assert ledger.record([once]) == Recorded(ignored=once.facts)
    assert ledger.record([once, once]) == Recorded(ignored=once.facts * 2)
    assert ledger.sums(EVERYTHING) == sums
    assert ledger.gaps("requests", EVERYTHING) == [gap(60, 120, "no data")]


def test_first_answer_counts_within_one_call(ledger: Ledger) -> None:
    """Of two recordings of the same span, the first is kept."""
    first, second = slot(0, 1, 1), slot(0, 0, 1)
    said = ledger.record([recording(0, 60, first), recording(0, 60, second)])
    assert said.ignored == (second,)
    assert list(ledger.sums(EVERYTHING).values()) == [events(1, 1, 1)]


def test_fact_given_twice_in_one_recording_counts_once(ledger: Ledger) -> None:
    """A doubled answer is ignored rather than refused: it must not stop the others."""
    said = ledger.record([recording(0, 60, slot(0, 1, 1), slot(0, 1, 1))])
    assert (len(said.entries), len(said.ignored)) == (1, 1)
    assert list(ledger.sums(EVERYTHING).values()) == [events(1, 1, 1)]


def test_only_the_unknown_part_of_an_overlapping_recording_is_written(ledger: Ledger) -> None:
    """Slots known already stay as they are; gaps are cut to what is new."""
    ledger.record([recording(0, 120, slot(0, 1, 1), slot(60, 1, 1))])
    late = recording(60, 240, slot(60, 9, 9), slot(120, 2, 2), gap(60, 240, "late"))
    said = ledger.record([late])
    assert [entry.fact.span for entry in said.entries] == [span(120, 180)]
    assert list(ledger.sums(EVERYTHING).values()) == [events(4, 4, 3)]
    assert ledger.gaps("requests", EVERYTHING) == [gap(120, 240, "late")]


def test_facts_known_already_are_ignored_after_compaction(ledger: Ledger) -> None:
    """The slot is gone, but that it was asked is not."""
    once = recording(0, 60, slot(0, 1, 2))
    ledger.record([once])
    ledger.compact(T0 + HOUR_S)
    assert ledger.record([once]).ignored == once.facts
    assert list(ledger.sums(EVERYTHING).values()) == [events(1, 2, 1)]


def test_half_known_hour_is_ignored_and_its_rest_stays_unasked(ledger: Ledger) -> None:
    """Writing it would count the known half twice; forgetting its rest would lose the other."""
    ledger.record([recording(0, 1800, slot(0, 1, 1))])
    known, fresh = hour(0, 60, 60), hour(HOUR_S, 60, 60)
    said = ledger.record([recording(0, 2 * HOUR_S, known, fresh)])
    assert said.ignored == (known,)
    assert ledger.asked(["requests"])["requests"] == [span(0, 1800), span(HOUR_S, 2 * HOUR_S)]
    assert list(ledger.sums(EVERYTHING).values()) == [events(61, 61, 61)]


def test_asked_spans_are_merged_and_kept_by_key(ledger: Ledger) -> None:
    """Also where nothing was found."""
    parts = [recording(120, 180), recording(0, 60), recording(240, 300), recording(60, 120)]
    ledger.record([*parts, recording(0, 60, key="other")])
    assert ledger.asked(["requests", "other", "never"]) == {
        "requests": [span(0, 180), span(240, 300)],
        "other": [span(0, 60)],
        "never": [],
    }


def test_series_are_told_apart_by_key_and_labels(ledger: Ledger) -> None:
    """The order of labels does not matter; every character of them does."""
    odd = {"path": 'a"b\\c\n', "name": "größe\x00"}
    ledger.record(
        [
            Recording(
                recording(0, 60).asked, span(0, 60), (Fact(odd, span(0, 60), events(1, 1, 1)),)
            ),
            recording(60, 120, slot(60, 1, 1, name="größe\x00", path='a"b\\c\n')),
            recording(60, 120, slot(60, 1, 1, path="a"), key="other"),
        ]
    )
    found = ledger.series()
    assert [(one.key, one.labels) for one in found] == [("requests", odd), ("other", {"path": "a"})]
    assert [one.first_start_s for one in found] == [T0, T0 + 60]
    assert ledger.series(["other"]) == found[1:]
    assert ledger.series([]) == []


def test_label_values_may_be_longer_than_an_index_takes(ledger: Ledger) -> None:
    """PostgreSQL refuses index rows of more than 2,700 bytes."""
    noise = "".join(chr(33 + index * index % 89) for index in range(20_000))
    ledger.record([recording(0, 60, slot(0, 1, 1, url=noise))])
    assert ledger.series()[0].labels == {"url": noise}


def test_equal_neighbouring_gaps_become_one(ledger: Ledger) -> None:
    """In whatever order they come; another reason stays apart."""
    for start_s, reason in ((120, "no data"), (0, "no data"), (180, "timeout"), (60, "no data")):
        ledger.record([recording(start_s, start_s + 60, gap(start_s, start_s + 60, reason))])
    assert ledger.gaps("requests", EVERYTHING) == [gap(0, 180, "no data"), gap(180, 240, "timeout")]
    assert ledger.gaps("requests", span(60, 120)) == [gap(60, 120, "no data")]
    assert ledger.gaps("other", EVERYTHING) == []


def test_history_groups_slots_into_steps(ledger: Ledger) -> None:
    """Steps start at the span's start; those without slots are left out."""
    facts = [slot(at_s, 1, 2) for at_s in (0, 60, 120, 600)]
    series_id = ledger.record([recording(0, 660, *facts)]).created[0].id
    assert ledger.history([series_id, 999], span(0, 660), 120) == {
        series_id: [
            Point(T0, 120, events(2, 4, 2)),
            Point(T0 + 120, 120, events(1, 2, 1)),
            Point(T0 + 600, 120, events(1, 2, 1)),
        ],
        999: [],
    }


def test_history_of_hours_has_points_of_an_hour(ledger: Ledger) -> None:
    """What is kept by the hour is not drawn finer than that, but may be drawn coarser."""
    day = recording(0, 2 * HOUR_S, hour(0, 50, 60), hour(HOUR_S, 60, 60))
    series_id = ledger.record([day]).created[0].id
    fine = ledger.history([series_id], span(0, 2 * HOUR_S), 60)[series_id]
    assert [(point.start_s, point.length_s) for point in fine] == [
        (T0, HOUR_S),
        (T0 + HOUR_S, HOUR_S),
    ]
    coarse = ledger.history([series_id], span(0, 2 * HOUR_S), 2 * HOUR_S)[series_id]
    assert coarse == [Point(T0, 2 * HOUR_S, events(110, 120, 120))]


def test_hours_count_where_they_start(ledger: Ledger) -> None:
    """So a window's old edge lies on the hour, and its new edge where it is."""
    ledger.record([recording(0, HOUR_S, hour(0, 50, 60, 58))])
    ledger.record([recording(HOUR_S, HOUR_S + 60, slot(HOUR_S, 1, 1))])
    assert list(ledger.sums(span(0, HOUR_S + 60)).values()) == [events(51, 61, 59)]
    assert list(ledger.sums(span(1, HOUR_S + 60)).values()) == [events(1, 1, 1)]


def test_compaction_changes_no_sum_over_hours(ledger: Ledger) -> None:
    """Once, twice, and after older slots were filled in late."""
    facts = [slot(at_s, 1, 2) for at_s in range(0, 3 * HOUR_S, 600)]
    ledger.record([recording(0, 3 * HOUR_S, *facts, slot(0, 3, 4, path="/b"))])
    hours = [span(at_s, at_s + HOUR_S) for at_s in range(0, 3 * HOUR_S, HOUR_S)]
    sums = [ledger.sums(one) for one in hours]
    for _ in range(2):
        ledger.compact(T0 + 2 * HOUR_S + 1800)
        assert [ledger.sums(one) for one in hours] == sums
    assert len(ledger.history([1], span(0, 3 * HOUR_S), 60)[1]) == 2 + 6


def test_slots_filled_in_late_join_the_hour_that_is_there(ledger: Ledger) -> None:
    """Compaction adds to an hour; it does not replace it."""
    ledger.record([recording(0, 60, slot(0, 1, 2))])
    ledger.compact(T0 + HOUR_S)
    series_id = ledger.record([recording(60, 120, slot(60, 3, 4))]).entries[0].series_id
    ledger.compact(T0 + HOUR_S)
    points = ledger.history([series_id], span(0, HOUR_S), 60)[series_id]
    assert points == [Point(T0, HOUR_S, events(4, 6, 2))]


def test_compaction_goes_through_long_histories_in_steps(ledger: Ledger) -> None:
    """More hours and more series than one transaction takes."""
    starts = range(0, 50 * HOUR_S, HOUR_S // 2)
    facts = [slot(at_s, 1, 2, n=str(n)) for at_s in starts for n in range(120)]
    ledger.record([recording(0, 50 * HOUR_S, *facts)])
    ledger.compact(T0 + 50 * HOUR_S)
    assert set(ledger.sums(EVERYTHING).values()) == {events(100, 200, 100)}
    points = ledger.history([120], EVERYTHING, 60)[120]
    assert [point.length_s for point in points] == [HOUR_S] * 50


def test_forgotten_hours_are_gone_and_may_be_asked_again(ledger: Ledger) -> None:
    """Rows, gaps and asked spans are cut at the hour."""
    parts = (hour(0, 1, 1), slot(2 * HOUR_S, 2, 2), gap(60, 3 * HOUR_S, "no data"))
    ledger.record([recording(0, 3 * HOUR_S, *parts), recording(0, 60, slot(0, 1, 1), key="old")])
    ledger.forget(T0 + HOUR_S + 1800)
    rest = span(HOUR_S, 3 * HOUR_S)
    assert list(ledger.sums(EVERYTHING).values()) == [events(2, 2, 1)]
    assert ledger.asked(["requests", "old"]) == {"requests": [rest], "old": []}
    assert ledger.gaps("requests", EVERYTHING) == [Gap(rest, "no data")]
    assert [one.key for one in ledger.series()] == ["requests"]
    ledger.record([recording(0, HOUR_S, hour(0, 5, 5))])
    assert list(ledger.sums(EVERYTHING).values()) == [events(7, 7, 61)]


def test_id_of_a_forgotten_series_is_not_given_again(ledger: Ledger) -> None:
    """Someone may still hold it."""
    old = ledger.record([recording(0, 60, slot(0, 1, 1))]).created[0].id
    ledger.forget(T0 + HOUR_S)
    new = ledger.record([recording(HOUR_S, HOUR_S + 60, slot(HOUR_S, 1, 1))]).created[0].id
    assert new > old


def test_sums_may_exceed_what_a_column_holds(ledger: Ledger) -> None:
    """Bytes per slot, say: 400 of the largest slots do not fit 64 bits."""
    facts = [
        Fact({}, span(at_s, at_s + 60), Tally(MOST_PER_SLOT - 1, MOST_PER_SLOT, 1))
        for at_s in range(0, 400 * 60, 60)
    ]
    ledger.record([recording(0, 400 * 60, *facts)])
    expected = [Tally(400 * (MOST_PER_SLOT - 1), 400 * MOST_PER_SLOT, 400)]
    assert list(ledger.sums(EVERYTHING).values()) == expected
    ledger.compact(T0 + 7 * HOUR_S)
    assert list(ledger.sums(EVERYTHING).values()) == expected


def test_reason_may_hold_any_character(ledger: Ledger) -> None:
    """It may quote what a server said."""
    ledger.record([recording(0, 60, gap(0, 60, "said \x00 'ö\n"), text="up\x00")])
    assert ledger.gaps("requests", EVERYTHING) == [gap(0, 60, "said \ufffd 'ö\n")]


def test_recording_nothing_is_allowed(ledger: Ledger) -> None:
    """A tick without answers writes nothing."""
    assert ledger.record([]) == Recorded()


def test_size_grows_with_what_is_kept(ledger: Ledger) -> None:
    """Bytes are those of tables and indexes."""
    before = ledger.size()
    facts = [slot(0, 1, 1, n=str(n)) for n in range(2000)]
    ledger.record([recording(0, 60, *facts)])
    after = ledger.size()
    assert after.series == 2000
    assert after.stored_bytes > before.stored_bytes
