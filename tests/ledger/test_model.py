"""Any recordings, in any order, with compaction in between, equal a dictionary of slots."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, groupby

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slowatch.ledger.ledger import Ledger
from slowatch.ledger.port import Asked, Fact, Gap, Recording
from slowatch.slo.slot import HOUR_S, Span
from slowatch.slo.tally import NOTHING, Tally
from tests.ledger.making import EVERYTHING, T0

SLOT_S = 600
SLOTS_PER_HOUR = HOUR_S // SLOT_S
HOURS = 5
PLACES = ("a", "b")
REASONS = ("no data", "timeout")


@dataclass
class Model:
    """Slots by number: those asked, what was found in them, and why nothing was."""

    asked: set[int] = field(default_factory=set)
    tallies: dict[tuple[str, int], Tally] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)

    def record(self, recording: Recording) -> None:
        """Write the slots not asked before; an hour counts where all of its slots are new."""
        new = _slots(recording.span) - self.asked
        halves = [_slots(fact.span) for fact in recording.facts if not _slots(fact.span) <= new]
        new = new.difference(*halves)
        for fact in recording.facts:
            if _slots(fact.span) <= new:
                self.tallies[fact.labels["place"], _number(fact.span.start_s)] = fact.tally
        for gap in recording.gaps:
            self.reasons |= dict.fromkeys(_slots(gap.span) & new, gap.reason)
        self.asked |= new

    def sums(self, first: int, last: int) -> dict[str, Tally]:
        """The tally of every place over slots from `first` up to `last`."""
        sums: dict[str, Tally] = defaultdict(lambda: NOTHING)
        for (place, number), tally in self.tallies.items():
            if first <= number < last:
                sums[place] += tally
        return dict(sums)


def _number(at_s: int) -> int:
    return (at_s - T0) // SLOT_S


def _slots(span: Span) -> set[int]:
    return set(range(_number(span.start_s), _number(span.end_s)))


def _span(first: int, last: int) -> Span:
    return Span(T0 + first * SLOT_S, T0 + last * SLOT_S)


def _runs(numbers: set[int]) -> list[Span]:
    """The fewest spans that cover slots."""
    ordered = enumerate(sorted(numbers))
    groups = [list(group) for _, group in groupby(ordered, lambda pair: pair[1] - pair[0])]
    return [_span(group[0][1], group[-1][1] + 1) for group in groups]


@st.composite
def recordings(draw: st.DrawFn) -> Recording:
    """Answers in slots, or in hours that were asked at once."""
    step = draw(st.sampled_from([1, 1, SLOTS_PER_HOUR]))
    first = draw(st.integers(0, HOURS * SLOTS_PER_HOUR // step - 1))
    length = draw(st.integers(1, min(12 // step, HOURS * SLOTS_PER_HOUR // step - first)))
    spans = [_span((first + n) * step, (first + n + 1) * step) for n in range(length)]
    facts, gaps = [], []
    for span in spans:
        for place in draw(st.sets(st.sampled_from(PLACES))):
            total = draw(st.integers(0, 10**9))
            good = draw(st.integers(0, total))
            facts.append(Fact({"place": place}, span, Tally(good, total, step)))
        if draw(st.booleans()):
            gaps.append(Gap(span, draw(st.sampled_from(REASONS))))
    asked = Span(spans[0].start_s, spans[-1].end_s)
    return Recording(Asked("to be named", "up"), asked, tuple(facts), tuple(gaps))


Step = list[Recording] | int
steps = st.lists(
    st.one_of(st.lists(recordings(), max_size=4), st.integers(0, HOURS * HOUR_S)), max_size=8
)


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    """One ledger for all examples, each of which takes a key of its own."""
    with Ledger.open(ledger_url) as opened:
        yield opened


_keys = (f"key {number}" for number in count())


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=steps)
def test_ledger_equals_a_dictionary(ledger: Ledger, steps: list[Step]) -> None:
    """Sums of every hour and of all, asked spans and gaps."""
    key, model = next(_keys), Model()
    for step in steps:
        if isinstance(step, int):
            ledger.compact(T0 + step)
        else:
            named = [Recording(Asked(key, "up"), one.span, one.facts, one.gaps) for one in step]
            ledger.record(named)
            for recording in named:
                model.record(recording)
    _compare(ledger, key, model)


def _compare(ledger: Ledger, key: str, model: Model) -> None:
    places = {one.id: one.labels["place"] for one in ledger.series([key])}
    for first in range(0, HOURS * SLOTS_PER_HOUR, SLOTS_PER_HOUR):
        sums = ledger.sums(_span(first, first + SLOTS_PER_HOUR), places)
        named = {places[series_id]: tally for series_id, tally in sums.items()}
        assert named == model.sums(first, first + SLOTS_PER_HOUR)
    sums = ledger.sums(EVERYTHING, places)
    named = {places[series_id]: tally for series_id, tally in sums.items()}
    assert named == model.sums(0, HOURS * SLOTS_PER_HOUR)
    assert ledger.asked([key])[key] == _runs(model.asked)
    for reason in REASONS:
        found = [gap.span for gap in ledger.gaps(key, EVERYTHING) if gap.reason == reason]
        assert found == _runs({at for at, why in model.reasons.items() if why == reason})
