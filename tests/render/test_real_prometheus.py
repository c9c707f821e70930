"""A real Prometheus loads the rules of all packs, while their five systems are at play."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest

from slowatch.demo.prometheus import PrometheusServer
from slowatch.demo.workload import Workload, prometheus_config
from slowatch.render.formats import rules_text
from slowatch.render.groups import Manner, rule_groups
from slowatch.render.promql import selector
from slowatch.spec.reading import read_paths
from tests.packs.conftest import RULES

pytestmark = pytest.mark.slow

WITHIN_S = 90.0
"""Some queries of the packs look back a minute."""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prometheus that evaluates all rules of the packs, every three seconds."""
    folder = tmp_path_factory.mktemp("rules")
    rules = folder / "rules.yml"
    text = rules_text(rule_groups(read_paths([RULES]).slos, Manner(scrape_s=1)), "prometheus")
    rules.write_text(text.replace("interval: 1m", "interval: 3s"))
    with Workload(folder / "workload", incidents=False) as workload:
        config = prometheus_config(workload.targets, scrape_interval="1s")
        config += f"rule_files: ['{rules}']\n"
        with PrometheusServer(folder / "data", config=config) as server:
            yield server.url


def test_every_rule_is_healthy_and_every_recorded_series_has_values(url: str) -> None:
    """What a rule yields can be asked for under its name and labels."""
    deadline = time.monotonic() + WITHIN_S
    while True:
        rules = list(_rules(url))
        silent = [one for one in rules if one["type"] == "recording" and not _has_values(url, one)]
        pending = [one for one in rules if one["health"] == "unknown"]
        if not (silent or pending) or time.monotonic() > deadline:
            break
        time.sleep(2)
    assert [one["lastError"] for one in rules if one["health"] != "ok"] == []
    assert [(one["name"], one.get("labels")) for one in silent] == []
    assert len(rules) > 500


def test_what_rules_say_of_healthy_systems_is_good(url: str) -> None:
    """No budget is overspent that counts many events, while nothing goes wrong."""
    query = 'slowatch:compliance:ratio{service="lark-service", slo="api-success"}'
    told = [float(one["value"][1]) for one in _ask(url, query)]
    assert len(told) == 5
    assert min(told) > 0.9


def _rules(url: str) -> Iterator[Mapping[str, Any]]:
    answer = httpx.get(f"{url}/api/v1/rules", trust_env=False).json()
    for group in answer["data"]["groups"]:
        yield from group["rules"]


def _has_values(url: str, rule: Mapping[str, Any]) -> bool:
    return bool(_ask(url, selector(rule["name"], rule.get("labels", {}))))


def _ask(url: str, query: str) -> list[Mapping[str, Any]]:
    answer = httpx.get(f"{url}/api/v1/query", params={"query": query}, trust_env=False).json()
    found: list[Mapping[str, Any]] = answer["data"]["result"]
    return found
