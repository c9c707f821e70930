"""Nothing passes by being away: targets, series, scrapes, sums and values that are not there.

Two pods answer 10 calls a scrape each. What is away is away as it is in life: with a scrape that
fails, or without a trace, since service discovery no longer knows of it.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest

from slowatch.slo.slot import Span
from slowatch.spec.compiled import Counter, CounterEvents, Matcher, Term
from slowatch.spec.compiled_runs import (
    Check,
    CompiledRun,
    CountMeasure,
    Limits,
    MeanMeasure,
    Measure,
    ShareMeasure,
    Unit,
    ValueMeasure,
)
from slowatch.verify.played import Played
from slowatch.verify.result import Judged
from tests.support.openmetrics import Stored, serve, store
from tests.verify.judging import Judge, judge_of

START_S, END_S, SCRAPE_S = 1_700_006_400, 1_700_006_700, 5
SPAN = Span(START_S, END_S)
SCRAPES = range(START_S - 120, END_S + 60, SCRAPE_S)
MIDDLE_S = START_S + 150

Alive = Callable[[int], bool]
ALWAYS: Alive = lambda _at_s: True  # noqa: E731
UNTIL_MIDDLE: Alive = lambda at_s: at_s < MIDDLE_S  # noqa: E731
FROM_MIDDLE: Alive = lambda at_s: at_s >= MIDDLE_S  # noqa: E731
UNTIL_SHORTLY_BEFORE_THE_END: Alive = lambda at_s: at_s < END_S - 20  # noqa: E731


def _pod(job: str, instance: str, alive: Alive, *, is_known: bool = False) -> Iterator[Stored]:
    """A pod's calls and whether it was up; while it is away it is known to be down, or not."""
    labels = {"job": job, "instance": instance}
    calls = {at_s: 10.0 * i for i, at_s in enumerate(SCRAPES) if alive(at_s)}
    up = {at_s: float(alive(at_s)) for at_s in SCRAPES if alive(at_s) or is_known}
    yield Stored("calls_total", labels, calls)
    yield Stored("up", labels, up)


def _pods() -> Iterator[Stored]:
    yield from (*_pod("well", "a", ALWAYS), *_pod("well", "b", ALWAYS))
    yield from (*_pod("gone", "a", ALWAYS), *_pod("gone", "b", UNTIL_MIDDLE))
    yield from _pod("down", "a", UNTIL_MIDDLE, is_known=True)
    yield from (*_pod("rolled", "a", UNTIL_MIDDLE), *_pod("rolled", "b", FROM_MIDDLE))
    yield from _pod("late", "a", UNTIL_SHORTLY_BEFORE_THE_END, is_known=True)


def _others() -> Iterator[Stored]:
    labels = {"job": "well", "instance": "a"}
    deadlocks = {at_s: 7.0 for at_s in SCRAPES if at_s >= MIDDLE_S}
    yield Stored("deadlocks_total", labels, deadlocks)
    yield Stored("halves_count", labels, {at_s: 10.0 * i for i, at_s in enumerate(SCRAPES)})
    yield Stored("blips", labels, {s: float(s not in (MIDDLE_S, MIDDLE_S + 5)) for s in SCRAPES})
    yield Stored("divisor", labels, {at_s: float(at_s != MIDDLE_S) for at_s in SCRAPES})


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    """Who judges them."""
    series = sorted([*_pods(), *_others()], key=lambda one: one.metric)
    storage = store(tmp_path_factory.mktemp("series"), series)
    # Written down series have no mark of their end; a real one is gone at the next scrape.
    with serve(storage, "--query.lookback-delta=8s") as url, judge_of(url) as found:
        yield found


def _judged(judge: Judge, *checks: Check, span: Span = SPAN, **more: object) -> Judged:
    run = CompiledRun("shop", "load", checks, **more)  # type: ignore[arg-type]
    return judge.verifying.verify(run, Played(span)).judged


def _check(measure: Measure, limits: Limits, unit: Unit = "number") -> Check:
    return Check("it", measure, limits, unit)


def _calls(job: str, at_least: int = 1) -> Check:
    measure = CountMeasure(Counter("calls_total", (Matcher("job", "=", job),)))
    return _check(measure, Limits(at_least=Decimal(at_least)))


