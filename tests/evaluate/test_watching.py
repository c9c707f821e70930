"""A set of SLOs that changes: what is kept of those that stay, and what is new to them."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from slowatch.evaluate.question import Question
from slowatch.evaluate.watch import Watch
from slowatch.ledger.ledger import Ledger
from slowatch.ledger.port import Fact, Recording
from slowatch.slo.slot import DAY_S, Span
from slowatch.slo.tally import MICRO, slot_tally
from slowatch.slo.window import RollingWindow
from slowatch.source.answer import Grid
from slowatch.spec.compiled import DEFAULT_SOURCE, CompiledSlo
from slowatch.spec.reading import read_text

T0, SLOT_S = 1_800_000_000, 60


def slo(name: str = "calls", bad: str = "bad_total") -> CompiledSlo:
    """An SLO of which slots without data are bad."""
    text = (
        "apiVersion: slowatch/v1\nservice: shop\nslos:\n"
        f"  - {{name: {name}, objective: 99%, window: 1d, no_data: bad, "
        f"sli: {{ratio: {{bad: {bad}, total: all_total}}}}}}\n"
    )
    (found,) = read_text(text, "shop.yaml").slos
    return found


class Scripted:
    """A Prometheus in which all is good while it has data at all."""

    has_data = True

    def measure(
        self, questions: Sequence[Question], grid: Grid, _gate: object = None
    ) -> list[Recording]:
        """A fact for each slot, or none."""
        ends = range(grid.first_s, grid.last_s + 1, grid.step_s) if self.has_data else ()
        facts = tuple(Fact({}, Span(end - grid.step_s, end), slot_tally(10, 10)) for end in ends)
        span = Span(grid.first_s - grid.step_s, grid.last_s)
        return [Recording(question.asked, span, facts) for question in questions]


@pytest.fixture
def source() -> Scripted:
    return Scripted()


@pytest.fixture
def watch(source: Scripted) -> Watch:
    """It watches nothing yet, over a ledger in memory."""
    return Watch([], Ledger.open(":memory:"), {DEFAULT_SOURCE: source}, slot_s=SLOT_S)  # type: ignore[dict-item]


def measured(watch: Watch, *slots: int) -> None:
    """Ask for slots, by their numbers."""
    for slot in slots:
        watch.measure_slot(T0 + slot * SLOT_S)


def bad(watch: Watch, slot: int) -> float:
    """Bad events in the window that ends with a slot."""
    (status,) = watch.judge(T0 + slot * SLOT_S)
    return status.tally.bad / MICRO


def test_a_slot_that_was_not_asked_for_is_not_missing(watch: Watch, source: Scripted) -> None:
    """It was not watched for four slots: whether they were bad is known once they were asked."""
    watch.watch([slo()])
    measured(watch, 0, 1)
    watch.watch([])
    watch.watch([slo()])
    measured(watch, 6)
    assert bad(watch, 6) == 0
    source.has_data = False
    watch.oldest_s = {DEFAULT_SOURCE: T0 - 3600}
    while watch.backfill(T0 + 6 * SLOT_S, chunk_slots=180):
        pass
    assert bad(watch, 6) == 40


def test_what_is_new_has_to_be_filled(watch: Watch) -> None:
    """A question, or a longer window of one that was asked; a new name is nothing new."""
    one = slo()
    wide = replace(one, window=RollingWindow(30 * DAY_S))
    assert len(watch.watch([one])) == 1
    assert watch.watch([replace(one, name="renamed", labels={"tier": "1"})]) == frozenset()
    assert watch.watch([wide]) == {watch.need_of(wide)}
    assert watch.watch([wide, replace(one, name="short")]) == {
        watch.need_of(replace(one, name="short"))
    }
    assert len(watch.watch([wide, slo("other", bad="other_total")])) == 1


def test_nothing_is_kept_in_memory_of_what_is_gone(watch: Watch) -> None:
    """Two hundred edits of a query; the ledger keeps the facts of each."""
    for number in range(200):
        watch.watch([slo(bad=f"bad{number}_total")])
        measured(watch, number)
        watch.judge(T0 + number * SLOT_S)
    held = (watch._series, watch._asked, watch._began_s, watch._first_start_s)  # noqa: SLF001
    for kept in held:
        assert len(kept) == 1
    watch.watch([slo(bad="bad7_total")])
    (status,) = watch.judge(T0 + 199 * SLOT_S)
    assert status.tally.measured == 1
