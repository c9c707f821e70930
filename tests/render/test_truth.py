"""What minute rules add up to, on a trace with known truth: restarts, bursts, births, outages."""

from collections.abc import Iterator
from decimal import Decimal

import httpx
import pytest

from slowatch.render.growth import Minute, summed_growth
from slowatch.slo.slot import Span
from slowatch.spec.compiled import Counter, Term
from tests.evaluate.truth import deviations
from tests.support.prometheus import ServedTrace
from tests.traces.openmetrics import METRIC

POINTS = 600
MINUTE_S = 60


@pytest.mark.slow
def test_bad_share_of_two_days_is_true_within_a_hundredth(trace: ServedTrace) -> None:
    """Where a process lived for 50 s, six times in a row; on average within a thousandth."""
    grown = summed_growth((Term(Decimal(1), Counter(METRIC)),), ("series", "result"), Minute(15))
    counts: dict[str, tuple[float, float]] = {}
    for labels, events in _sums(trace.url, grown, trace.trace.span):
        good, bad = counts.get(labels["series"], (0.0, 0.0))
        is_good = labels["result"] == "good"
        counts[labels["series"]] = (good + events, bad) if is_good else (good, bad + events)
    errors = [one.relative for one in deviations(trace.trace, counts)]
    assert max(errors) < 0.01
    assert sum(errors) / len(errors) < 0.001


def _sums(url: str, query: str, span: Span) -> Iterator[tuple[dict[str, str], float]]:
    """What a query yields, a value a minute, added up: some hours at a time."""
    step_s = POINTS * MINUTE_S
    for start_s in range(span.start_s + MINUTE_S, span.end_s + 1, step_s):
        end_s = min(start_s + step_s - MINUTE_S, span.end_s)
        asked = {"query": query, "start": start_s, "end": end_s, "step": MINUTE_S}
        answer = httpx.post(
            f"{url}/api/v1/query_range", data=asked, trust_env=False, timeout=60
        ).json()
        for series in answer["data"]["result"]:
            yield series["metric"], sum(float(value) for _, value in series["values"])
