"""When something fails, the label values that most of it comes from are told."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from slowatch.slo.slot import Span
from slowatch.spec.compiled import Counter, CounterEvents, Matcher, Term
from slowatch.spec.compiled_runs import (
    Check,
    CompiledRun,
    Limits,
    MeanMeasure,
    Measure,
    QuantileMeasure,
    ShareMeasure,
)
from slowatch.verify.played import Played
from slowatch.verify.result import Line
from tests.verify.judging import Judge, judge_of_series

START_S, END_S, SCRAPE_S = 1_700_006_400, 1_700_006_700, 5
SCRAPES = range(START_S - 60, END_S + 60, SCRAPE_S)

PER_SCRAPE = {
    # route, region: good, bad, fast (up to 0.1 s), slow (up to 1 s)
    ("/cart", "eu"): (40, 0, 40, 0),
    ("/cart", "us"): (40, 1, 41, 0),
    ("/pay", "eu"): (10, 0, 10, 0),
    ("/pay", "us"): (1, 8, 1, 8),
}


def _exposition() -> Iterator[str]:
    yield "# TYPE calls counter\n"
    for (route, region), (good, bad, _, _) in PER_SCRAPE.items():
        for code, step in (("200", good), ("500", bad)):
            labels = f'route="{route}",region="{region}",code="{code}",app="shop"'
            for index, at_s in enumerate(SCRAPES):
                yield f"calls_total{{{labels}}} {step * index} {at_s}\n"
    yield "# TYPE took histogram\n"
    for (route, region), (_, _, fast, slow) in PER_SCRAPE.items():
        labels = f'route="{route}",region="{region}"'
        for index, at_s in enumerate(SCRAPES):
            for le, step in (("0.1", fast), ("1.0", fast + slow), ("+Inf", fast + slow)):
                yield f'took_bucket{{{labels},le="{le}"}} {step * index} {at_s}\n'
            yield f"took_count{{{labels}}} {(fast + slow) * index} {at_s}\n"
            yield f"took_sum{{{labels}}} {(fast * 0.05 + slow * 0.8) * index} {at_s}\n"
    yield "# EOF\n"


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    """Who judges them."""
    with judge_of_series(tmp_path_factory.mktemp("series"), "".join(_exposition())) as found:
        yield found


ALL, GOOD, BAD = (
    Counter("calls_total"),
    Counter("calls_total", (Matcher("code", "=", "200"),)),
    Counter("calls_total", (Matcher("code", "=", "500"),)),
)


def _line(judge: Judge, measure: Measure, limits: Limits, *by: str) -> Line:
    one = Check("it", measure, limits, "ratio", by=by)
    played = Played(Span(START_S, END_S))
    lines = judge.verifying.verify(CompiledRun("shop", "load", (one,)), played).judged.lines
    return min(lines, key=lambda line: line.verdict != "fail")


def _told(line: Line) -> list[str]:
    return [f"{one.label}={one.value} {one.bad_share:.0%}" for one in line.contributors]


@pytest.mark.parametrize("part", ["good", "bad"])
def test_bad_events_are_told_by_label(judge: Judge, part: str) -> None:
    """8 of 9 bad calls are of `/pay`, all of them in the US; 19 % of all calls are `/pay`."""
    good, bad = (Term(Decimal(1), GOOD),), (Term(Decimal(1), BAD),)
    every = (Term(Decimal(1), ALL),)
    sli = CounterEvents(every, good=good) if part == "good" else CounterEvents(every, bad=bad)
    line = _line(judge, ShareMeasure(sli, "bad"), Limits(at_most=Decimal("0.01")))
    assert line.verdict == "fail"
    told = _told(line)
    assert "route=/pay 89%" in told
    assert "region=us 100%" in told
    assert not [one for one in told if one.startswith(("app", "code", "route=/cart"))]
    pay = next(one for one in line.contributors if one.value == "/pay")
    assert pay.total_share == pytest.approx(19 / 100)


def test_slow_observations_are_told_by_label(judge: Judge) -> None:
    """Above 0.1 s there are none but those of `/pay` in the US."""
    line = _line(
        judge, QuantileMeasure(Decimal("0.95"), Counter("took")), Limits(None, Decimal("0.1"))
    )
    assert line.verdict == "fail"
    assert set(_told(line)) == {"route=/pay 100%", "region=us 100%"}


def test_time_is_told_by_label(judge: Judge) -> None:
    """Of 11 s spent at each scrape 6.95 s are those of `/pay`."""
    line = _line(judge, MeanMeasure(Counter("took")), Limits(at_most=Decimal("0.05")))
    assert line.verdict == "fail"
    spent = (10 * 0.05 + 1 * 0.05 + 8 * 0.8) / (100 * 0.05 + 8 * (0.8 - 0.05))
    assert f"route=/pay {spent:.0%}" in _told(line)


def test_a_group_is_told_of_within_itself(judge: Judge) -> None:
    """By route, the region tells; the route itself does not."""
    sli = CounterEvents((Term(Decimal(1), ALL),), bad=(Term(Decimal(1), BAD),))
    line = _line(judge, ShareMeasure(sli, "bad"), Limits(at_most=Decimal("0.05")), "route")
    assert line.group == {"route": "/pay"}
    assert "region=us 100%" in _told(line)
    assert not [one for one in _told(line) if one.startswith("route")]


def test_what_passes_is_not_looked_into(judge: Judge) -> None:
    """Nothing contributes to what is within its limit."""
    line = _line(judge, MeanMeasure(Counter("took")), Limits(at_most=Decimal(1)))
    assert (line.verdict, line.contributors) == ("pass", ())
