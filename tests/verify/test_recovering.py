"""A recovery is seen to be one: who is silent, or slow now and then, is not back."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

import pytest

from slowatch.slo.slot import Span
from slowatch.spec.compiled import FreeEvents
from slowatch.spec.compiled_runs import (
    Change,
    Measure,
    PhaseBaseline,
    Recovery,
    ShareMeasure,
    ValueMeasure,
)
from slowatch.verify.played import Played
from slowatch.verify.result import Line, PlayedPhase
from tests.verify.judging import (
    BAD_SHARE,
    MEAN,
    P95,
    P99,
    RATE,
    Judge,
    check,
    judge_of_series,
    run_of,
)
from tests.verify.playing import Load, Theatre

SPIKE_AT_S = 60
"""Seconds into the run."""


def _spike(second: float) -> float:
    return 3.0 if SPIKE_AT_S <= second < SPIKE_AT_S + 20 else 1.0


PLAYS: Mapping[str, Load] = {
    "recovers": Load(length_s=180, per_s=100, slowness=_spike),
    "dies": Load(length_s=180, per_s=100, slowness=_spike, answers=lambda s: s < SPIKE_AT_S + 14),
    "pauses": Load(
        length_s=180,
        per_s=100,
        answers=lambda s: not SPIKE_AT_S + 5 < s < SPIKE_AT_S + 73,
    ),
    "stays partly slow": Load(
        length_s=180, per_s=10, slowness=_spike, slow_ratio=lambda s: 0.05 * (s > SPIKE_AT_S)
    ),
    "ends soon": Load(length_s=SPIKE_AT_S + 16, per_s=100),
    "misses a scrape": Load(
        length_s=180, per_s=100, slowness=_spike, scraped=lambda s: not 140 <= s < 145
    ),
    "is not looked at": Load(
        length_s=180, per_s=100, slowness=_spike, scraped=lambda s: not 100 <= s < 115
    ),
    **{
        f"seldom {number}": Load(length_s=180, per_s=4, bad_ratio=0.1, spread=0.6)
        for number in range(10)
    },
    "beyond all buckets": Load(length_s=180, per_s=20, median_s=9),
    "flawless": Load(length_s=180, per_s=20, bad_ratio=0),
    "an error at the end": Load(length_s=180, per_s=20, bad_ratio=0, fails_at_s=150),
}


@pytest.fixture(scope="module")
def theatre() -> Theatre:
    """All of them, played."""
    played = Theatre(seed=13)
    for load in PLAYS.values():
        played.play(load)
    return played


@pytest.fixture(scope="module")
def judge(theatre: Theatre, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    """Who judges them."""
    with judge_of_series(tmp_path_factory.mktemp("runs"), theatre.exposition()) as found:
        yield found


def _line(
    judge: Judge,
    theatre: Theatre,
    play: str,
    measure: Measure = P95,
    change: Change = Change(at_most=Decimal("0.3")),  # noqa: B008  a value
) -> Line:
    run = theatre.runs[list(PLAYS).index(play)]
    middle_s = run.span.start_s + SPIKE_AT_S
    phases = (
        PlayedPhase("before", Span(run.span.start_s, middle_s)),
        PlayedPhase("after", Span(middle_s, run.span.end_s)),
    )
    recovery = Recovery(30, change, "before")
    one = check(measure, recovery, baseline=PhaseBaseline("before"))
    (line,) = judge.verifying.verify(run_of(one), Played(run.span, phases)).judged.lines
    return line


def test_what_is_back_is_back(judge: Judge, theatre: Theatre) -> None:
    """Twenty seconds after the spike began."""
    line = _line(judge, theatre, "recovers")
    assert line.verdict == "pass"
    assert line.interval is not None
    assert line.interval.low <= 20 <= line.interval.high


def test_what_no_longer_answers_is_not_back(judge: Judge, theatre: Theatre) -> None:
    """It was slow, and then it was silent to the end."""
    line = _line(judge, theatre, "dies")
    assert (line.verdict, line.measured) == ("fail", None)


def test_what_answers_nothing_for_a_while_is_away_for_that_while(
    judge: Judge, theatre: Theatre
) -> None:
    """No request in 68 s, and all is well afterwards: back after 73 s."""
    line = _line(judge, theatre, "pauses")
    assert line.verdict == "fail"
    assert line.interval is not None
    assert line.interval.low <= 73 <= line.interval.high


def test_what_is_slow_now_and_then_is_not_back(judge: Judge, theatre: Theatre) -> None:
    """One of twenty requests takes long for ever; no scrape has enough of them to be sure."""
    line = _line(judge, theatre, "stays partly slow", P99)
    assert (line.verdict, line.measured) == ("fail", None)


def test_what_is_seen_for_too_short_shows_nothing(judge: Judge, theatre: Theatre) -> None:
    """16 of 30 seconds."""
    line = _line(judge, theatre, "ends soon")
    assert line.verdict == "inconclusive"
    assert line.reason is not None
    assert "whether it stays is not seen" in line.reason


def test_a_gauge_recovers_too(judge: Judge, theatre: Theatre) -> None:
    """The mean of a look-back, by a query: slow while the spike is in it."""
    mean = "sum(rate(took_seconds_sum[10s])) / sum(rate(took_seconds_count[10s]))"
    line = _line(judge, theatre, "recovers", ValueMeasure(mean, "mean"))
    assert line.measured is not None
    assert 15 <= line.measured <= 35


def test_a_scrape_that_failed_is_no_relapse(judge: Judge, theatre: Theatre) -> None:
    """One answer of 503, long after it was back: the next scrape has what was counted meanwhile."""
    line = _line(judge, theatre, "misses a scrape")
    assert line.verdict == "pass"
    assert line.interval is not None
    assert line.interval.low <= 20 <= line.interval.high


def test_what_nobody_saw_is_not_known(judge: Judge, theatre: Theatre) -> None:
    """It was back after 20 s, and for three scrapes from 40 s on nobody looked."""
    line = _line(judge, theatre, "is not looked at")
    assert line.verdict == "inconclusive"
    assert str(line.reason).startswith("it was not scraped for a while, until 55 s")


@pytest.mark.parametrize("measure", [P95, MEAN, BAD_SHARE, RATE])
def test_who_never_left_does_not_fail(judge: Judge, theatre: Theatre, measure: Measure) -> None:
    """Of ten with four requests a second each scrape is now and then beyond the limit by chance."""
    change = Change(at_least=Decimal("-0.2")) if measure == RATE else Change(at_most=Decimal("0.2"))
    plays = [name for name in PLAYS if name.startswith("seldom")]
    verdicts = {_line(judge, theatre, play, measure, change).verdict for play in plays}
    assert len(plays) == 10
    assert "fail" not in verdicts


def test_no_errors_after_none_are_back_at_once(judge: Judge, theatre: Theatre) -> None:
    """Nothing is no more than nothing."""
    assert _line(judge, theatre, "flawless", BAD_SHARE).verdict == "pass"


def test_errors_after_none_need_a_floor_to_be_told_from_none(
    judge: Judge, theatre: Theatre
) -> None:
    """One in a thousand is any number of times as much as none."""
    line = _line(judge, theatre, "an error at the end", BAD_SHARE)
    assert line.verdict == "inconclusive"
    told = "its baseline is 0, of which any change is too much: give the check a `floor`"
    assert line.reason == told
    change = Change(at_most=Decimal("0.3"), floor=Decimal("0.01"))
    assert _line(judge, theatre, "an error at the end", BAD_SHARE, change).verdict == "pass"


def test_a_gauge_that_wavers_as_it_did_is_back(judge: Judge, theatre: Theatre) -> None:
    """Requests of one scrape, by a query: each now and then a third above the mean before."""
    seen = ValueMeasure("sum(increase(requests_total[10s])) / 10", "mean")
    plays = [name for name in PLAYS if name.startswith("seldom")]
    assert "fail" not in {_line(judge, theatre, play, seen).verdict for play in plays}


def test_a_free_share_recovers_too(judge: Judge, theatre: Theatre) -> None:
    """The engine works out each slot by itself, for which it takes two scrapes."""
    total = "sum(increase(requests_total[$window]))"
    bad = 'sum(increase(requests_total{code="500"}[$window]))'
    free = ShareMeasure(FreeEvents(total=total, bad=bad), "bad")
    change = Change(at_most=Decimal("0.3"), floor=Decimal("0.05"))
    assert _line(judge, theatre, "recovers", free, change).verdict == "pass"


def test_what_was_beyond_all_buckets_is_not_compared(judge: Judge, theatre: Theatre) -> None:
    """Always as slow, and slower than the highest bucket: nothing is known of it."""
    line = _line(judge, theatre, "beyond all buckets")
    assert line.verdict == "inconclusive"
    assert str(line.reason).startswith("its baseline: it may lie beyond the highest bucket")
