"""Noise fails nothing, and what is truly slower is found: many runs of one kind, against one."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from slowatch.spec.compiled_runs import Change, RunBaseline
from tests.verify.judging import BAD_SHARE, MEAN, P95, RUN, Judge, check, judge_of_series
from tests.verify.playing import Load, Run, Theatre

HEALTHY = Load()
SLOWER = Load(median_s=1.15 * HEALTHY.median_s)
REPEATS, SLOW = 20, 10

WORSE = Change(at_most=Decimal("0.1"))
CHECKS = (
    check(MEAN, WORSE, name="mean", by=("route",), baseline=RunBaseline(RUN)),
    check(P95, WORSE, name="p95", by=("route",), baseline=RunBaseline(RUN)),
    check(
        BAD_SHARE,
        Change(at_most=Decimal("0.1"), floor=Decimal("0.005")),
        name="errors",
        baseline=RunBaseline(RUN),
    ),
)


@pytest.fixture(scope="module")
def theatre() -> Theatre:
    """A baseline, twenty runs like it, and ten that are 15 % slower."""
    played = Theatre(seed=7)
    for load in (HEALTHY, *[HEALTHY] * REPEATS, *[SLOWER] * SLOW):
        played.play(load)
    return played


@pytest.fixture(scope="module")
def judge(theatre: Theatre, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    """Who judges them, and keeps the first as baseline."""
    with judge_of_series(tmp_path_factory.mktemp("repeats"), theatre.exposition()) as found:
        found.keep(theatre.runs[0], *CHECKS, is_baseline=True)
        yield found


def _failed(judge: Judge, run: Run) -> set[str]:
    return {line.name for line in judge.judged(run, *CHECKS).lines if line.verdict == "fail"}


def test_twenty_healthy_repeats_fail_nothing(judge: Judge, theatre: Theatre) -> None:
    """Each is held against the baseline by route: none of its lines fails."""
    failed = [_failed(judge, run) for run in theatre.runs[1 : REPEATS + 1]]
    assert failed == [set()] * REPEATS


def test_healthy_repeats_are_no_worse_for_certain(judge: Judge, theatre: Theatre) -> None:
    """6,000 requests are enough to show that a mean is not 10 % above that of its baseline."""
    for run in theatre.runs[1 : REPEATS + 1]:
        means = [line for line in judge.judged(run, *CHECKS).lines if line.name == "mean"]
        assert [line.verdict for line in means] == ["pass", "pass"]


def test_a_true_slow_down_of_fifteen_percent_is_found(judge: Judge, theatre: Theatre) -> None:
    """In at least nine of ten runs, by their means."""
    found = ["mean" in _failed(judge, run) for run in theatre.runs[REPEATS + 1 :]]
    assert sum(found) >= 0.9 * SLOW
