"""A recovery is seen to be one: who is silent, or slow now and then, is not back."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

import pytest

from slowatch.slo.slot import Span
from slowatch.spec.compiled_runs import (
    Change,
    Measure,
    PhaseBaseline,
    Recovery,
    ValueMeasure,
)
from slowatch.verify.played import Played
from slowatch.verify.result import Line, PlayedPhase
from tests.verify.judging import P95, P99, Judge, check, judge_of_series, run_of
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


def _line(judge: Judge, theatre: Theatre, play: str, measure: Measure = P95) -> Line:
    run = theatre.runs[list(PLAYS).index(play)]
    middle_s = run.span.start_s + SPIKE_AT_S
    phases = (
        PlayedPhase("before", Span(run.span.start_s, middle_s)),
        PlayedPhase("after", Span(middle_s, run.span.end_s)),
    )
    recovery = Recovery(30, Change(at_most=Decimal("0.3")), "before")
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
