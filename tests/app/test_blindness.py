"""A daemon that sees nothing any more tells of it, whatever it is that is in the way."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from slowatch.app.daemon import Daemon
from slowatch.app.health import Health
from slowatch.app.schedule import start_schedule
from slowatch.app.settings import Settings
from slowatch.demo.prometheus import PrometheusServer
from slowatch.spec.reading import read_text
from tests.support.alertmanager import alertmanager
from tests.support.daemon import wait_for
from tests.support.receiver import Receiver, webhook_receiver

SLOT_S = 60
PASSWORD = "hunter2-prometheus"  # noqa: S105
RULES = """
apiVersion: slowatch/v1
service: shop
slos:
  - {name: alive, objective: 99%, window: 1h, sli: {value: {query: vector(1), at_least: 1}}}
"""


@dataclass
class Watched:
    """A daemon without a schedule, whose time passes as the test wants it; whom it tells."""

    one: Daemon
    now_s: list[float]
    told: Receiver
    hook: Receiver

    def slots(self, count: int) -> None:
        """Let slots pass, each as the schedule would have it."""
        for _ in range(count):
            self.now_s[0] += SLOT_S
            self.one.measure_slot()
            self.one.look_after_itself()

    def states(self) -> list[tuple[str, str]]:
        """The alerts that it shows."""
        return [(a.episode.key.name, a.state.phase) for a in self.one.snapshot.alerts]


@contextmanager
def watched(folder: Path, url: str, alerting: str = "notify") -> Iterator[Watched]:
    """A daemon that has measured a slot, a real Alertmanager that it tells, and a webhook."""
    # Alerts of the past end by themselves: what is to fire must do so less than 240 s ago.
    now_s = [(time.time() - 480) // SLOT_S * SLOT_S + 5.0]
    with (
        webhook_receiver() as told,
        webhook_receiver() as hook,
        alertmanager(folder / "am", told.url) as server,
    ):
        server.start()
        settings = Settings.from_flags(
            {
                "prometheus_url": url.replace("http://", f"http://me:{PASSWORD}@"),
                "state": str(folder / "ledger.db"),
                "scrape_interval": 15,
                "settle": 0,
                "alerting": alerting,
                "alertmanagers": [server.url],
                "webhooks": [{"name": "chat", "url": hook.url}],
            }
        )
        one = Daemon(settings, read_text(RULES, "rules.yaml"), now=lambda: now_s[0])
        try:
            one.begin()
            yield Watched(one, now_s, told, hook)
        finally:
            one.stop()


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails is tried again at once."""
    monkeypatch.setattr("slowatch.ledger.store.BUSY_S", 0.1)


@pytest.mark.slow
def test_prometheus_that_stops_is_told_once_and_so_is_its_return(tmp_path: Path) -> None:
    """Through a real Alertmanager and to a webhook, without the password."""
    with (
        PrometheusServer(tmp_path / "prometheus") as server,
        watched(tmp_path, server.url) as play,
    ):
        server.stop()
        seen_s = play.one.seen_s
        play.slots(4)
        assert play.states() == []
        assert (play.one.seen_s, play.one.snapshot.as_of_s) == (seen_s, seen_s + 240)
        play.slots(2)
        assert play.states() == [("SlowatchBlind", "firing")]
        wait_for(lambda: bool(play.told.received and play.hook.received), within_s=10)
        server.start()
        play.slots(1)
        assert play.states() == [("SlowatchBlind", "resolved")]
        assert play.one.seen_s == seen_s + 420
        wait_for(lambda: len(play.told.received) == len(play.hook.received) == 2, within_s=10)
        time.sleep(2)
    assert [body["status"] for body in play.told.bodies] == ["firing", "resolved"]
    assert [body["event"] for body in play.hook.bodies] == ["firing", "resolved"]
    annotations = play.told.bodies[0]["commonAnnotations"]
    assert "cannot be reached" in annotations["description"]
    assert PASSWORD not in str(play.told.bodies + play.hook.bodies)


def test_ledger_that_is_locked_is_told_to_alertmanagers_at_once(tmp_path: Path) -> None:
    """A webhook's queue is in the ledger: it is told when that can be written again."""
    with (
        PrometheusServer(tmp_path / "prometheus") as server,
        watched(tmp_path, server.url) as play,
    ):
        other = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        play.slots(6)
        wait_for(lambda: len(play.told.received) == 1, within_s=10)
        assert "database is locked" in str(play.told.bodies)
        assert play.hook.received == []
        other.rollback()
        other.close()
        play.slots(1)
        wait_for(lambda: len(play.told.received) == len(play.hook.received) == 2, within_s=10)
    assert [body["event"] for body in play.hook.bodies] == ["firing", "resolved"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("alerting", "shown"), [("rules", [("SlowatchBlind", "firing")]), ("off", [])]
)
def test_where_others_raise_alerts_nothing_is_sent(
    tmp_path: Path, alerting: str, shown: list[tuple[str, str]]
) -> None:
    """It is shown, and in the history."""
    with (
        PrometheusServer(tmp_path / "prometheus") as server,
        watched(tmp_path, server.url, alerting) as play,
    ):
        server.stop()
        play.slots(6)
        assert play.states() == shown
        assert len(play.one.episodes(0, 10)) == len(shown)
        assert (play.told.received, play.hook.received) == ([], [])


def test_slots_that_come_raise_nothing(tmp_path: Path) -> None:
    """Six of them."""
    with (
        PrometheusServer(tmp_path / "prometheus") as server,
        watched(tmp_path, server.url) as play,
    ):
        play.slots(6)
        assert play.one.readiness().reasons == []
        assert play.one.episodes(0, 10) == []


@dataclass
class Hanging:
    """A daemon of which everything hangs but what looks after it."""

    health: Health = field(default_factory=Health)
    is_stopping: bool = False
    looked: threading.Event = field(default_factory=threading.Event)
    ends: threading.Event = field(default_factory=threading.Event)

    def look_after_itself(self) -> None:
        """What has to go on."""
        self.looked.set()

    def __getattr__(self, _name: str) -> Callable[[], object]:
        return lambda *_: self.ends.wait(30)


def test_it_is_looked_after_while_everything_else_hangs() -> None:
    """More runs hang than there are threads for them."""
    hanging: Any = Hanging()
    settings: Any = SimpleNamespace(slot=1, settle=0, rules_poll=1, all_sources={"default": None})
    schedule = start_schedule(hanging, settings, time.time())
    try:
        time.sleep(4)
        hanging.looked.clear()
        assert hanging.looked.wait(5)
    finally:
        hanging.ends.set()
        hanging.is_stopping = True
        schedule.shutdown(wait=True)
