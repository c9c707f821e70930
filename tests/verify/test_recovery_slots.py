"""What cannot be seen scrape by scrape is said, and why."""

from dataclasses import replace

import pytest

from slowatch.slo.slot import Span
from slowatch.source.answer import Grid, Refusal
from slowatch.spec.compiled_runs import Measure, ValueMeasure
from slowatch.verify.asked import Rows, Subject
from slowatch.verify.estimate import Estimate
from slowatch.verify.measuring import Measured
from slowatch.verify.recovery_slots import MOST_SLOTS, RecoverySlots, grid_of
from slowatch.verify.result import Point
from slowatch.verify.stretches import Slots
from tests.verify.judging import BAD_SHARE, MEAN

GROUP = ("/cart",)
ENDS = (5, 10, 15)
WAS = Measured(Estimate(0.1, 100), tuple(Point(at_s, 0.1) for at_s in range(3)))


def _seen(measure: Measure = BAD_SHARE) -> RecoverySlots:
    rows = Rows({GROUP: dict.fromkeys(ENDS, (1.0, 10.0))})
    subject = Subject(measure, ("route",))
    return RecoverySlots(subject, Grid(5, 15, 5), rows, {GROUP: {*ENDS}}, 0.95)


def test_what_was_scraped_is_seen() -> None:
    """Each slot."""
    slots = _seen().of(GROUP, WAS)
    assert isinstance(slots, Slots)
    assert sorted(slots.rows) == [*ENDS]


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (replace(_seen(), scrapes=Refusal("too many samples")), "too many samples"),
        (replace(_seen(), scrapes={}), "nothing of this group was scraped"),
        (replace(_seen(), rows=Rows(reason="no series")), "no series"),
        (replace(_seen(), rows=replace(_seen().rows, lost={GROUP: "lost"})), "lost"),
        (replace(_seen(), rows=replace(_seen().rows, lost={(): "of some"})), "of some"),
        (replace(_seen(), rows=replace(_seen().rows, doubts={GROUP: "infinite"})), "infinite"),
    ],
)
def test_what_cannot_be_seen_is_said(seen: RecoverySlots, why: str) -> None:
    """Refused, not scraped, not there, lost, and lost of nobody knows which group."""
    told = seen.of(GROUP, WAS)
    assert isinstance(told, str)
    assert told.startswith(f"it could not be seen scrape by scrape: {why}")


def test_a_mean_that_nobody_knows_the_spread_of_shows_nothing() -> None:
    """Two scrapes of a summary; and a value of which one was seen before."""
    rows = Rows({GROUP: dict.fromkeys(ENDS[:2], (1.0, 10.0))})
    assert replace(_seen(MEAN), rows=rows).of(GROUP, WAS) == (
        "too few scrapes to tell where it lies"
    )
    once = replace(WAS, course=WAS.course[:1])
    value = _seen(ValueMeasure("sum(users)", "mean"))
    assert value.of(GROUP, once) == "too few scrapes to tell where it lies"


def test_long_stretches_are_asked_for_in_no_more_moments_than_are_answered() -> None:
    """Sixteen hours at a scrape of five seconds are 11,520; an hour is asked scrape by scrape."""
    subject = Subject(BAD_SHARE)
    for hours, step_s in ((1, 5), (16, 10)):
        grid = grid_of(subject, 0, Span(0, hours * 3600), 5)
        assert grid is not None
        assert grid.step_s == step_s
        assert len(grid.ends) <= MOST_SLOTS
    assert grid_of(subject, 0, Span(0, 9), 5) is None
