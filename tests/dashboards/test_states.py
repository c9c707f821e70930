"""The state of each SLO, asked of series that a test wrote: the same over both sources."""

from collections.abc import Iterator, Mapping

import httpx
import pytest

from slowatch.dashboards.figures import FIGURES, Scope, Source
from slowatch.evaluate.judging import WORST_FIRST
from tests.dashboards.drawn import SOURCES
from tests.support.openmetrics import Stored, serve, store

AT_S = 1_800_000_000
EXPECTED = {
    "used-up": "exhausted",
    "burning": "page",
    "dripping": "ticket",
    "gone": "no_data",
    "fine": "ok",
    "low": "ok",
}
REMAINING = {"used-up": 0.0, "burning": 0.5, "dripping": 0.9, "fine": 1.0, "low": 0.05}
# Two alerts of one SLO; that budgets are used up or low is no state, as in the daemon.
FIRING = [
    ("used-up", "ErrorBudgetBurn", "page"),
    ("burning", "ErrorBudgetBurn", "page"),
    ("burning", "ErrorBudgetBurn", "ticket"),
    ("dripping", "its-own-alert", "ticket"),
    ("gone", "SliAbsent", "ticket"),
    ("low", "ErrorBudgetLow", "ticket"),
]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """What rules would have recorded and a daemon would tell at one moment."""
    with serve(store(tmp_path_factory.mktemp("states"), series())) as served:
        yield served


def series() -> Iterator[Stored]:
    """Those of one metric side by side. Each budget is that of the worse of two groups."""
    for slo in EXPECTED:
        yield one("slowatch:info", slo, 1)
    for slo, left in REMAINING.items():
        yield one("slowatch:error_budget_remaining:ratio", slo, left, zone="a")
        yield one("slowatch:error_budget_remaining:ratio", slo, 1, zone="b")
    for slo in REMAINING:
        yield one("slowatch:events:increase1m", slo, 7, outcome="good")
    for slo, alert, severity in FIRING:
        labels = {"alertname": alert, "severity": severity, "alertstate": "firing"}
        yield one("ALERTS", slo, 1, **labels)
    for slo, state in EXPECTED.items():
        for name in WORST_FIRST:
            yield one("slowatch_slo_state", slo, name == state, state=name, zone="a")
            yield one("slowatch_slo_state", slo, name == "ok", state=name, zone="b")


def one(metric: str, slo: str, value: float, **labels: str) -> Stored:
    """A series with one sample."""
    return Stored(metric, {"service": "shop", "slo": slo, **labels}, {AT_S: float(value)})


@pytest.mark.parametrize("source", SOURCES)
def test_state_is_that_of_the_worst_group(url: str, source: Source) -> None:
    query = FIGURES[source].ranks(Scope(('service="shop"',)))
    answer = httpx.get(
        f"{url}/api/v1/query", params={"query": query, "time": AT_S}, trust_env=False
    ).json()
    told: Mapping[str, str] = {
        found["metric"]["slo"]: WORST_FIRST[int(found["value"][1])]
        for found in answer["data"]["result"]
    }
    assert told == EXPECTED
