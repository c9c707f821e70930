"""What cannot be shown is inconclusive, and said why: no verdict stands on what is missing."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from slowatch.slo.slot import Span
from slowatch.spec.compiled import Counter
from slowatch.spec.compiled_runs import (
    Check,
    CompiledRun,
    CountMeasure,
    Limits,
    MeanMeasure,
    Phase,
    ValueMeasure,
)
from slowatch.verify.played import Played
from slowatch.verify.result import Judged, PlayedPhase
from tests.support.openmetrics import Stored, serve, store
from tests.verify.judging import Judge, judge_of

START_S, END_S, SCRAPE_S = 1_700_006_400, 1_700_006_700, 5
SPAN = Span(START_S, END_S)
SCRAPES = range(START_S - 60, END_S + 60, SCRAPE_S)
LABELS = {"job": "shop", "instance": "a"}


def _series() -> Iterator[Stored]:
    """Steady counters; one is restarted, one is scraped only now and then, one counts seldom."""
    yield Stored("hits_total", LABELS, {at_s: 10.0 * i for i, at_s in enumerate(SCRAPES)})
    yield Stored(
        "restarted_total", LABELS, {s: float(10 * (i % 40)) for i, s in enumerate(SCRAPES)}
    )
    sparse = [s for s in SCRAPES if s < START_S or s >= END_S - 60]
    yield Stored("sparse_total", LABELS, {s: 10.0 * i for i, s in enumerate(sparse)})
    yield Stored("rare_total", LABELS, {s: float(i // 20) for i, s in enumerate(SCRAPES)})
    yield Stored("users", LABELS, dict.fromkeys(SCRAPES, 42.0))
    yield Stored("seldom", LABELS, {s: 1.0 for s in SCRAPES if s >= END_S - 60})
    yield Stored("took_sum", LABELS, {s: 2.0 * (i // 20) for i, s in enumerate(SCRAPES)})
    yield Stored("took_count", LABELS, {s: float(i // 20) for i, s in enumerate(SCRAPES)})


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    """Who judges them."""
    with serve(store(tmp_path_factory.mktemp("series"), _series())) as url, judge_of(url) as found:
        yield found


def _count(metric: str, at_least: int = 1) -> Check:
    limits = Limits(at_least=Decimal(at_least))
    return Check("count", CountMeasure(Counter(metric)), limits, "events")


def _users(at_least: int) -> Check:
    measure = ValueMeasure("sum(users)", "min")
    return Check("users", measure, Limits(at_least=Decimal(at_least)), "number", scales=True)


def _judged(judge: Judge, run: CompiledRun, **played: object) -> Judged:
    return judge.verifying.verify(run, replace(Played(SPAN), **played)).judged  # type: ignore[arg-type]


def _run(*checks: Check, **more: object) -> CompiledRun:
    return replace(CompiledRun("shop", "load", checks), **more)  # type: ignore[arg-type]


def test_a_healthy_run_is_judged(judge: Judge) -> None:
    """10 hits at each scrape, none missing, nothing to notice."""
    found = _judged(judge, _run(_count("hits_total", 600)))
    assert (found.verdict, found.notices) == ("pass", ())


def test_a_metric_that_is_not_there_shows_nothing(judge: Judge) -> None:
    """Missing is inconclusive, never pass."""
    found = _judged(judge, _run(_count("misses_total", 0)))
    assert found.verdict == "inconclusive"
    assert found.lines[0].reason == "misses_total has no series there: check its name and labels"


def test_scrapes_that_are_missing_show_nothing(judge: Judge) -> None:
    """A fifth of the scrapes are there, and a count of what they tell is no count."""
    found = _judged(judge, _run(_count("sparse_total")))
    assert found.verdict == "inconclusive"
    assert found.lines[0].reason is not None
    assert "of the scrapes are there" in found.lines[0].reason


def test_a_restart_is_noticed_and_keeps_nothing_from_being_judged(judge: Judge) -> None:
    """Counters begin again, and what they had counted is not lost."""
    found = _judged(judge, _run(_count("restarted_total", 500)))
    assert found.verdict == "pass"
    assert [notice.blocks for notice in found.notices] == [False]
    assert "restarted" in found.notices[0].text


def test_few_events_show_nothing(judge: Judge) -> None:
    """Three observations, where thirty are asked for."""
    mean = Check("mean", MeanMeasure(Counter("took")), Limits(at_most=Decimal(9)), "seconds")
    few = _judged(judge, _run(mean))
    assert few.verdict == "inconclusive"
    assert few.lines[0].measured == 2.0
    assert few.lines[0].reason == "only 3 events: at least 30 are needed to show anything"
    assert _judged(judge, _run(mean, least_events=3)).verdict == "pass"


def test_a_value_that_is_mostly_missing_shows_nothing(judge: Judge) -> None:
    """It is there for the last of five minutes."""
    seldom = Check("seldom", ValueMeasure("max(seldom)", "max"), Limits(Decimal(1)), "number")
    found = _judged(judge, _run(seldom))
    assert found.verdict == "inconclusive"
    assert found.lines[0].reason is not None
    assert "of the time there was no value" in found.lines[0].reason


def test_a_query_that_yields_several_series_is_told_of(judge: Judge) -> None:
    """One number for each group is meant."""
    crowd = Check("all", ValueMeasure('{job="shop"}', "max"), Limits(Decimal(1)), "number")
    found = _judged(judge, _run(crowd))
    assert found.verdict == "inconclusive"
    assert found.lines[0].reason is not None
    assert "several series" in found.lines[0].reason


@pytest.mark.parametrize(("users", "is_reached"), [(100, True), (96, True), (60, False)])
def test_fewer_users_than_declared_are_no_run(judge: Judge, users: int, is_reached: bool) -> None:
    """100 users are declared; one in twenty may be missing."""
    run = _run(_count("hits_total"), phases=(Phase("load", 300, 100),))
    found = _judged(judge, run, users=users)
    assert found.verdict == ("pass" if is_reached else "inconclusive")


def test_a_load_that_nobody_tells_of_is_noticed(judge: Judge) -> None:
    """It keeps nothing from being judged; a run that requires something has seen to it."""
    run = _run(_count("hits_total"), phases=(Phase("load", 300, 100),))
    found = _judged(judge, run, scale=0.1)
    assert found.verdict == "pass"
    assert [notice.text for notice in found.notices] == [
        "nobody told whether 10 users were there: give `--phases`, or have the run require them"
    ]
    assert _judged(judge, replace(run, requires=(_users(40),))).notices == ()


def test_users_are_those_at_the_scale(judge: Judge) -> None:
    """Ten users are a hundred, played at a tenth."""
    run = _run(_count("hits_total"), phases=(Phase("load", 300, 100),))
    assert _judged(judge, run, users=10, scale=0.1).verdict == "pass"


def test_a_run_that_ended_early_is_no_run(judge: Judge) -> None:
    """Five minutes of ten; at half the time it is all of it."""
    run = _run(_count("hits_total"), phases=(Phase("load", 600),))
    short = _judged(judge, run)
    assert short.verdict == "inconclusive"
    assert short.notices[0].text == "the run lasted 5m, and its load is meant for 10m"
    assert _judged(judge, run, time_scale=0.5).verdict == "pass"


def test_what_a_run_requires_must_hold(judge: Judge) -> None:
    """42 users are there: 40 are enough, of 50 nothing can be shown; a tenth of 400 is enough."""
    found = {
        wanted: _judged(judge, _run(_count("hits_total"), requires=(_users(wanted),)))
        for wanted in (40, 50)
    }
    assert {wanted: one.verdict for wanted, one in found.items()} == {
        40: "pass",
        50: "inconclusive",
    }
    told = found[50].notices[0]
    assert (told.blocks, told.text) == (
        True,
        "the run requires `users` of at least 50, and had 42",
    )
    scaled = _run(_count("hits_total"), requires=(_users(400),))
    assert _judged(judge, scaled, scale=0.1).verdict == "pass"


def test_a_command_that_failed_is_no_run(judge: Judge) -> None:
    """Whoever played the load says that something went wrong."""
    found = _judged(judge, _run(_count("hits_total")), command=("k6", "run", "x.js"), exit_code=107)
    assert found.verdict == "inconclusive"
    assert found.notices[0].text == "`k6 run x.js` failed with exit code 107"


def test_a_run_that_is_all_warm_up_is_no_run(judge: Judge) -> None:
    """Nothing is left to be judged, and nothing is asked."""
    found = _judged(judge, _run(_count("hits_total"), warm_up_s=400))
    assert found.verdict == "inconclusive"
    assert "no longer than its warm-up" in found.notices[0].text
    assert [line.verdict for line in found.lines] == ["inconclusive"]


def test_a_run_that_lasts_too_long_fails(judge: Judge) -> None:
    """Five minutes of four; of five it is just in time."""
    found = {
        most_s: _judged(judge, _run(_count("hits_total"), ends_within_s=most_s)).lines[-1]
        for most_s in (240, 300)
    }
    assert {most_s: line.verdict for most_s, line in found.items()} == {240: "fail", 300: "pass"}
    assert (found[240].measured, found[240].at_most) == (300.0, 240.0)


def test_a_check_that_only_warns_warns(judge: Judge) -> None:
    """It would fail otherwise."""
    lenient = replace(_count("hits_total", 10_000), severity="warn")
    assert _judged(judge, _run(lenient)).verdict == "warn"


def test_phases_are_told(judge: Judge) -> None:
    """As declared, where nothing was marked."""
    run = _run(_count("hits_total"), phases=(Phase("ramp", 60), Phase("hold", 240, 7)))
    assert _judged(judge, run).phases == (
        PlayedPhase("ramp", Span(START_S, START_S + 60)),
        PlayedPhase("hold", Span(START_S + 60, END_S)),
    )
