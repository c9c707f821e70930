"""Runs of which every request is known, judged from what a real Prometheus was told of them."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest

from slowatch.slo.slot import Span
from slowatch.spec.compiled_runs import Change, Check, PhaseBaseline, Recovery
from slowatch.verify.played import Played
from slowatch.verify.result import Line, PlayedPhase
from tests.verify.judging import (
    BAD_SHARE,
    COUNT,
    MEAN,
    P50,
    P95,
    P99,
    RATE,
    Judge,
    check,
    judge_of_series,
    run_of,
)
from tests.verify.playing import BUCKETS_S, SCRAPE_S, Load, Run, Theatre

QUANTILES = {0.5: P50, 0.95: P95, 0.99: P99}
SPIKE_AT_S, LIMIT = 60, Change(at_most=Decimal("0.3"))


def _spike(seconds: float) -> Load:
    """Three times as slow from the 60th second on, for so long."""
    return Load(
        length_s=180,
        per_s=100,
        slowness=lambda second: 3.0 if SPIKE_AT_S <= second < SPIKE_AT_S + seconds else 1.0,
    )


PLAIN = (
    Load(),
    Load(length_s=97, bad_ratio=0.2, spread=0.6),
    Load(length_s=31, per_s=11, bad_ratio=0),
    Load(length_s=300, per_s=7, median_s=0.3),
    Load(restarts_at_s=60),
)
RECOVERIES_S = (7, 20, 33, 58)


@pytest.fixture(scope="module")
def theatre() -> Theatre:
    """All runs, played."""
    played = Theatre()
    for load in (*PLAIN, *map(_spike, RECOVERIES_S)):
        played.play(load)
    return played


@pytest.fixture(scope="module")
def judge(theatre: Theatre, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    """Who judges them."""
    with judge_of_series(tmp_path_factory.mktemp("runs"), theatre.exposition()) as found:
        yield found


@pytest.fixture(params=range(len(PLAIN)))
def run(request: pytest.FixtureRequest, theatre: Theatre) -> Run:
    """One of the runs without a spike."""
    index: int = request.param
    return theatre.runs[index]


def test_shares_are_exact_to_the_event(judge: Judge, run: Run) -> None:
    """Bad requests and all requests, of the whole run and of each route."""
    for route, line in judge.by_route(run, check(BAD_SHARE)).items():
        bad = sum(not one.is_good for one in run.of(route))
        assert line.events == len(run.of(route))
        assert line.measured == pytest.approx(bad / len(run.of(route)), abs=1e-12)
    assert judge.line(run, check(COUNT)).measured == len(run.requests)


def test_means_are_exact(judge: Judge, run: Run) -> None:
    """The sum of all requests over their count."""
    for route, line in judge.by_route(run, check(MEAN)).items():
        assert line.measured == pytest.approx(run.mean(route), rel=1e-9)


@pytest.mark.parametrize("p", QUANTILES)
def test_quantiles_are_true_within_their_bucket(judge: Judge, run: Run, p: float) -> None:
    """What is measured and what is true lie in one bucket, or at its end."""
    for route, line in judge.by_route(run, check(QUANTILES[p])).items():
        true_s = run.quantile(p, route)
        low, high = _bucket(true_s)
        assert line.measured is not None
        assert low <= line.measured <= high, (route, p, true_s)


def test_rates_are_those_of_the_run(judge: Judge, theatre: Theatre) -> None:
    """50 requests a second, by the time between the scrapes that counted them."""
    warm = replace(run_of(check(RATE)), warm_up_s=20)
    (line,) = judge.verified(theatre.runs[0], declared=warm).judged.lines
    assert line.measured == pytest.approx(50, rel=0.02)


@pytest.mark.parametrize("index", range(len(RECOVERIES_S)))
def test_recoveries_are_true_within_two_scrapes(judge: Judge, theatre: Theatre, index: int) -> None:
    """From the spike's start to its end, seen scrape by scrape."""
    run, true_s = theatre.runs[len(PLAIN) + index], RECOVERIES_S[index]
    recovery = Recovery(within_s=30, change=LIMIT, after="before")
    one = check(P95, recovery, baseline=PhaseBaseline("before"))
    line = _recovery(judge, run, one)
    assert line.measured is not None
    assert line.interval is not None
    assert abs(line.measured - true_s) <= 2 * SCRAPE_S
    assert line.interval.low <= true_s <= line.interval.high
    expected = {7: "pass", 20: "pass", 33: "inconclusive", 58: "fail"}
    assert line.verdict == expected[true_s]


def _recovery(judge: Judge, run: Run, one: Check) -> Line:
    middle_s = run.span.start_s + SPIKE_AT_S
    phases = (
        PlayedPhase("before", Span(run.span.start_s, middle_s)),
        PlayedPhase("after", Span(middle_s, run.span.end_s)),
    )
    (line,) = judge.verifying.verify(run_of(one), Played(run.span, phases)).judged.lines
    return line


def _bucket(true_s: float) -> tuple[float, float]:
    """The ends of the bucket that a latency falls into; the highest there is for what is above."""
    ends = (0.0, *BUCKETS_S)
    for low, high in pairwise(ends):
        if low < true_s <= high:
            return low, high
    return ends[-1], ends[-1]
