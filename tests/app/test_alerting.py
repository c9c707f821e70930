"""A daemon that raises alerts: sent once each, over restarts and outages, and to nobody twice."""

import json
import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from slowatch.app.daemon import Daemon
from slowatch.app.health import Health
from slowatch.app.raising import Raising
from slowatch.app.settings import Settings
from slowatch.ledger.ledger import Ledger
from slowatch.notify.document import deliveries
from slowatch.spec.reading import read_text
from tests.evaluate.raised import status
from tests.notify.making import alert
from tests.source.scripted import Reply, Request, said, scripted_server
from tests.support.alertmanager import alertmanager
from tests.support.daemon import daemon, wait_for
from tests.support.receiver import Receiver, webhook_receiver

SECRET = "hunter2-hook"  # noqa: S105
SLOT_S = 60
RULES = """
apiVersion: slowatch/v1
service: shop
policies:
  bare:
    page: {pairs: []}
    ticket: {pairs: []}
    budget_exhausted: {severity: BUDGET}
    budget_low: {severity: none}
    budget_ending: {severity: none}
    sli_absent: {severity: none}
    keep_firing_for: 0s
slos:
  - name: fast
    objective: 99%
    window: 1h
    policy: bare
    alerts: [{for: 1m, name: TooSlow, severity: page}]
    sli: {value: {query: latency, at_most: 1}}
"""
BARE = RULES.replace("BUDGET", "none")
BUDGET = RULES.replace("BUDGET", "page").replace(
    "    alerts: [{for: 1m, name: TooSlow, severity: page}]\n", ""
)


