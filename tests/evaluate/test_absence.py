"""When an SLI that is asked for in vain is absent, and when it may just not be there yet."""

from collections.abc import Sequence

from slowatch.evaluate.question import Question, question_of
from slowatch.evaluate.watch import Watch
from slowatch.ledger.ledger import Ledger
from slowatch.ledger.port import Fact, Recording
from slowatch.slo.policy import SliAbsent
from slowatch.slo.slot import Span
from slowatch.slo.tally import slot_tally
from slowatch.source.answer import Grid
from slowatch.spec.compiled import DEFAULT_SOURCE
from slowatch.spec.reading import read_text

T0, SLOT_S, WAITS_S = 1_800_000_000, 60, 900
(SLO,) = read_text(
    "apiVersion: slowatch/v1\nservice: shop\nslos:\n"
    "  - {name: calls, objective: 99%, sli: {ratio: {bad: bad_total, total: all_total}}}\n",
    "shop.yaml",
).slos


class Nothing:
    """A Prometheus that has none of what is asked for."""

    def measure(
        self, questions: Sequence[Question], grid: Grid, _gate: object = None
    ) -> list[Recording]:
        """What was asked, and no facts."""
        span = Span(grid.first_s - grid.step_s, grid.last_s)
        return [Recording(question.asked, span) for question in questions]


def absent(ledger: Ledger, slots: Sequence[int]) -> list[bool | None]:
    """What is said at the end of slots that follow each other, counted from the first one."""
    watch = Watch([SLO], ledger, {DEFAULT_SOURCE: Nothing()}, slot_s=SLOT_S)  # type: ignore[dict-item]
    found = [is_absent(watch, slot) for slot in range(max(slots) + 1)]
    return [found[slot] for slot in slots]


def is_absent(watch: Watch, slot: int) -> bool | None:
    """What is said at the end of a slot."""
    watch.measure_slot(T0 + slot * SLOT_S)
    (status,) = watch.judge(T0 + slot * SLOT_S)
    holds = [c.holds for c in status.conditions if isinstance(c.rule.when, SliAbsent)]
    return holds[0]


def asked_before(ledger: Ledger, *facts: Fact) -> None:
    """The hour before was asked for, too."""
    asked = question_of(SLO, SLOT_S).asked
    ledger.record([Recording(asked, Span(T0 - 3600, T0 - SLOT_S), facts)])


def test_what_was_never_there_is_given_time_from_the_start_on() -> None:
    """slowatch and Prometheus may have been started together: a quarter of an hour."""
    with Ledger.open(":memory:") as ledger:
        asked_before(ledger)
        assert absent(ledger, [0, 14, 15]) == [None, None, True]


def test_what_was_there_is_absent_also_after_a_restart() -> None:
    """Half an hour ago it was."""
    then = Span(T0 - 1800, T0 - 1800 + SLOT_S)
    with Ledger.open(":memory:") as ledger:
        asked_before(ledger, Fact({}, then, slot_tally(9, 10)))
        assert absent(ledger, [0]) == [True]


def test_what_is_added_later_is_given_time_from_then_on() -> None:
    """Its file was read when slowatch had run for an hour."""
    with Ledger.open(":memory:") as ledger:
        asked_before(ledger)
        watch = Watch([], ledger, {DEFAULT_SOURCE: Nothing()}, slot_s=SLOT_S)  # type: ignore[dict-item]
        watch.measure_slot(T0 - 3600)
        watch.watch([SLO])
        assert is_absent(watch, 0) is None
        assert [is_absent(watch, slot) for slot in range(1, 16)][-2:] == [None, True]
