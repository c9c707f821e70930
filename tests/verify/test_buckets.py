"""What buckets hide is not shown: a limit or a change within one, and what lies beyond all."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

import pytest

from slowatch.slo.slot import Span
from slowatch.slo.verdict import Verdict
from slowatch.spec.compiled import Counter
from slowatch.spec.compiled_runs import Change, Limits, QuantileMeasure, SpanBaseline
from slowatch.verify.played import Played
from slowatch.verify.result import Line
from tests.verify.judging import Judge, check, judge_of_series, run_of

START_S, SCRAPE_S, LENGTH_S = 1_700_006_400, 5, 300
NOW = Span(START_S + 600, START_S + 900)
BEFORE = SpanBaseline(START_S + 120, START_S + 420)
BUCKETS_S = (0.5, 1.0, 2.5)

TOOK_S = {
    # before, and now
    "steady": (0.7, 0.7),
    "doubled": (0.51, 0.99),
    "vanished": (2.4, 30.0),
    "always_gone": (30.0, 30.0),
    "quick": (0.3, 0.3),
}
"""What each of 20 requests a scrape takes, in seconds."""


def _exposition() -> Iterator[str]:
    for name, (before_s, now_s) in TOOK_S.items():
        yield f"# TYPE {name}_seconds histogram\n"
        total_s, counts = 0.0, dict.fromkeys(BUCKETS_S, 0)
        for index, at_s in enumerate(range(START_S, NOW.end_s + 60, SCRAPE_S)):
            took_s = before_s if at_s < NOW.start_s - 60 else now_s
            total_s += 20 * took_s
            counts = {le: count + 20 * (took_s <= le) for le, count in counts.items()}
            for le, count in counts.items():
                yield f'{name}_seconds_bucket{{le="{le}"}} {count} {at_s}\n'
            yield f'{name}_seconds_bucket{{le="+Inf"}} {20 * (index + 1)} {at_s}\n'
            yield f"{name}_seconds_count {20 * (index + 1)} {at_s}\n"
            yield f"{name}_seconds_sum {total_s!r} {at_s}\n"
    yield "# EOF\n"


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    """Who judges them."""
    with judge_of_series(tmp_path_factory.mktemp("series"), "".join(_exposition())) as found:
        yield found


def _line(judge: Judge, name: str, bound: Limits | Change, p: str = "0.95") -> Line:
    baseline = BEFORE if isinstance(bound, Change) else None
    one = check(QuantileMeasure(Decimal(p), Counter(f"{name}_seconds")), bound, baseline=baseline)
    (line,) = judge.verifying.verify(run_of(one), Played(NOW)).judged.lines
    return line


@pytest.mark.parametrize(
    ("name", "at_most", "verdict"),
    [
        ("steady", "1", "pass"),  # the end of its bucket
        ("steady", "0.5", "fail"),  # the beginning of it
        ("steady", "0.8", "inconclusive"),  # within it
        ("steady", "2", "pass"),  # within a later one
        ("quick", "0.5", "pass"),
        ("quick", "0.2", "inconclusive"),
        ("vanished", "2.5", "fail"),  # beyond the highest
        ("vanished", "10", "inconclusive"),
    ],
)
def test_a_limit_is_held_against_buckets(
    judge: Judge, name: str, at_most: str, verdict: Verdict
) -> None:
    """Only an end of a bucket tells for certain on which side of it a quantile lies."""
    line = _line(judge, name, Limits(at_most=Decimal(at_most)))
    assert line.verdict == verdict
    if verdict == "inconclusive":
        assert line.reason is not None
        assert "add" in line.reason


def test_a_lower_limit_is_held_against_buckets_too(judge: Judge) -> None:
    """At least half a second, where all took more."""
    found: Mapping[str, Verdict] = {
        at_least: _line(judge, "steady", Limits(at_least=Decimal(at_least))).verdict
        for at_least in ("0.5", "0.8", "1.5")
    }
    assert found == {"0.5": "pass", "0.8": "inconclusive", "1.5": "fail"}


@pytest.mark.parametrize(
    ("name", "verdict", "why"),
    [
        ("steady", "pass", None),
        ("quick", "pass", None),
        ("doubled", "inconclusive", "in which no change can be seen"),
        ("vanished", "inconclusive", "beyond the highest bucket"),
        ("always_gone", "inconclusive", "beyond the highest bucket"),
    ],
)
def test_a_change_that_buckets_hide_is_not_shown(
    judge: Judge, name: str, verdict: Verdict, why: str | None
) -> None:
    """From 0.51 s to 0.99 s is nearly twice as much, and one bucket; only the mean knows."""
    line = _line(judge, name, Change(at_most=Decimal("0.1")))
    assert line.verdict == verdict
    assert (line.reason is None) == (why is None)
    assert why is None or why in (line.reason or "")


def test_what_is_told_of_the_unknown_is_what_prometheus_tells(judge: Judge) -> None:
    """The highest bound; a report has no infinite number."""
    line = _line(judge, "vanished", Limits(at_most=Decimal(1)))
    assert (line.verdict, line.measured) == ("fail", 2.5)
    assert all(point.value in (None, 2.5) for point in line.course)
