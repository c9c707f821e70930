"""Measures that are not read from classic counters: native histograms, free expressions, values.

Each scrape finds 4 observations up to 1 s more, 5 up to 2 s and 1 up to 4 s, which took 12 s.
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from slowatch.demo.prometheus import PrometheusServer
from slowatch.slo.slot import Span
from slowatch.spec.compiled import Below, Counter, CounterEvents, FreeEvents, Term
from slowatch.spec.compiled_runs import (
    CountMeasure,
    Limits,
    MeanMeasure,
    Measure,
    QuantileMeasure,
    RateMeasure,
    ShareMeasure,
    Statistic,
    ValueMeasure,
)
from slowatch.verify.played import Played
from slowatch.verify.result import Line
from tests.support.remote_write import SERVER_ARGS, NativeHistogram, scraped, write
from tests.verify.judging import Judge, check, judge_of, run_of

START_S, SCRAPE_S = 1_700_006_400, 5
SPAN = Span(START_S, START_S + 300)
SCRAPES = range(START_S - 58, SPAN.end_s + 60, SCRAPE_S)
BURST = range(START_S + 100, START_S + 150)


def _native(index: int) -> NativeHistogram:
    return NativeHistogram((4 * index, 5 * index, index), total=12.0 * index)


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    """Who judges what a Prometheus was told by remote write."""
    folder: Path = tmp_path_factory.mktemp("native")
    native = {at_s: _native(index) for index, at_s in enumerate(SCRAPES)}
    level = {at_s: float(index) for index, at_s in enumerate(SCRAPES)}
    hits: dict[int, float] = {}
    for at_s in SCRAPES:
        hits[at_s] = hits.get(at_s - SCRAPE_S, 0.0) + (100 if at_s in BURST else 10)
    with PrometheusServer(folder, extra_args=SERVER_ARGS) as server:
        write(
            server.url,
            [
                scraped("took_seconds", {}, native),
                scraped("level", {}, level),
                scraped("hits_total", {}, dict(hits)),
            ],
        )
        with judge_of(server.url) as found:
            yield found


def _line(judge: Judge, measure: Measure) -> Line:
    one = check(measure, Limits(at_least=Decimal(0)))
    (line,) = judge.verifying.verify(run_of(one), Played(SPAN)).judged.lines
    return line


def test_a_native_quantile_is_that_of_the_engine(judge: Judge) -> None:
    """Four of ten are up to 1 s, nine up to 2 s: the P80 is four fifths of the way between."""
    line = _line(judge, QuantileMeasure(Decimal("0.8"), Counter("took_seconds"), is_native=True))
    assert line.verdict == "pass"
    assert line.measured is not None
    assert 1.0 < line.measured < 2.0
    assert line.events == pytest.approx(600, rel=0.02)
    assert line.interval is not None
    assert line.course


def test_a_native_mean_is_sum_over_count(judge: Judge) -> None:
    """12 s for ten."""
    line = _line(judge, MeanMeasure(Counter("took_seconds"), is_native=True))
    assert line.measured == pytest.approx(1.2)
    assert line.events == pytest.approx(600, rel=0.02)


def test_a_native_share_is_counted(judge: Judge) -> None:
    """Of 600 there are 540 up to 2 s."""
    sli = CounterEvents(
        total=(Term(Decimal(1), Counter("took_seconds", (), "count")),),
        good=(Term(Decimal(1), Counter("took_seconds", (), Below(2.0))),),
    )
    line = _line(judge, ShareMeasure(sli, "good"))
    assert line.measured == pytest.approx(0.9)
    assert line.events == 600


def test_free_expressions_are_asked_over_the_whole_run(judge: Judge) -> None:
    """`$window` is as long as the run; what grew by 1 in 5 s is a share of what grew by 2."""
    total, good = "2 * sum(delta(level[$window]))", "sum(delta(level[$window]))"
    line = _line(judge, ShareMeasure(FreeEvents(total=total, good=good), "good"))
    assert line.measured == pytest.approx(0.5)
    assert line.events == pytest.approx(120, rel=0.02)


@pytest.mark.parametrize(
    ("statistic", "value"),
    [("max", 71.0), ("last", 71.0), ("min", 12.0), ("mean", 41.5), ("p95", 68.05)],
)
def test_values_have_the_statistic_that_is_named(
    judge: Judge, statistic: Statistic, value: float
) -> None:
    """Sixty moments, from the twelfth value to the 71st."""
    line = _line(judge, ValueMeasure("level", statistic))
    assert line.measured == pytest.approx(value)
    assert line.events == 60
    assert (line.interval is None) == (statistic != "mean")


def test_rates_are_of_the_run_or_of_its_slots(judge: Judge) -> None:
    """Ten scrapes of sixty found 100 hits, the others 10: 5/s on average, 20/s at most."""
    found = {
        statistic: _line(judge, RateMeasure(Counter("hits_total"), statistic))
        for statistic in ("mean", "max", "min")
    }
    assert {name: line.measured for name, line in found.items()} == {
        "mean": pytest.approx(5.0),
        "max": pytest.approx(20.0),
        "min": pytest.approx(2.0),
    }
    assert found["mean"].interval is not None
    assert found["mean"].interval.low < 4 < 6 < found["mean"].interval.high


def test_counts_are_of_the_whole_run(judge: Judge) -> None:
    """1,000 in the burst, and 500 around it."""
    line = _line(judge, CountMeasure(Counter("hits_total")))
    assert (line.measured, line.interval) == (1500.0, None)