@pytest.mark.parametrize(
    ("job", "verdict"),
    [
        ("well", "pass"),
        ("rolled", "pass"),  # one pod took the other one's place
        ("gone", "inconclusive"),
        ("down", "inconclusive"),
        ("late", "inconclusive"),
    ],
)
def test_a_target_that_is_gone_lets_nothing_pass(judge: Judge, job: str, verdict: str) -> None:
    """One of two, the only one, or the only one for the last 20 s."""
    found = _judged(judge, _calls(job))
    assert found.verdict == verdict
    if verdict != "pass":
        assert any(f"fewer targets of `{job}` were up" in one.text for one in found.notices)


def test_a_value_that_went_away_lets_nothing_pass(judge: Judge) -> None:
    """`min(up)` of the only target says nothing once service discovery has dropped it."""
    up = ValueMeasure('min(up{job="gone", instance="b"})', "min")
    found = _judged(judge, _check(up, Limits(at_least=Decimal(1))))
    assert found.verdict == "inconclusive"
    assert found.lines[0].reason is not None
    assert "of the time there was no value" in found.lines[0].reason


def test_what_was_down_fails_whatever_else_is_missing(judge: Judge) -> None:
    """It is a fact: less load, missing scrapes and unmet requirements take nothing from it."""
    up = ValueMeasure('min(up{job="down"})', "min")
    require = _check(ValueMeasure("max(nobody_has_this)", "max"), Limits(at_least=Decimal(1)))
    found = _judged(judge, _check(up, Limits(at_least=Decimal(1))), requires=(require,))
    assert [notice.blocks for notice in found.notices] == [True]
    assert (found.lines[0].verdict, found.lines[0].stands) == ("fail", True)
    assert found.verdict == "fail"


def test_what_is_only_estimated_does_not_fail_where_the_load_was_missing(judge: Judge) -> None:
    """Fewer calls than were to be, since fewer came."""
    few = _calls("well", at_least=10**9)
    require = _check(ValueMeasure("max(nobody_has_this)", "max"), Limits(at_least=Decimal(1)))
    found = _judged(judge, few, requires=(require,))
    assert found.lines[0].verdict == "fail"
    assert found.verdict == "inconclusive"


def test_an_error_whose_series_is_born_with_it_fails(judge: Judge) -> None:
    """Seven deadlocks, of a counter that is there only once it counts."""
    none = _check(CountMeasure(Counter("deadlocks_total")), Limits(at_most=Decimal(0)))
    found = _judged(judge, none)
    assert (found.verdict, found.lines[0].measured) == ("fail", 7.0)


def test_a_mean_without_its_sum_is_none(judge: Judge) -> None:
    """Nothing divided by many is not fast."""
    mean = _check(MeanMeasure(Counter("halves")), Limits(at_most=Decimal(1)), "seconds")
    found = _judged(judge, mean)
    assert found.verdict == "inconclusive"
    assert found.lines[0].reason == "halves_sum has no series there: check its name and labels"


def test_bad_events_without_any_series_are_noticed(judge: Judge) -> None:
    """They may be none, or somebody has mistyped their name."""
    total, bad = Counter("calls_total", (Matcher("job", "=", "well"),)), Counter("errors_total")
    sli = CounterEvents((Term(Decimal(1), total),), bad=(Term(Decimal(1), bad),))
    found = _judged(judge, _check(ShareMeasure(sli, "bad"), Limits(at_most=Decimal("0.1"))))
    assert found.verdict == "pass"
    assert "no series of `errors_total`" in found.notices[0].text


def test_a_short_outage_in_a_long_run_is_seen(judge: Judge) -> None:
    """A blip of ten seconds is in none of the moments that a chart of the run would have."""
    week = Span(START_S - 6 * 86_400, END_S)
    blips = _check(ValueMeasure("min(blips)", "min"), Limits(at_least=Decimal(1)))
    found = _judged(judge, blips, span=week)
    assert (found.lines[0].verdict, found.lines[0].measured) == ("fail", 0.0)


def test_an_infinite_value_shows_nothing_and_breaks_nothing(judge: Judge) -> None:
    """Divided by nothing, once."""
    infinite = _check(ValueMeasure("1 / max(divisor)", "max"), Limits(at_most=Decimal(2)))
    found = _judged(judge, infinite)
    assert found.verdict == "inconclusive"
    assert found.lines[0].reason == (
        "its values are infinite at times: nothing can be shown by them"
    )
