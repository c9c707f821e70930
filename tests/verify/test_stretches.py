"""When a measure was away, by what each scrape saw: worked by hand."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import e, sqrt

import numpy as np
import pytest

from slowatch.source.answer import Grid
from slowatch.spec.compiled_runs import Change
from slowatch.verify.asked import Row
from slowatch.verify.estimate import Estimate
from slowatch.verify.estimators import Mean, Share
from slowatch.verify.result import Interval
from slowatch.verify.stretches import Home, Slots

HOME = Home(Change(at_most=Decimal("0.5")), Estimate(0.01, 10_000, Interval(0.008, 0.012)), 200.0)
"""One of a hundred is bad, of 200 a second; 1.5 of a hundred may be."""
FINE, BAD = (10.0, 1000.0), (500.0, 1000.0)
CLOCK_S, STEP_S = 1000, 5


def _slots(rows: Mapping[int, Row] | Sequence[Row], confidence: float = 0.95) -> Slots:
    count = len(rows) if isinstance(rows, Sequence) else max(rows) + 1
    listed = enumerate(rows) if isinstance(rows, Sequence) else rows.items()
    by_end = {CLOCK_S + (at + 1) * STEP_S: row for at, row in listed}
    grid = Grid(CLOCK_S + STEP_S, CLOCK_S + count * STEP_S, STEP_S)
    return Slots(Share(), by_end, grid, confidence)


def test_what_was_bad_for_three_scrapes_is_back_after_them() -> None:
    """Three scrapes of five seconds, then twenty fine ones."""
    slots = _slots([BAD] * 3 + [FINE] * 20)
    assert slots.back(HOME) == (CLOCK_S + 15, CLOCK_S + 15)
    assert not slots.is_away(HOME, 30)


def test_what_never_left_is_back_at_once() -> None:
    """When the clock started."""
    assert _slots([FINE] * 20).back(HOME) == (CLOCK_S, CLOCK_S)


def test_what_is_off_by_little_shows_in_many() -> None:
    """2.5 of a hundred are bad: so one scrape of a fine one may be by chance, and not twenty."""
    off = (25.0, 1000.0)
    assert _slots([FINE] * 19 + [off]).away_until_s(HOME) == CLOCK_S
    assert _slots([off] * 20).away_until_s(HOME) > CLOCK_S
    assert _slots([off] * 20).is_away(HOME, 30)


def test_silence_that_would_be_odd_is_away() -> None:
    """Five seconds without any: at 200 a second, and not at one in a hundred seconds."""
    slots = _slots([FINE] * 4 + [(0.0, 0.0)] * 2 + [FINE] * 20)
    assert slots.away_until_s(HOME) == CLOCK_S + 30
    seldom = Home(HOME.change, HOME.was, 0.01)
    assert slots.away_until_s(seldom) == CLOCK_S


def test_silence_is_as_odd_as_there_is_less_now() -> None:
    """Three events in five minutes: that none come for half a minute is usual, whatever was."""
    some = [(0.0, 0.0)] * 60
    for at in (5, 30, 55):
        some[at] = (0.0, 1.0)
    assert _slots(some).away_until_s(HOME) == CLOCK_S


def test_silence_to_the_end_is_away() -> None:
    """All of it, too."""
    assert _slots([BAD] * 2 + [(0.0, 0.0)] * 20).is_away(HOME, 30)
    assert _slots([(0.0, 0.0)] * 20).is_away(HOME, 30)


def test_what_a_missed_scrape_had_is_in_the_next_one() -> None:
    """The third of six was missed: the fourth has what both had."""
    slots = _slots([FINE] * 6).scraped({CLOCK_S + STEP_S * at for at in (1, 2, 4, 5, 6)})
    assert sorted(slots.rows) == [CLOCK_S + STEP_S * at for at in (1, 2, 4, 5, 6)]
    assert slots.rows[CLOCK_S + STEP_S * 4] == (20.0, 2000.0)


@pytest.mark.parametrize(("missed", "until_s"), [((5,), None), ((5, 6), None), ((5, 6, 7), 40)])
def test_three_missed_scrapes_in_a_row_are_too_many(
    missed: tuple[int, ...], until_s: int | None
) -> None:
    """One and two are covered by the next."""
    rows = {at: FINE for at in range(20) if at not in missed}
    blind_s = _slots(rows).blind_until_s()
    assert blind_s == (None if until_s is None else CLOCK_S + until_s)


def test_silence_is_as_odd_whatever_confidence_is_asked_for() -> None:
    """One call a scrape: now and then there is none, and nobody is away for that."""
    rows = [FINE if at % 3 else (0.0, 0.0) for at in range(60)]
    slots = _slots([(0.0, row[1] / 1000) for row in rows], confidence=0.5)
    assert slots.away_until_s(Home(HOME.change, HOME.was, 0.2)) == CLOCK_S


def test_healthy_skewed_means_are_seldom_away() -> None:
    """Forty a scrape, sixty scrapes, of latencies whose logarithm deviates by one: of 100 few."""
    rng = np.random.default_rng(5)
    mean, took = sqrt(e), Mean(sqrt((e - 1) * e), 6.18)
    before = Estimate(mean, 2400, Interval(0.96 * mean, 1.04 * mean))
    home = Home(Change(at_most=Decimal("0.2")), before, 8.0)
    grid = Grid(CLOCK_S + STEP_S, CLOCK_S + 60 * STEP_S, STEP_S)
    away = 0
    for _ in range(100):
        rows = {s: (float(rng.lognormal(0, 1, 40).sum()), 40.0) for s in grid.ends}
        away += Slots(took, rows, grid, 0.95).away_until_s(home) > CLOCK_S
    assert away <= 3


def test_who_asks_for_no_margin_gets_none() -> None:
    """1.6 of a hundred are more than 1.5 of a hundred, and that counts."""
    rows = [FINE] * 3 + [(16.0, 1000.0)] + [FINE] * 20
    certain = Home(HOME.change, Estimate(0.01, 10_000), 200.0)
    assert _slots(rows).away_until_s(certain) == CLOCK_S
    assert _slots(rows, confidence=0.5).away_until_s(certain) == CLOCK_S + 20
