"""Baselines of every kind, on runs of which every request is known."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from slowatch.slo.slot import Span
from slowatch.spec.compiled_runs import (
    Baseline,
    Change,
    OffsetBaseline,
    PhaseBaseline,
    RunBaseline,
    SpanBaseline,
    StoredBaseline,
)
from slowatch.verify.played import Played
from slowatch.verify.result import Judged, Line, PlayedPhase
from tests.support.openmetrics import serve, store_text
from tests.verify.judging import COUNT, MEAN, P95, RUN, Judge, check, judge_of, run_of
from tests.verify.playing import GAP_S, Load, Run, Theatre

WORSE = Change(at_most=Decimal("0.1"))
LENGTH_S = Load().length_s
MEDIANS_S = (0.12, 0.18, 0.12, 0.24)
"""Of four runs: the second is half as slow again as the first, the fourth twice as slow."""


@pytest.fixture(scope="module")
def theatre() -> Theatre:
    """Four runs."""
    played = Theatre(seed=11)
    for median_s in MEDIANS_S:
        played.play(Load(median_s=median_s))
    return played


@pytest.fixture(scope="module")
def url(theatre: Theatre, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prometheus that saw them."""
    with serve(store_text(tmp_path_factory.mktemp("runs"), theatre.exposition())) as where:
        yield where


@pytest.fixture
def judge(url: str) -> Iterator[Judge]:
    """Who judges, with no earlier run."""
    with judge_of(url) as found:
        yield found


def _line(judge: Judge, run: Run, baseline: Baseline) -> Line:
    return judge.line(run, check(MEAN, WORSE, baseline=baseline))


def test_the_marked_run_is_the_baseline(judge: Judge, theatre: Theatre) -> None:
    """Though a newer one passed."""
    first = judge.keep(theatre.runs[0], check(MEAN), is_baseline=True)
    judge.keep(theatre.runs[1], check(MEAN))
    line = _line(judge, theatre.runs[2], RunBaseline(RUN))
    assert line.verdict == "pass"
    assert line.baseline == pytest.approx(theatre.runs[0].mean())
    assert line.baseline_ref is not None
    assert (line.baseline_ref.run_id, line.baseline_ref.told) == (first, f"{RUN} (run {first})")
    assert line.before


def test_without_a_mark_the_newest_that_passed_is(judge: Judge, theatre: Theatre) -> None:
    """Half as slow again as the one before it."""
    judge.keep(theatre.runs[0], check(MEAN))
    line = _line(judge, theatre.runs[1], RunBaseline(RUN))
    assert line.verdict == "fail"
    assert line.change == pytest.approx(0.5, abs=0.03)
    assert line.change_interval is not None
    assert line.change_interval.low < 0.5 < line.change_interval.high


def test_of_a_run_judged_again_the_last_verdict_is_the_baseline(
    judge: Judge, theatre: Theatre
) -> None:
    """Somebody mended what is measured, and judged the same stretch again."""
    ids = [judge.keep(theatre.runs[0], check(MEAN)) for _ in range(3)]
    line = _line(judge, theatre.runs[2], RunBaseline(RUN))
    assert line.baseline_ref is not None
    assert line.baseline_ref.run_id == ids[-1]


def test_a_run_is_not_its_own_baseline(judge: Judge, theatre: Theatre) -> None:
    """Nor is a later one: verified again, it is what it was."""
    for run in theatre.runs[1:]:
        judge.keep(run, check(MEAN))
    line = _line(judge, theatre.runs[1], RunBaseline(RUN))
    assert line.verdict == "inconclusive"
    assert line.reason is not None
    assert "no earlier run `load` passed" in line.reason


def test_a_marked_run_is_no_baseline_of_itself(judge: Judge, theatre: Theatre) -> None:
    """Nor is it when it is named: half as slow again, it would be as slow as itself."""
    run = theatre.runs[1]
    stored = judge.keep(run, check(MEAN), is_baseline=True)
    for baseline in (RunBaseline(RUN), StoredBaseline(stored)):
        line = _line(judge, run, baseline)
        assert line.verdict == "inconclusive"
        assert str(line.reason).endswith("is part of the run itself: take one before it")


