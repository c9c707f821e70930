"""A daemon killed again and again keeps the ledger of one that is left alone."""

import os
import random
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from slowatch.demo.child import Child, free_port
from slowatch.demo.prometheus import PrometheusServer
from tests.support.target import ScriptedTarget, scrape_config, scripted_target

SLOT_S = 10
SETTLE_S = 2
WINDOW_S = 6 * 3600
RULES = """
apiVersion: slowatch/v1
service: played
defaults: {objective: 99%, window: 6h}
slos:
  - name: ratio
    sli: {ratio: {bad: 'played_total{result="bad"}', total: played_total}}
  - name: each
    by: [path]
    sli: {ratio: {good: 'played_total{result="good"}', total: played_total}}
  - name: up
    sli: {up: {metric: 'up{job="played"}'}}
  - name: rate
    sli: {rate: {counter: played_total, at_least: 20/s, while: 'sum(rate(played_total[10s])) > 1'}}
  - name: value
    sli: {value: {query: 'sum(played_total) % 97', at_most: 50}}
  - name: free
    budgeting: ratio_timeslices
    sli:
      promql:
        good: 'sum(increase(played_total{result="good"}[$window]))'
        total: 'sum(increase(played_total[$window]))'
"""

Rows = set[tuple[str | int, ...]]


class Daemon:
    """`slowatch run` over a ledger of its own."""

    def __init__(self, folder: Path, prometheus_url: str) -> None:
        folder.mkdir()
        self.ledger = folder / "ledger.db"
        self._folder = folder
        self._port = free_port()
        (folder / "rules.yaml").write_text(RULES)
        self._env = {
            "PATH": os.environ["PATH"],
            "SLOWATCH_PROMETHEUS_URL": prometheus_url,
            "SLOWATCH_RULES": str(folder / "rules.yaml"),
            "SLOWATCH_STATE": str(self.ledger),
            "SLOWATCH_LISTEN": f"127.0.0.1:{self._port}",
            "SLOWATCH_SLOT": f"{SLOT_S}s",
            "SLOWATCH_SETTLE": f"{SETTLE_S}s",
            "SLOWATCH_SCRAPE_INTERVAL": "1s",
        }
        self._child: Child | None = None

    def start(self) -> None:
        """Run it; it is not waited for."""
        call = [sys.executable, "-c", "from slowatch.cli.main import main; main()", "run"]
        self._child = Child(call, log_path=self._folder / "log", env=self._env, cwd=self._folder)

    def kill(self) -> None:
        """End it where it stands."""
        assert self._child is not None
        assert self._child.is_running, self._child.log_tail()
        os.killpg(self._child.pid, signal.SIGKILL)
        self._child.stop()

    def stop(self) -> None:
        """End it as one should."""
        if self._child is not None:
            self._child.stop()

    def wait_for(self, end_s: int) -> None:
        """Until the slot that ends then has been judged and nothing before it is lacking."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self._as_of_s() >= end_s and self._is_whole(end_s):
                return
            time.sleep(0.2)
        raise AssertionError(self._child.log_tail() if self._child else "it was not started")

    def _as_of_s(self) -> float:
        try:
            answer = httpx.get(f"http://127.0.0.1:{self._port}/slo", trust_env=False)
        except httpx.TransportError:
            return 0.0
        if answer.status_code != 200:
            return 0.0
        return datetime.fromisoformat(answer.json()["as_of"]).timestamp()

    def _is_whole(self, end_s: int) -> bool:
        spans = self.rows("spans", end_s - WINDOW_S, end_s)
        whole = {(key, end_s - WINDOW_S, end_s) for key, *_ in spans}
        return spans == whole and len(whole) == RULES.count("- name")

    def rows(self, table: str, from_s: int, to_s: int) -> Rows:
        """Rows of a table that start in a span, by key and labels instead of numbers."""
        with sqlite3.connect(f"file:{self.ledger}?mode=ro", uri=True) as connection:
            found = connection.execute(_QUERIES[table], {"from_s": from_s, "to_s": to_s})
            return set(found.fetchall())


_OF_SERIES = (
    "SELECT key, labels, start_s, good, total{more} FROM {table} "
    "JOIN series ON series.id = series_id JOIN asks ON asks.id = ask_id "
    "WHERE start_s >= :from_s AND start_s < :to_s"
)
_OF_ASKS = (
    "SELECT key, max(start_s, :from_s), min(end_s, :to_s){more} FROM {table} "
    "JOIN asks ON asks.id = ask_id WHERE end_s > :from_s AND start_s < :to_s"
)
_QUERIES = {
    "slots": _OF_SERIES.format(more="", table="slots"),
    "hours": _OF_SERIES.format(more=", measured", table="hours"),
    "spans": _OF_ASKS.format(more="", table="spans"),
    "gaps": _OF_ASKS.format(more=", reason", table="gaps"),
}


@pytest.mark.slow
def test_ledger_of_a_daemon_killed_four_times_is_whole(tmp_path: Path) -> None:
    """The short version."""
    _compare_ledgers(tmp_path, kills=4, longest_s=4.0, seed=4)


@pytest.mark.slow
def test_ledger_of_a_daemon_killed_twenty_times_is_whole(tmp_path: Path) -> None:
    """Over minutes of live slots, at any moment of a slot, of start-up and of backfill."""
    _compare_ledgers(tmp_path, kills=20, longest_s=15.0, seed=20)


def _compare_ledgers(folder: Path, *, kills: int, longest_s: float, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311  moments that can be had again
    with ExitStack() as stack:
        target = stack.enter_context(scripted_target())
        stack.enter_context(_traffic(target, rng.randrange(1000)))
        config = scrape_config({"played": target.port})
        server = stack.enter_context(PrometheusServer(folder / "prometheus", config=config))
        left_alone = Daemon(folder / "left_alone", server.url)
        killed = Daemon(folder / "killed", server.url)
        stack.callback(left_alone.stop)
        stack.callback(killed.stop)
        left_alone.start()
        killed.start()
        for _ in range(kills):
            time.sleep(rng.uniform(0.3, longest_s))
            killed.kill()
            killed.start()
        end_s = (int(time.time()) // SLOT_S + 1) * SLOT_S
        left_alone.wait_for(end_s)
        killed.wait_for(end_s)
        from_s = end_s - WINDOW_S
        for table in _QUERIES:
            assert killed.rows(table, from_s, end_s) == left_alone.rows(table, from_s, end_s), table
        assert killed.rows("slots", from_s, end_s)


@contextmanager
def _traffic(target: ScriptedTarget, seed: int) -> Iterator[None]:
    """Events now and then, some bad, and a restart about twice a minute."""
    ended = threading.Event()

    def play() -> None:
        rng = random.Random(seed)  # noqa: S311  traffic that can be had again
        while not ended.wait(0.1):
            if rng.random() < 0.003:
                target.restart()
            path = rng.choice(("/a", "/b", "/c"))
            target.add(rng.randrange(8), path=path, result="good" if rng.random() < 0.9 else "bad")

    thread = threading.Thread(target=play)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
