"""The demo's first incident pages, whoever raises the alert: once for each app, and once its end.

It is played once. slowatch sends alerts itself, and Prometheus raises them by rules that stand
alone and by rules over a second slowatch's gauges; a real Alertmanager tells a webhook of all.
"""

import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from slowatch.demo.daemon import SCRAPE_INTERVAL, Daemon
from slowatch.demo.demo import NOTHING_OLDER, rules_folder
from slowatch.demo.prometheus import PrometheusServer
from slowatch.demo.systems.lark import APPS
from slowatch.demo.workload import Workload, prometheus_config
from tests.cli.calling import slowatch
from tests.support.alertmanager import alertmanager
from tests.support.daemon import wait_for
from tests.support.receiver import Receiver, webhook_receiver

pytestmark = pytest.mark.slow

RAISED_BY = ("slowatch", "rules-alone", "rules-over-daemon")
CONDITION = "slowatch_slo_alert_condition"
RESENT_S = 60
# A tenth of a percent of the 30 days' budget within five minutes: 8.64 times as fast as it lasts.
POLICY = """
policies:
  quick:
    page:
      pairs: [{short: 1m, long: 5m, budget: 0.1%}]
      labels: {raised_by: RAISED_BY}
    ticket: {pairs: []}
    budget_exhausted: {severity: none}
    budget_low: {severity: none}
    budget_ending: {severity: none}
    sli_absent: {severity: none}
    keep_firing_for: 30s
"""


@dataclass(frozen=True, slots=True)
class Told:
    """What came of the incident: notices of Alertmanager and of slowatch, and metrics by daemon."""

    by_alertmanager: Sequence[Mapping[str, Any]]
    by_slowatch: Sequence[Mapping[str, Any]]
    metrics: Mapping[str, str]

    def events(self, raised_by: str) -> list[tuple[str, str]]:
        """What Alertmanager told: app and `firing` or `resolved`, in the order in which it came."""
        alerts = [alert for notice in self.by_alertmanager for alert in notice["alerts"]]
        return [
            (alert["labels"]["app_id"], alert["status"])
            for alert in alerts
            if alert["labels"]["raised_by"] == raised_by
        ]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """All that was told until no more came for longer than alerts take to be sent again."""
    folder = tmp_path_factory.mktemp("paged")
    with ExitStack() as stack:
        notices = stack.enter_context(webhook_receiver())
        hook = stack.enter_context(webhook_receiver())
        server = stack.enter_context(alertmanager(folder / "alertmanager", notices.url))
        server.start()
        workload = stack.enter_context(Workload(folder / "workload"))
        config = prometheus(folder, workload.targets, server.url)
        prometheus_server = PrometheusServer(
            folder / "prometheus", config=config, extra_args=[NOTHING_OLDER]
        )
        url = stack.enter_context(prometheus_server).url
        sending = {
            "alerting": "notify",
            "alertmanagers": server.url,
            "webhooks": f'[{{"name": "hook", "url": "{hook.url}"}}]',
        }
        daemons = {
            name: Daemon(
                folder / name, prometheus_url=url, rules=spec(folder, name), settings=settings
            )
            for name, settings in (("slowatch", sending), ("rules-over-daemon", {}))
        }
        for daemon in daemons.values():
            stack.enter_context(daemon)
        scrape(folder, daemons.values())
        await_all(notices, hook)
        time.sleep(RESENT_S + 10)
        metrics = {name: metrics_of(daemon) for name, daemon in daemons.items()}
        return Told(notices.bodies, hook.bodies, metrics)


def spec(folder: Path, raised_by: str) -> Path:
    """The SLO of the pack, with a policy for an incident of half a minute."""
    pack = yaml.safe_load((rules_folder() / "lark-service.yaml").read_text())
    (slo,) = (slo for slo in pack["slos"] if slo["name"] == "api-success")
    del slo["alerts"]
    own = pack | yaml.safe_load(POLICY.replace("RAISED_BY", raised_by)) | {"slos": [slo]}
    own["defaults"]["policy"] = "quick"
    path = folder / f"{raised_by}.yaml"
    path.write_text(yaml.safe_dump(own))
    return path