def test_what_is_counted_is_compared_by_length(judge: Judge, theatre: Theatre) -> None:
    """A run and its first third: three times as many events, since it is three times as long."""
    run = theatre.runs[0]
    third_s = run.span.start_s + LENGTH_S // 3
    phases = (
        PlayedPhase("first", Span(run.span.start_s, third_s)),
        PlayedPhase("rest", Span(third_s, run.span.end_s)),
    )
    one = check(COUNT, Change(at_most=Decimal("0.2")), baseline=PhaseBaseline("first"))
    (line,) = judge.verifying.verify(run_of(one), Played(run.span, phases)).judged.lines
    assert line.verdict == "pass"
    assert line.baseline == pytest.approx(len(run.requests), rel=0.1)


def test_another_time_is_as_isolated_as_the_run(judge: Judge, theatre: Theatre) -> None:
    """The last events of both are scraped after their end: all of them are compared."""
    first, second = theatre.runs[0], theatre.runs[2]
    baseline = SpanBaseline(first.span.start_s, first.span.end_s)
    line = judge.line(second, check(COUNT, Change(at_most=Decimal("0.1")), baseline=baseline))
    assert (line.measured, line.baseline) == (len(second.requests), len(first.requests))


def test_the_median_of_the_last_runs_is_a_baseline(judge: Judge, theatre: Theatre) -> None:
    """Of 0.12 s, 0.18 s and 0.12 s."""
    for run in theatre.runs[:3]:
        judge.keep(run, check(MEAN))
    line = _line(judge, theatre.runs[3], RunBaseline(RUN, last=3))
    means = sorted(run.mean() for run in theatre.runs[:3])
    assert line.baseline == pytest.approx(means[1])
    assert line.baseline_ref is not None
    assert line.baseline_ref.told == "the median of 3 runs"
    assert line.verdict == "fail"


@pytest.mark.parametrize(
    ("kept", "instead"),
    [('"scale":1.0', '"scale":0.5'), ('"doubt":null', '"doubt":"half of it is missing"')],
    ids=["another scale", "nothing is shown by it"],
)
def test_a_median_is_of_those_that_can_be_compared(
    judge: Judge, theatre: Theatre, kept: str, instead: str
) -> None:
    """The newest of three cannot: two are left."""
    for run in theatre.runs[:2]:
        judge.keep(run, check(MEAN))
    other = judge.verified(theatre.runs[2], check(MEAN)).to_keep(theatre.end_s)
    judge.ledger.store_run(replace(other, measurements=other.measurements.replace(kept, instead)))
    line = _line(judge, theatre.runs[3], RunBaseline(RUN, last=3))
    assert line.verdict == "fail"
    assert line.baseline == pytest.approx((theatre.runs[0].mean() + theatre.runs[1].mean()) / 2)


def test_a_stored_run_is_a_baseline_by_its_id(judge: Judge, theatre: Theatre) -> None:
    """Passed or not; one that there is not is told of."""
    stored = judge.keep(theatre.runs[1], check(MEAN))
    line = _line(judge, theatre.runs[2], StoredBaseline(stored))
    assert line.change == pytest.approx(0.12 / 0.18 - 1, abs=0.03)
    missing = _line(judge, theatre.runs[2], StoredBaseline(stored + 99))
    assert missing.verdict == "inconclusive"
    assert missing.reason is not None
    assert f"no run {stored + 99}" in missing.reason


def test_another_stretch_of_time_is_a_baseline(judge: Judge, theatre: Theatre) -> None:
    """By its moments, or so long before."""
    first, second = theatre.runs[0].span, theatre.runs[1]
    around = SpanBaseline(first.start_s, first.end_s + 5)
    before = OffsetBaseline(LENGTH_S + GAP_S)
    for baseline in (around, before):
        line = _line(judge, second, baseline)
        assert line.baseline == pytest.approx(theatre.runs[0].mean(), rel=0.01)
        assert line.verdict == "fail"


def test_a_time_before_all_scrapes_shows_nothing(judge: Judge, theatre: Theatre) -> None:
    """A day before, nothing was there."""
    line = _line(judge, theatre.runs[1], OffsetBaseline(86_400))
    assert line.verdict == "inconclusive"
    assert line.reason is not None
    assert "nothing is known of the same time before" in line.reason


