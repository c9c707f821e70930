"""Every query of every dashboard, asked of a real Prometheus that has the five systems' metrics.

It evaluates the rendered rules and scrapes a daemon, so there is data for both sources.
"""

import json
import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from slowatch.dashboards.figures import Source
from slowatch.demo.daemon import Daemon
from slowatch.demo.demo import NOTHING_OLDER
from slowatch.demo.prometheus import PrometheusServer
from slowatch.demo.workload import Workload, prometheus_config
from slowatch.render.formats import rules_text
from slowatch.render.groups import Manner, rule_groups
from tests.dashboards.drawn import SOURCES, Asked, Document, asked, filled, pack_slos, rendered
from tests.packs.conftest import RULES

pytestmark = pytest.mark.slow

WITHIN_S = 240.0
POINT, OVER = "10s", "20s"
STEP_S, SPAN_S = 10, 60
ALL: Mapping[str, str] = {}
Found = Mapping[Source, Mapping[str, Document]]
ONE = {"service": "lark-service", "team": "integrations", "nfr": "P002b"}


@dataclass(frozen=True, slots=True)
class Stage:
    """A Prometheus, and the daemon that it scrapes."""

    client: httpx.Client
    instance: str

    def get(self, path: str, **params: str | float) -> Any:  # noqa: ANN401  as JSON has it
        """An answer's data; one that is an error fails the test."""
        told = self.client.get(path, params=params).json()
        assert told["status"] == "success", f"{params}: {told.get('error')}"
        return told["data"]

    def has_data(self, one: Asked, chosen: Mapping[str, str]) -> bool:
        """Whether a query yields a number, asked as Grafana asks it."""
        expr = filled(one.expr, chosen, point=POINT, over=OVER)
        now = time.time()
        if one.target["instant"]:
            series = self.get("query", query=expr, time=now)["result"]
            return any(is_number(found["value"]) for found in series)
        span = {"start": now - SPAN_S, "end": now, "step": STEP_S}
        series = self.get("query_range", query=expr, **span)["result"]
        return any(is_number(point) for found in series for point in found["values"])


def is_number(point: list[Any]) -> bool:
    """Whether a point can be drawn."""
    return not math.isnan(float(point[1]))


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """All parts, healthy, until both sources tell of every SLO."""
    folder = tmp_path_factory.mktemp("dashboards")
    rules = folder / "rules.yml"
    text = rules_text(rule_groups(pack_slos(), Manner(scrape_s=1)), "prometheus")
    rules.write_text(text.replace("interval: 1m", "interval: 3s"))
    with Workload(folder / "workload", incidents=False) as workload:
        config = with_daemon(prometheus_config(workload.targets, scrape_interval="1s"), folder)
        config += f"rule_files: ['{rules}']\n"
        server = PrometheusServer(folder / "data", config=config, extra_args=[NOTHING_OLDER])
        with server, Daemon(folder / "slowatch", prometheus_url=server.url, rules=RULES) as daemon:
            instance = daemon.url.removeprefix("http://")
            (folder / "daemons.json").write_text(json.dumps([{"targets": [instance]}]))
            api = f"{server.url}/api/v1"
            with httpx.Client(base_url=api, trust_env=False, timeout=30) as client:
                yield Stage(client, instance)


def with_daemon(config: str, folder: Path) -> str:
    """A configuration that scrapes a daemon, too, as soon as it is known where it runs."""
    told = yaml.safe_load(config)
    found = {"files": [str(folder / "daemons.json")], "refresh_interval": "1s"}
    told["scrape_configs"].append({"job_name": "slowatch", "file_sd_configs": [found]})
    return yaml.safe_dump(told)


@pytest.fixture(scope="module")
def found(stage: Stage) -> Found:
    """All dashboards by source, once every query has had time to yield something."""
    by_source = {source: rendered(pack_slos(), source) for source in SOURCES}
    waiting = [one for dashboards in by_source.values() for one in asked(dashboards)]
    deadline = time.monotonic() + WITHIN_S
    while waiting and time.monotonic() < deadline:
        time.sleep(2)
        waiting = [one for one in waiting if not stage.has_data(one, ALL)]
    return by_source


@pytest.mark.parametrize("source", SOURCES)
def test_every_query_of_every_panel_returns_data(
    stage: Stage, found: Found, source: Source
) -> None:
    """With nothing filtered out, and none is an error."""
    silent = [one.where for one in asked(found[source]) if not stage.has_data(one, ALL)]
    assert silent == []


@pytest.mark.parametrize("source", SOURCES)
def test_filtered_dashboards_return_data(stage: Stage, found: Found, source: Source) -> None:
    """With one value for each variable."""
    filtered = {name: found[source][name] for name in ("overview.json", "slowatch.json")}
    chosen = {**ONE, "instance": stage.instance}
    silent = [one.where for one in asked(filtered) if not stage.has_data(one, chosen)]
    assert silent == []


@pytest.mark.parametrize("source", SOURCES)
def test_filters_filter(stage: Stage, found: Found, source: Source) -> None:
    """One NFR of one service is one SLO; the service has seven, another team 23."""
    table = next(one for one in asked(found[source]) if one.panel["title"].startswith("SLOs, "))
    for chosen, count in ((ONE, 1), ({"service": "lark-service"}, 7), ({"team": "insight"}, 23)):
        expr = filled(table.expr, chosen)
        rows = stage.get("query", query=expr)["result"]
        assert len(rows) == count
        assert all(row["metric"]["team"] for row in rows)


@pytest.mark.parametrize("source", SOURCES)
def test_every_slo_is_in_one_state(stage: Stage, found: Found, source: Source) -> None:
    """The totals add up to all of them."""
    totals = [one for one in asked(found[source]) if one.panel["title"] == "SLOs by state"]
    answers = [stage.get("query", query=filled(one.expr, ALL))["result"] for one in totals]
    every, *states = (int(answer[0]["value"][1]) for answer in answers)
    assert every == sum(states) == len(pack_slos())


@pytest.mark.parametrize("source", SOURCES)
def test_variables_offer_values(stage: Stage, found: Found, source: Source) -> None:
    """As `label_values` asks for them."""
    for document in found[source].values():
        for variable in document["templating"]["list"]:
            if variable["type"] == "query":
                series, name = variable["query"]["query"][len("label_values(") : -1].rsplit(", ", 1)
                match = {"match[]": filled(series, ALL)}
                assert stage.get(f"label/{name}/values", **match)


@pytest.mark.parametrize("source", SOURCES)
def test_marks_of_alerts_are_no_error(stage: Stage, found: Found, source: Source) -> None:
    """Nothing need fire while all is well."""
    expressions = {
        one["expr"]
        for document in found[source].values()
        for one in document["annotations"]["list"]
    }
    assert len(expressions) == 5
    for expr in expressions:
        stage.get("query", query=expr)
