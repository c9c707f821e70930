"""Two that watch the same SLO over one ledger agree with one that has just opened it."""

from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from slowatch.evaluate.judging import Status
from slowatch.evaluate.measuring import Measuring
from slowatch.evaluate.watch import Watch
from slowatch.ledger.ledger import Ledger
from slowatch.slo.slot import DAY_S, HOUR_S
from slowatch.slo.tally import Tally
from slowatch.source.asking import Asker
from slowatch.source.connection import Connection
from slowatch.spec.compiled import DEFAULT_SOURCE
from tests.evaluate.steady import NOW_S, SCRAPE_S, SLOT_S, steady
from tests.spec.documents import compiled

RATIO = "sli: {ratio: {bad: 'hits_total{result=\"bad\"}', total: hits_total}}"
SLOS = [compiled(f"window: {window}\n{RATIO}") for window in ("1h", "7d")]
NEXT_SLOTS = range(NOW_S + SLOT_S, NOW_S + 2 * HOUR_S + 1, SLOT_S)
CHUNK_SLOTS = 180


class Watches:
    """Watches over one ledger, each by a connection of its own."""

    def __init__(self, stack: ExitStack, ledger_url: str, prometheus_url: str) -> None:
        self._stack, self._ledger_url = stack, ledger_url
        self._asker = stack.enter_context(closing(Asker(Connection(prometheus_url))))

    def one_more(self) -> Watch:
        """One that has just opened the ledger."""
        ledger = self._stack.enter_context(Ledger.open(self._ledger_url))
        return Watch(
            SLOS, ledger, {DEFAULT_SOURCE: Measuring(self._asker, scrape_s=SCRAPE_S)}, slot_s=SLOT_S
        )

    def agree(self, end_s: int, *watches: Watch) -> None:
        """Raises AssertionError where they and a fresh one do not."""
        expected = self.one_more().judge(end_s)
        for watch in watches:
            assert watch.judge(end_s) == expected


@pytest.fixture
def watches(shared_ledger_url: str, steady_url: str) -> Iterator[Watches]:
    """Watches over an empty ledger and four days of events."""
    with ExitStack() as stack:
        yield Watches(stack, shared_ledger_url, steady_url)


def fill(watch: Watch, end_s: int) -> None:
    """Ask for all that is missing."""
    while watch.backfill(end_s, chunk_slots=CHUNK_SLOTS):
        pass


def by_window(statuses: list[Status]) -> dict[int, Tally]:
    """The tallies, by the length of the window."""
    return {status.window_length_s: status.tally for status in statuses}


def test_two_that_record_in_turn_agree_with_a_fresh_one(watches: Watches) -> None:
    """Every other slot is the other's, and the past is filled by one of them alone."""
    one, other = watches.one_more(), watches.one_more()
    one.measure_slot(NOW_S)
    fill(other, NOW_S)
    fill(one, NOW_S)
    watches.agree(NOW_S, one, other)
    for number, end_s in enumerate(NEXT_SLOTS):
        (one, other)[number % 2].measure_slot(end_s)
        watches.agree(end_s, one, other)
    tallies = by_window(one.judge(NEXT_SLOTS[-1]))
    assert tallies[HOUR_S] == steady(12)


def test_two_that_both_record_every_slot_agree_with_a_fresh_one(watches: Watches) -> None:
    """Each is first at times."""
    pair = (watches.one_more(), watches.one_more())
    for number, end_s in enumerate(NEXT_SLOTS, 1):
        for watch in pair if number % 3 else pair[::-1]:
            watch.measure_slot(end_s)
        watches.agree(end_s, *pair)
        assert by_window(pair[0].judge(end_s))[HOUR_S] == steady(min(number, 12))


def test_one_that_is_always_second_agrees_with_a_fresh_one(watches: Watches) -> None:
    """Nothing of what it judges was written by itself, not even the first of it."""
    first, second = watches.one_more(), watches.one_more()
    for number, end_s in enumerate(NEXT_SLOTS, 1):
        first.measure_slot(end_s)
        second.measure_slot(end_s)
        watches.agree(end_s, second)
        assert by_window(second.judge(end_s))[HOUR_S] == steady(min(number, 12))


def test_compaction_by_one_changes_nothing_for_the_other(watches: Watches) -> None:
    """Slots of three days ago become hours under its feet; after that it goes on recording."""
    one, other = watches.one_more(), watches.one_more()
    fill(one, NOW_S)
    fill(other, NOW_S)
    for end_s in NEXT_SLOTS:
        for watch in (one, other):
            watch.measure_slot(end_s)
        if end_s % HOUR_S == 0:
            one.compact(end_s, 30 * DAY_S)
        watches.agree(end_s, one, other)


def test_what_one_forgets_is_gone_for_the_other_too(watches: Watches) -> None:
    """Three days are kept of four, and two more hours pass."""
    one, other = watches.one_more(), watches.one_more()
    fill(one, NOW_S)
    fill(other, NOW_S)
    watches.agree(NOW_S, one, other)
    one.compact(NOW_S, 3 * DAY_S)
    for end_s in NEXT_SLOTS:
        one.measure_slot(end_s)
        other.measure_slot(end_s)
    watches.agree(NEXT_SLOTS[-1], one, other)