def test_a_phase_is_a_baseline_of_its_own_run(judge: Judge, theatre: Theatre) -> None:
    """The first half of a run against the whole; a phase that was not played is told of."""
    run = theatre.runs[0]
    middle_s = run.span.start_s + LENGTH_S // 2
    first = PlayedPhase("first", Span(run.span.start_s, middle_s))
    played = Played(run.span, (first,), is_isolated=True)

    def judged(phase: str) -> Judged:
        one = check(MEAN, WORSE, baseline=PhaseBaseline(phase))
        return judge.verifying.verify(run_of(one), played).judged

    (line,), (missing,) = judged("first").lines, judged("second").lines
    assert line.verdict == "pass"
    assert line.baseline is not None
    assert line.baseline != line.measured
    assert missing.verdict == "inconclusive"


def test_what_a_stored_run_did_not_measure_is_measured_anew(judge: Judge, theatre: Theatre) -> None:
    """Prometheus still knows of that time."""
    judge.keep(theatre.runs[0], check(MEAN), is_baseline=True)
    line = judge.line(theatre.runs[1], check(P95, WORSE, baseline=RunBaseline(RUN)))
    assert line.verdict == "fail"
    assert line.baseline == pytest.approx(theatre.runs[0].quantile(0.95), abs=0.05)


def test_runs_of_different_scales_are_not_compared(judge: Judge, theatre: Theatre) -> None:
    """Ten users are no baseline of a hundred."""
    judge.keep(theatre.runs[0], check(MEAN), is_baseline=True)
    one = check(MEAN, WORSE, baseline=RunBaseline(RUN))
    played = Played(theatre.runs[2].span, scale=0.1)
    (line,) = judge.verifying.verify(run_of(one), played).judged.lines
    assert line.verdict == "inconclusive"
    assert line.reason is not None
    assert "played at scale 1 and this one at 0.1" in line.reason


def test_another_confidence_stretches_what_was_kept(judge: Judge, theatre: Theatre) -> None:
    """Kept at 95 %: at 50 % there is no margin, and kept at 50 % there is none either."""
    kept = judge.keep(theatre.runs[0], check(MEAN), is_baseline=True)
    one = check(MEAN, WORSE, baseline=RunBaseline(RUN))
    sure = replace(run_of(one), confidence=Decimal("0.5"))
    line = judge.verified(theatre.runs[2], declared=sure).judged.lines[0]
    assert line.interval is None
    assert line.verdict == ("pass" if line.change is not None and line.change <= 0.1 else "fail")
    assert line.baseline_ref is not None
    assert line.baseline_ref.run_id == kept


def test_the_baseline_of_the_command_line_goes_before_that_of_the_spec(
    judge: Judge, theatre: Theatre
) -> None:
    """But a phase of the very same run stays what it is."""
    stored = judge.keep(theatre.runs[0], check(MEAN))
    declared = run_of(
        check(MEAN, WORSE, baseline=RunBaseline("other"), name="other"),
        check(MEAN, WORSE, baseline=PhaseBaseline("first"), name="own"),
    )
    played = Played(theatre.runs[2].span)
    judged = judge.verifying.verify(declared, played, StoredBaseline(stored)).judged
    other, own = judged.lines
    assert other.verdict == "pass"
    assert own.reason is not None
    assert "no phase `first`" in own.reason


def test_a_group_that_is_gone_is_told_of(judge: Judge, theatre: Theatre) -> None:
    """It was in the baseline; that it was not measured now shows nothing, and is no pass."""
    stored = judge.keep(theatre.runs[0], check(MEAN, by=("route",)), is_baseline=True)
    kept = judge.ledger.run_document(stored)
    assert kept is not None
    more = kept[1].replace('["/cart"]', '["/gone"]')
    judge.keep_otherwise(theatre.runs[0], more, check(MEAN, by=("route",)))
    one = check(MEAN, WORSE, by=("route",), baseline=RunBaseline(RUN))
    found = {line.group["route"]: line for line in judge.judged(theatre.runs[2], one).lines}
    assert {route: line.verdict for route, line in found.items()} == {
        "/cart": "inconclusive",
        "/gone": "inconclusive",
        "/pay": "pass",
    }
    assert found["/gone"].baseline is not None
