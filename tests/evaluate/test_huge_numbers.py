"""Numbers that no ledger can add up are gaps of their own SLO, and of no other."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from slowatch.evaluate.judging import Status
from slowatch.evaluate.measuring import Measuring
from slowatch.evaluate.question import question_of
from slowatch.evaluate.watch import Measured, Watch
from slowatch.ledger.ledger import Ledger
from slowatch.slo.slot import HOUR_S, Span
from slowatch.slo.tally import MICRO, NOTHING, Tally, add_up
from slowatch.source.answer import Grid
from slowatch.source.asking import Asker
from slowatch.source.connection import Connection
from slowatch.spec.compiled import DEFAULT_SOURCE
from tests.evaluate.steady import NOW_S, SCRAPE_S, SLOT_S, START_S, steady
from tests.spec.documents import compiled

ALL = "sum(increase(hits_total[$window]))"
LARGEST = "1.7976931348623157e308"
TOO_MANY = "more events than the ledger can add up"
HOUR = Grid(START_S + 2 * HOUR_S, START_S + 2 * HOUR_S, HOUR_S)
SLOTS = Grid(START_S + HOUR_S + SLOT_S, START_S + 2 * HOUR_S, SLOT_S)

healthy = compiled(
    "window: 7d\nsli: {ratio: {bad: 'hits_total{result=\"bad\"}', total: hits_total}}"
)
huge = replace(
    compiled(f"window: 7d\nsli: {{promql: {{good: '{ALL}', total: '0 * {ALL} + {LARGEST}'}}}}"),
    name="huge",
)


@pytest.fixture
def measuring(steady_url: str) -> Iterator[Measuring]:
    """What asks a Prometheus with four days of events, ten a minute, one of them bad."""
    with closing(Asker(Connection(steady_url))) as asker:
        yield Measuring(asker, scrape_s=SCRAPE_S)


def statuses(watch: Watch, end_s: int) -> dict[str, Status]:
    """Where each SLO stands, by name."""
    return {status.slo.name: status for status in watch.judge(end_s)}


def test_largest_number_is_a_gap_and_its_neighbour_is_measured(measuring: Measuring) -> None:
    """In a slot that has just ended."""
    with Ledger.open(":memory:") as ledger:
        watch = Watch([huge, healthy], ledger, {DEFAULT_SOURCE: measuring}, slot_s=SLOT_S)
        assert watch.measure_slot(NOW_S) == Measured(recorded=1, missing=1)
        found = statuses(watch, NOW_S)
    assert found["example"].tally == steady(1)
    assert found["huge"].state == "no_data"
    assert TOO_MANY in (found["huge"].reason or "")


def test_largest_number_harms_no_neighbour_in_the_past(measuring: Measuring) -> None:
    """By hours and by slots, from the second hour of four days on."""
    past = Span(START_S + HOUR_S, NOW_S)
    with Ledger.open(":memory:") as ledger:
        watch = Watch([huge, healthy], ledger, {DEFAULT_SOURCE: measuring}, slot_s=SLOT_S)
        watch.oldest_s = {DEFAULT_SOURCE: past.start_s}
        while watch.backfill(NOW_S, chunk_slots=180):
            pass
        found = statuses(watch, NOW_S)
        (gap,) = ledger.gaps(question_of(huge, SLOT_S).key, past)
    assert found["example"].tally == steady(past.length_s // SLOT_S)
    assert found["huge"].tally == NOTHING
    assert gap.span == past
    assert TOO_MANY in gap.reason


@pytest.mark.parametrize(
    ("part", "good_share"),
    [("good", 0), ("bad", 1)],
)
@pytest.mark.parametrize("grid", [HOUR, SLOTS], ids=["hour", "slots"])
def test_part_that_is_not_a_number_counts_as_none(
    measuring: Measuring, part: str, good_share: int, grid: Grid
) -> None:
    """Of the six hundred events of an hour: all are bad then, or all are good."""
    slo = compiled(f"sli: {{promql: {{{part}: '{ALL} * NaN', total: '{ALL}'}}}}")
    (recording,) = measuring.measure([question_of(slo, SLOT_S)], grid)
    assert not recording.gaps
    hour = Tally(good_share * 600 * MICRO, 600 * MICRO, 12)
    assert add_up(fact.tally for fact in recording.facts) == hour
