"""Nothing passes by being away: targets, series, scrapes, sums and values that are not there.

Two pods answer 10 calls a scrape each. What is away is away as it is in life: with a scrape that
fails, or without a trace, since service discovery no longer knows of it. One pod crashes all the
time, and is there for one scrape of nine.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest

from slowatch.slo.slot import Span
from slowatch.spec.compiled import DEFAULT_SOURCE, Counter, CounterEvents, FreeEvents, Matcher, Term
from slowatch.spec.compiled_runs import (
    Change,
    Check,
    CompiledRun,
    CountMeasure,
    Limits,
    MeanMeasure,
    Measure,
    RateMeasure,
    ShareMeasure,
    Statistic,
    StoredBaseline,
    Unit,
    ValueMeasure,
)
from slowatch.verify.asked import Subject
from slowatch.verify.played import Played
from slowatch.verify.result import Judged
from slowatch.verify.scraping import LEAST_COVERAGE, scraped
from tests.support.openmetrics import Stored, serve, store
from tests.verify.judging import Judge, judge_of

START_S, END_S, SCRAPE_S = 1_700_006_400, 1_700_006_700, 5
SPAN = Span(START_S, END_S)
SCRAPES = range(START_S - 120, END_S + 60, SCRAPE_S)
MIDDLE_S = START_S + 150
LONG = Span(END_S - 27_000, END_S)
"""As long as 600 stretches of nine scrapes."""

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


def _crashing() -> Iterator[Stored]:
    """A pod that is there for one scrape of nine, all the time; and for one of five of its own."""
    labels, scrapes = {"job": "crashing", "instance": "a"}, range(LONG.start_s - 120, END_S, 5)
    alive = [at_s for i, at_s in enumerate(scrapes) if i % 9 == 0]
    yield Stored("calls_total", labels, {at_s: 10.0 * i for i, at_s in enumerate(alive)})
    yield Stored("up", labels, {at_s: float(i % 9 == 0) for i, at_s in enumerate(scrapes)})
    yield Stored("memory", labels, dict.fromkeys(alive, 1.0))
    labels = {"job": "often", "instance": "a"}
    yield Stored("calls_total", labels, {at_s: 10.0 * i for i, at_s in enumerate(SCRAPES)})
    yield Stored("up", labels, {s: float(s % 5 == 0) for s in range(START_S - 60, END_S)})


def _failing() -> Iterator[Stored]:
    """A target that every second scrape fails to find, one that pushes as often; one that is late.

    The late one is scraped up to a second after or before it should be, and pushes so too.
    """
    second = SCRAPES[::2]
    for job in ("second", "seldom"):
        labels = {"job": job, "instance": "a"}
        yield Stored("calls_total", labels, {s: 10.0 * i for i, s in enumerate(second)})
    second_up = {s: float(s in second) for s in SCRAPES}
    yield Stored("up", {"job": "second", "instance": "a"}, second_up)
    for job in ("jittery", "pushing"):
        at = [s + i * 7 % 11 % 3 - 1 for i, s in enumerate(SCRAPES)]
        labels = {"job": job, "instance": "a"}
        yield Stored("calls_total", labels, {s: 10.0 * i for i, s in enumerate(at)})
        if job == "jittery":
            yield Stored("up", labels, dict.fromkeys(at, 1.0))


def _others() -> Iterator[Stored]:
    quiet = {"job": "quiet", "instance": "a"}
    yield Stored("calls_total", quiet, {at_s: 10.0 * min(i, 40) for i, at_s in enumerate(SCRAPES)})
    labels = {"job": "well", "instance": "a"}
    deadlocks = {at_s: 7.0 for at_s in SCRAPES if at_s >= MIDDLE_S}
    yield Stored("deadlocks_total", labels, deadlocks)
    yield Stored("halves_count", labels, {at_s: 10.0 * i for i, at_s in enumerate(SCRAPES)})
    yield Stored("blips", labels, {s: float(s not in (MIDDLE_S, MIDDLE_S + 5)) for s in SCRAPES})
    yield Stored("users", {"job": "down", "instance": "a"}, dict.fromkeys(SCRAPES, 4.0))
    yield Stored("recorded:users", {}, {at_s: 4.0 for at_s in SCRAPES if at_s % 15 == 0})
    for route, seen in (("/cart", ALWAYS), ("/pay", UNTIL_MIDDLE), ("/idle", ALWAYS)):
        counted = {s: 10.0 * i * (route != "/idle") for i, s in enumerate(SCRAPES) if seen(s)}
        yield Stored("routed_total", labels | {"route": route}, counted)
    yield Stored("divisor", labels, {at_s: float(at_s != MIDDLE_S) for at_s in SCRAPES})


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    """Who judges them."""
    series = sorted([*_pods(), *_crashing(), *_failing(), *_others()], key=lambda one: one.metric)
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


def test_a_target_that_is_gone_in_the_shortest_run_lets_nothing_pass(judge: Judge) -> None:
    """It goes down in the middle of 20 s, which have four scrapes."""
    short = Span(MIDDLE_S - 10, MIDDLE_S + 10)
    assert _judged(judge, _calls("well"), span=short).verdict == "pass"
    found = _judged(judge, _calls("down"), span=short)
    assert found.verdict == "inconclusive"
    assert any("fewer targets of `down` were up" in one.text for one in found.notices)


def test_in_a_long_run_a_target_is_there_for_as_many_scrapes_as_found_it(judge: Judge) -> None:
    """A step has 45 scrapes, of which five find it."""
    found = _judged(judge, _calls("crashing"), span=LONG)
    assert found.verdict == "inconclusive"
    assert found.lines[0].reason == (
        "only 11% of the scrapes are there: nothing can be shown by them"
    )


def test_a_target_that_is_scraped_often_has_to_be_up_often(judge: Judge) -> None:
    """It is scraped each second and up in one of five, where others are scraped every 5 s."""
    found = _judged(judge, _calls("often"))
    assert found.verdict == "inconclusive"
    assert "of the scrapes are there" in str(found.lines[0].reason)


@pytest.mark.parametrize("job", ["second", "seldom"])
@pytest.mark.parametrize("length_s", [20, 45, 50, 120, 299, 300])
def test_every_second_scrape_is_missed_however_long_the_run_is(
    judge: Judge, job: str, length_s: int
) -> None:
    """A half of them are there, and in a short run a scrape more or less."""
    coverage = _coverage(judge, job, Span(END_S - length_s + 2, END_S + 2))
    assert coverage == pytest.approx(0.5, abs=5.1 / length_s)


@pytest.mark.parametrize("job", ["jittery", "pushing"])
@pytest.mark.parametrize("length_s", [3, 5, 9, 20, 24, 45, 59, 99, 100, 149, 300])
def test_a_scrape_that_is_late_is_not_missed(judge: Judge, job: str, length_s: int) -> None:
    """Wherever the run begins and ends between two scrapes."""
    for start_s in range(START_S, START_S + 5):
        coverage = _coverage(judge, job, Span(start_s, start_s + length_s))
        assert coverage is None or coverage >= LEAST_COVERAGE


def _coverage(judge: Judge, job: str, span: Span) -> float | None:
    subject = Subject.of(_calls(job))
    return scraped([subject], span, {DEFAULT_SOURCE: judge.measuring})[subject].coverage


@pytest.mark.parametrize("statistic", ["max", "min", "mean"])
def test_in_a_long_run_a_value_is_there_for_as_many_scrapes_as_have_one(
    judge: Judge, statistic: Statistic
) -> None:
    """Each of its 600 moments has one, as two of the nine scrapes before it have."""
    memory = _check(ValueMeasure("max(memory)", statistic), Limits(at_most=Decimal(5)))
    found = _judged(judge, memory, span=LONG)
    assert found.verdict == "inconclusive"
    assert found.lines[0].events == 600
    assert found.lines[0].reason == (
        "78% of the time there was no value: nothing can be shown by it"
    )


def test_a_value_that_is_no_number_is_none_in_a_long_run(judge: Judge) -> None:
    """Nothing divided by nothing, at all scrapes but one of nine."""
    odd = ValueMeasure('max(up{job="crashing"} / up{job="crashing"})', "max")
    found = _judged(judge, _check(odd, Limits(at_most=Decimal(5))), span=LONG)
    assert found.lines[0].reason == (
        "89% of the time there was no value: nothing can be shown by it"
    )


@pytest.mark.parametrize(
    ("job", "verdict"),
    [
        ("well", "pass"),
        ("quiet", "pass"),  # nobody calls it any more, and it is there
        ("down", "inconclusive"),
    ],
)
def test_free_expressions_without_a_value_let_nothing_pass(
    judge: Judge, job: str, verdict: str
) -> None:
    """Nobody knows which targets they need; their own answers tell."""
    total = f'sum(increase(calls_total{{job="{job}"}}[$window]))'
    sli = FreeEvents(total=total, bad=f"{total} * 0")
    found = _judged(judge, _check(ShareMeasure(sli, "bad"), Limits(at_most=Decimal("0.1"))))
    assert found.verdict == verdict
    if verdict != "pass":
        assert "of the time there was no value" in str(found.lines[0].reason)


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


@pytest.mark.parametrize(
    ("statistic", "limits", "stands"),
    [
        ("max", Limits(at_most=Decimal(3)), True),
        ("max", Limits(at_least=Decimal(5)), False),
        ("max", Limits(Decimal(5), Decimal(9)), False),
        ("min", Limits(at_least=Decimal(5)), True),
        ("min", Limits(at_most=Decimal(3)), False),
        ("last", Limits(at_most=Decimal(3)), False),
    ],
)
def test_only_what_was_beyond_its_limit_is_a_fact(
    judge: Judge, statistic: Statistic, limits: Limits, stands: bool
) -> None:
    """It was 4 all the time that is known, and half of the time the target was away."""
    (line,) = _judged(judge, _check(ValueMeasure("sum(users)", statistic), limits)).lines
    assert line.measured == 4.0
    assert (line.verdict, line.stands) == ("fail" if stands else "inconclusive", stands)


@pytest.mark.parametrize(
    ("measure", "doubt"),
    [
        (RateMeasure(Counter("calls_total", (Matcher("job", "=", "down"),))), "only 48% of the"),
        (ValueMeasure("1 / max(divisor)", "max"), "its values are infinite at times"),
        (ValueMeasure('min(up{job="gone", instance="b"})', "mean"), "there was no value"),
    ],
)
def test_what_shows_nothing_is_no_baseline_once_it_is_stored(
    judge: Judge, measure: Measure, doubt: str
) -> None:
    """It was measured for others only, in a run that passed and says nothing of it."""
    fine = CompiledRun("shop", "fine", (_calls("well"),))
    kept = judge.verifying.verify(fine, Played(SPAN), kept=[Subject(measure)])
    assert (kept.judged.verdict, kept.judged.notices) == ("pass", ())
    baseline = StoredBaseline(judge.ledger.store_run(kept.to_keep(END_S)))
    check = Check("it", measure, Change(at_most=Decimal(1)), "number", baseline=baseline)
    (line,) = _judged(judge, check, span=Span(START_S - 100, START_S - 5)).lines
    assert line.verdict == "inconclusive"
    assert "its baseline: " in str(line.reason)
    assert doubt in str(line.reason)


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


def test_a_value_of_a_target_that_was_away_lets_nothing_pass(judge: Judge) -> None:
    """Its last value went on to be told, as Prometheus does where nobody marks its end."""
    users = _check(ValueMeasure("sum(users)", "min"), Limits(at_least=Decimal(1)))
    found = _judged(judge, users)
    assert found.verdict == "inconclusive"
    assert str(found.lines[0].reason).startswith("only 48% of the scrapes are there")


def test_a_recorded_value_needs_no_sample_at_each_scrape(judge: Judge) -> None:
    """Rules are asked less often than targets are, and are none."""
    users = ValueMeasure("last_over_time(recorded:users[1m])", "min")
    assert _judged(judge, _check(users, Limits(at_least=Decimal(1)))).verdict == "pass"


def _routed(by: tuple[str, ...]) -> Check:
    limits = Limits(at_most=Decimal("0.01"))
    routed = Counter("routed_total")
    bad = Counter("routed_total", (Matcher("code", "=", "500"),))
    share = ShareMeasure(
        CounterEvents((Term(Decimal(1), routed),), bad=(Term(Decimal(1), bad),)), "bad"
    )
    return Check("errors", share, limits, "ratio", by=by)


def test_a_group_whose_series_end_in_the_run_shows_nothing(judge: Judge) -> None:
    """Its target is up, and what came after was counted nowhere; the other route is fine."""
    lines = {line.group["route"]: line for line in _judged(judge, _routed(("route",))).lines}
    assert {route: line.verdict for route, line in lines.items()} == {
        "/cart": "pass",
        "/pay": "inconclusive",
    }
    assert str(lines["/pay"].reason).startswith("its series ended before the run did")


def test_a_group_in_which_nothing_happened_is_told_of(judge: Judge) -> None:
    """It is not judged, and nobody is to take that for a pass."""
    told = [notice.text for notice in _judged(judge, _routed(("route",))).notices]
    assert "nothing happened where route=/idle: it is not judged by `errors`" in told


def test_a_label_that_nothing_has_is_told_of(judge: Judge) -> None:
    """Misspelt, it would make of a promise for each one for all together."""
    told = [notice.text for notice in _judged(judge, _routed(("rout",))).notices]
    assert any("has the label `rout` of its `by`" in text for text in told)
    told = [notice.text for notice in _judged(judge, _routed(("route",))).notices]
    assert not any("of its `by`" in text for text in told)