def prometheus(folder: Path, targets: Mapping[str, str], alertmanager_url: str) -> str:
    """A configuration that scrapes the systems and, once they run, the daemons; with rules."""
    config = yaml.safe_load(prometheus_config(targets, scrape_interval=SCRAPE_INTERVAL))
    found = {"files": [str(folder / "daemons.json")], "refresh_interval": "1s"}
    config["scrape_configs"].append({"job_name": "slowatch", "file_sd_configs": [found]})
    address = alertmanager_url.removeprefix("http://")
    config["alerting"] = {"alertmanagers": [{"static_configs": [{"targets": [address]}]}]}
    config["rule_files"] = [
        str(rule_file(folder, "rules-alone", "prometheus")),
        str(rule_file(folder, "rules-over-daemon", "slowatch")),
    ]
    return yaml.safe_dump(config)


def rule_file(folder: Path, raised_by: str, source: str) -> Path:
    """Rendered rules, evaluated as often as a slot comes."""
    options = ["--source", source, "--scrape-interval", SCRAPE_INTERVAL]
    done = slowatch("render-rules", str(spec(folder, raised_by)), *options, cwd=folder)
    assert done.code == 0, done.err
    path = folder / f"{raised_by}.rules.yml"
    path.write_text(done.out.replace("interval: 1m", "interval: 10s"))
    return path


def scrape(folder: Path, daemons: Iterable[Daemon]) -> None:
    """Let Prometheus scrape the daemons from now on."""
    targets = [daemon.url.removeprefix("http://") for daemon in daemons]
    unfinished = folder / "daemons.new"
    unfinished.write_text(json.dumps([{"targets": targets}]))
    unfinished.replace(folder / "daemons.json")


def await_all(notices: Receiver, hook: Receiver) -> None:
    """Wait until every app was paged for and its page has ended, whoever raised it."""
    every = 2 * len(APPS)
    wait_for(lambda: len(hook.received) >= every, within_s=240)
    wait_for(lambda: len(notices.received) >= every * len(RAISED_BY), within_s=120)


def metrics_of(daemon: Daemon) -> str:
    """What Prometheus scrapes."""
    answer = httpx.get(f"{daemon.url}/metrics", trust_env=False, timeout=10)
    return answer.raise_for_status().text


@pytest.mark.parametrize("raised_by", RAISED_BY)
def test_each_app_is_paged_for_once_and_its_end_follows(told: Told, raised_by: str) -> None:
    """In five minutes, in which alerts are sent again and again."""
    events = told.events(raised_by)
    expected = {(app, status): 1 for app in APPS for status in ("firing", "resolved")}
    assert Counter(events) == expected
    for app in APPS:
        assert events.index((app, "firing")) < events.index((app, "resolved"))


def test_nothing_else_is_told(told: Told) -> None:
    """All are pages of the one SLO."""
    alerts = [alert["labels"] for notice in told.by_alertmanager for alert in notice["alerts"]]
    assert {(one["alertname"], one["severity"], one["slo"]) for one in alerts} == {
        ("ErrorBudgetBurn", "page", "api-success")
    }
    assert len(alerts) == 2 * len(APPS) * len(RAISED_BY)


def test_webhook_of_slowatch_is_told_the_same(told: Told) -> None:
    """Once for each app, with what burns."""
    events = Counter((body["group"]["app_id"], body["event"]) for body in told.by_slowatch)
    assert events == {(app, event): 1 for app in APPS for event in ("firing", "resolved")}
    fired = [body for body in told.by_slowatch if body["event"] == "firing"]
    assert all(body["slo"]["burn_rates"]["5m"] > 8.64 for body in fired)


def test_alerts_were_sent_again(told: Told) -> None:
    """At least each minute; so that they were told once is Alertmanager's, not chance."""
    name = 'slowatch_notifications_sent_total{kind="alertmanager"'
    (line,) = (line for line in told.metrics["slowatch"].splitlines() if line.startswith(name))
    assert float(line.rsplit(" ", 1)[1]) >= 4


def test_slowatch_that_sends_has_nothing_that_rules_fire_on(told: Told) -> None:
    """The same Prometheus scrapes both, and nobody is paged twice."""
    assert CONDITION not in told.metrics["slowatch"]
    assert CONDITION in told.metrics["rules-over-daemon"]