@dataclass
class Play:
    """A Prometheus that answers with `latency` up to the moment that the daemon takes for now."""

    now_s: float = field(default_factory=lambda: (time.time() - 180) // SLOT_S * SLOT_S + 5.0)
    latency: float = 0.5

    def answer(self, request: Request) -> Reply:
        """The same value at all moments."""
        form = request.form
        if "query" not in form:
            return Reply(404)
        first_s = int(form.get("start") or form["time"])
        moments = range(first_s, int(form.get("end", first_s)) + 1, int(form.get("step", "60")))
        points = [[at_s, str(self.latency)] for at_s in moments if at_s <= self.now_s]
        kind, key = ("matrix", "values") if "end" in form else ("vector", "value")
        value: object = points if kind == "matrix" else next(iter(points), None)
        result = [{"metric": {}, key: value}] if points else []
        return said({"status": "success", "data": {"resultType": kind, "result": result}})

    @contextmanager
    def daemon(
        self, folder: Path, rules: str = BARE, settings: Mapping[str, object] | None = None
    ) -> Iterator[Daemon]:
        """A daemon without a schedule, that has measured a slot."""
        with scripted_server(self.answer) as script:
            read = Settings.from_flags(
                {
                    "prometheus_url": script.url,
                    "state": str(folder / "ledger.db"),
                    "scrape_interval": 15,
                    "settle": 0,
                    **(settings or {}),
                }
            )
            one = Daemon(read, read_text(rules, "rules.yaml"), now=lambda: self.now_s)
            try:
                one.begin()
                yield one
            finally:
                one.stop()

    def slot(self, one: Daemon, latency: float) -> None:
        """Let a slot pass."""
        self.latency = latency
        self.now_s += SLOT_S
        one.measure_slot()


@pytest.fixture
def hook() -> Iterator[Receiver]:
    """A webhook."""
    with webhook_receiver() as one:
        yield one


def hooks(receiver: Receiver) -> list[Mapping[str, str]]:
    """The setting."""
    return [{"name": "chat", "url": f"{receiver.url}/{SECRET}", "token": SECRET}]


def events(receiver: Receiver) -> list[str]:
    """What the webhook was told."""
    return [f"{body['alert']} {body['event']}" for body in receiver.bodies]


def states(one: Daemon) -> list[tuple[str, str]]:
    """The alerts that the daemon shows."""
    return [(a.episode.key.name, a.state.phase) for a in one.snapshot.alerts]


def test_alert_and_its_end_arrive_once_whatever_is_down_in_between(
    tmp_path: Path, hook: Receiver
) -> None:
    """The Alertmanager is not there and the webhook fails, then slowatch is started again."""
    play = Play()
    hook.status, hook.says = 500, f"wrong: {SECRET}"
    with (
        capture_logs() as logs,
        webhook_receiver() as told,
        alertmanager(tmp_path / "am", told.url) as server,
    ):
        targets = {
            "alerting": "notify",
            "alertmanagers": [server.url.replace("http://", f"http://me:{SECRET}@")],
            "webhooks": hooks(hook),
            "external_url": "https://slo.example.org/",
        }
        with play.daemon(tmp_path, settings=targets) as one:
            play.slot(one, 2.5)
            assert states(one) == [("TooSlow", "firing")]
            wait_for(lambda: all(sent.failed for sent in one.sent()), within_s=10)
            warnings = one.readiness().warnings
            assert sum("takes no alerts" in warning for warning in warnings) == 2
        server.start()
        hook.status = 200
        play.now_s += 5
        with play.daemon(tmp_path, settings=targets) as one:
            wait_for(lambda: bool(told.received and hook.received), within_s=10)
            assert states(one) == [("TooSlow", "firing")]
            play.slot(one, 2.5)
            play.slot(one, 0.5)
            assert states(one) == [("TooSlow", "resolved")]
            wait_for(lambda: len(told.received) > 1 and len(hook.received) > 1, within_s=10)
            time.sleep(2)
            assert one.readiness().warnings == []
            assert one.queue_lengths() == {}
    assert [body["status"] for body in told.bodies] == ["firing", "resolved"]
    assert events(hook) == ["TooSlow firing", "TooSlow resolved"]
    (said_, _) = told.bodies
    assert said_["alerts"][0]["generatorURL"] == "https://slo.example.org/view/shop/fast"
    assert said_["commonAnnotations"]["summary"] == "shop/fast has broken its bound for 1m"
    assert SECRET not in str(logs)


@pytest.mark.parametrize(("alerting", "shown"), [("rules", [("TooSlow", "firing")]), ("off", [])])
def test_nothing_is_sent_where_others_raise_alerts(
    tmp_path: Path, hook: Receiver, alerting: str, shown: list[tuple[str, str]]
) -> None:
    """They are shown, unless nobody raises any."""
    play = Play()
    with play.daemon(tmp_path, settings={"alerting": alerting, "webhooks": hooks(hook)}) as one:
        play.slot(one, 2.5)
        assert states(one) == shown
        assert (list(one.sent()), one.queue_lengths()) == ([], {})
        assert len(one.episodes(0, 10)) == len(shown)
    assert hook.received == []


def test_budget_raises_nothing_before_its_window_is_filled(tmp_path: Path) -> None:
    """Two bad slots of two say little of an hour: with those before it will be known."""
    play = Play(latency=2.5)
    with play.daemon(tmp_path, BUDGET) as one:
        play.slot(one, 2.5)
        assert (one.snapshot.statuses[0].state, states(one)) == ("exhausted", [])
        one.backfill()
        play.slot(one, 2.5)
        assert states(one) == [("ErrorBudgetExhausted", "firing")]


def test_budget_is_not_waited_for_longer_than_an_hour(tmp_path: Path) -> None:
    """A past that cannot be asked for is not to keep the present back."""
    play = Play()
    with play.daemon(tmp_path, BUDGET) as one:
        play.now_s += 3600
        play.slot(one, 2.5)
        assert states(one) == [("ErrorBudgetExhausted", "firing")]


def test_history_raises_nothing(tmp_path: Path) -> None:
    """What is backfilled is told by the next live slot, if it still is so then."""
    play = Play()
    with play.daemon(tmp_path, BUDGET) as one:
        play.latency = 2.5
        one.backfill()
        assert (one.snapshot.statuses[0].state, states(one)) == ("exhausted", [])
        play.slot(one, 0.5)
        assert states(one) == [("ErrorBudgetExhausted", "firing")]


def test_slot_that_is_long_past_raises_nothing(tmp_path: Path) -> None:
    """Three slots, and 15 s that they settle: 195 s."""
    with Ledger.open(":memory:") as ledger:
        now_s = [1_700_006_400.0 + 196]
        raising = Raising(Settings(), ledger, Health(), now=lambda: now_s[0])
        raising.advance([status(True)], 1_700_006_400)
        assert raising.alerts == ()
        now_s[0] -= 1
        raising.advance([status(True)], 1_700_006_400)
        assert len(raising.alerts) == 1


@pytest.mark.slow
def test_hanging_webhook_does_not_keep_it_from_ending(tmp_path: Path, hook: Receiver) -> None:
    """Within ten seconds, with exit code 0; what it was sent is still in line."""
    state = tmp_path / "slowatch.db"
    with Ledger.open(str(state)) as ledger:
        (delivery,) = deliveries(alert(), ["chat"], None)
        ledger.write_alerts([], deliveries=[replace(delivery, created_s=int(time.time()))])
    hook.hangs.set()
    variables = {"alerting": "notify", "webhooks": json.dumps(hooks(hook)), "state": str(state)}
    with daemon(tmp_path, prometheus_url="http://127.0.0.1:1", **variables) as running:
        time.sleep(2)
        began = time.monotonic()
        os.kill(running.child.pid, signal.SIGTERM)
        assert running.child.wait(within_s=10) == 0
        assert time.monotonic() - began < 10
        assert "stopped" in running.log
        assert SECRET not in running.log
    with Ledger.open(str(state)) as ledger:
        assert ledger.queue_lengths() == {"chat": 1}
