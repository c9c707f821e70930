"""A run that can be read as a whole and not slot by slot: its intervals would be too narrow.

Forty routes are more than this Prometheus wants to read for all slots of a run at once.
"""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from slowatch.slo.slot import Span
from slowatch.spec.compiled import Counter, CounterEvents, FreeEvents, Matcher, Term
from slowatch.spec.compiled_runs import CountMeasure, Measure, RateMeasure, ShareMeasure
from slowatch.verify.played import Played
from slowatch.verify.result import Line
from tests.support.openmetrics import Stored, serve, store
from tests.verify.judging import ANYTHING, Judge, check, judge_of, run_of

START_S, SCRAPE_S, ROUTES = 1_700_006_400, 5, 40
SPAN = Span(START_S, START_S + 300)
CALLS, BAD = Counter("calls_total"), Counter("calls_total", (Matcher("code", "=", "500"),))
WHY = "could not be read slot by slot: query processing would load too many samples"


def _series() -> Iterator[Stored]:
    scrapes = range(START_S - 60, SPAN.end_s + 60, SCRAPE_S)
    for route in range(ROUTES):
        labels = {"job": "shop", "instance": "a", "route": f"/{route}"}
        calls = {at_s: 10.0 * index for index, at_s in enumerate(scrapes)}
        yield Stored("calls_total", {**labels, "code": "200"}, calls)
        yield Stored("calls_total", {**labels, "code": "500"}, dict.fromkeys(scrapes, 0.0))
    yield Stored("up", {"job": "shop", "instance": "a"}, dict.fromkeys(scrapes, 1.0))
    for shard in range(200):
        labels = {"job": "pushed", "instance": f"{shard}"}
        pushed = {at_s: 10.0 * index for index, at_s in enumerate(scrapes)}
        yield Stored("pushed_total", labels, pushed)


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    """Who judges by what such a Prometheus tells."""
    storage = store(tmp_path_factory.mktemp("series"), _series())
    with serve(storage, "--query.max-samples=1000") as url, judge_of(url) as found:
        yield found


def _free(window: str) -> ShareMeasure:
    total = f"sum by (route) (increase(calls_total[{window}]))"
    return ShareMeasure(FreeEvents(total=total, bad=f"0 * {total}"), "bad")


@pytest.mark.parametrize(
    "measure",
    [
        ShareMeasure(
            CounterEvents((Term(Decimal(1), CALLS),), bad=(Term(Decimal(1), BAD),)), "bad"
        ),
        _free("$window"),
        RateMeasure(CALLS),
        RateMeasure(CALLS, "max"),
        CountMeasure(CALLS),
    ],
)
def test_what_cannot_be_read_slot_by_slot_shows_nothing(judge: Judge, measure: Measure) -> None:
    """How much slots differ is not known, and a highest rate is not known at all."""
    lines = _lines(judge, measure, "route")
    assert len(lines) == ROUTES
    assert {line.verdict for line in lines} == {"inconclusive"}
    assert all(str(line.reason).startswith(WHY) for line in lines)


def test_what_can_be_read_slot_by_slot_is_judged(judge: Judge) -> None:
    """One number for each slot instead of forty."""
    (line,) = _lines(judge, RateMeasure(Counter("calls_total", (Matcher("route", "=", "/1"),))))
    assert line.verdict == "pass"
    assert line.measured == pytest.approx(2.0)


def test_scrapes_that_cannot_be_read_show_nothing(judge: Judge) -> None:
    """Nobody keeps whether these were up, and their samples are too many to be looked at."""
    (line,) = _lines(judge, CountMeasure(Counter("pushed_total")))
    assert line.verdict == "inconclusive"
    assert str(line.reason).startswith("whether all scrapes are there could not be read: query")


def _lines(judge: Judge, measure: Measure, *by: str) -> tuple[Line, ...]:
    run = run_of(check(measure, ANYTHING, by=by))
    return judge.verifying.verify(run, Played(SPAN)).judged.lines
