"""The trace tells the truth: what Prometheus holds adds up to what is said to have happened."""

from itertools import pairwise

import httpx
import pytest

from slowatch.slo.slot import DAY_S, Span
from tests.support.prometheus import ServedTrace
from tests.traces.counting import Pair
from tests.traces.openmetrics import METRIC, PAIRS

Samples = list[tuple[float, int]]


@pytest.mark.slow
def test_scraped_counters_add_up_to_the_truth(trace: ServedTrace) -> None:
    """To the last event, once those are added that the values of the counters cannot tell."""
    _check_truth(trace)


@pytest.mark.slow
def test_scraped_counters_of_ten_days_add_up_to_the_truth(long_trace: ServedTrace) -> None:
    """Three million samples of counters in each of two blocks."""
    _check_truth(long_trace)


def _check_truth(served: ServedTrace) -> None:
    span = served.trace.span
    for pair in served.trace.pairs:
        truth = served.trace.truths[pair.name]
        found = (_increase(served, pair, "good"), _increase(served, pair, "bad"))
        masked = truth.masked(span)
        assert (found[0] + masked[0], found[1] + masked[1]) == truth.events(span), pair.name


def _increase(served: ServedTrace, pair: Pair, result: str) -> int:
    """Every step up, and after a step down the value itself."""
    values = [value for _, value in _samples(served, pair, result)]
    is_whole = pair.target.is_born or (pair.is_lazy and result == "bad")
    steps = (now - was if now >= was else now for was, now in pairwise(values))
    return sum(steps) + (values[0] if is_whole else 0)


def _samples(served: ServedTrace, pair: Pair, result: str) -> Samples:
    selector = f'{METRIC}{{series="{pair.name}",result="{result}"}}[{served.trace.span.length_s}s]'
    form = {"query": selector, "time": str(served.trace.span.end_s)}
    answer = httpx.post(f"{served.url}/api/v1/query", data=form, timeout=60)
    (series,) = answer.json()["data"]["result"]
    return [(at_s, int(value)) for at_s, value in series["values"]]


def test_trace_holds_what_makes_counting_hard(trace: ServedTrace) -> None:
    """Unseen and masked events, lazy counters, a late target, failed scrapes, many restarts."""
    told = trace.trace
    assert len(told.pairs) == PAIRS
    truths = told.truths.values()
    assert sum(sum(truth.unseen(told.span)) for truth in truths) > 1000
    assert sum(sum(truth.masked(told.span)) for truth in truths) > 10
    lazy = next(pair for pair in told.pairs if pair.is_lazy)
    assert len(_samples(trace, lazy, "bad")) < len(_samples(trace, lazy, "good"))
    assert [len(target.processes) for target in told.targets[5:]] == [1, 2, 7, 7, 1]
    failed = [sum(one.process is None for one in target.scrapes) for target in told.targets]
    assert failed[5] == failed[6] == 40
    assert told.targets[9].is_born
    assert told.targets[9].scrapes[0].at_ms / 1000 > told.span.start_s + DAY_S


def test_truth_is_the_same_in_parts(trace: ServedTrace) -> None:
    """Minutes add up; what is no whole minute is not known."""
    span = trace.trace.span
    middle_s = span.start_s + DAY_S
    truth = trace.trace.truths["30"]
    parts = [truth.events(Span(span.start_s, middle_s)), truth.events(Span(middle_s, span.end_s))]
    assert truth.events(span) == (parts[0][0] + parts[1][0], parts[0][1] + parts[1][1])
    with pytest.raises(ValueError, match="by the minute"):
        truth.events(Span(span.start_s, span.start_s + 30))
