"""When things are in the way: no Prometheus, one that hangs, a taken port, a locked ledger."""

import os
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from slowatch.app.daemon import Daemon
from slowatch.app.reading import read_settings
from slowatch.demo.child import free_port
from slowatch.demo.prometheus import PrometheusServer
from slowatch.spec.reading import read_text
from tests.support.daemon import RUN, daemon, surroundings, wait_for

TOKEN = "hunter2-token"  # noqa: S105
RULES = """
apiVersion: slowatch/v1
service: prometheus
slos:
  - {name: alive, objective: 99%, sli: {value: {query: vector(1), at_least: 1}}}
"""


@contextmanager
def hanging() -> Iterator[str]:
    """The address of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def daemon_at(
    monkeypatch: pytest.MonkeyPatch, folder: Path, url: str, now_s: list[float]
) -> Iterator[Daemon]:
    """A daemon without a schedule: what it does is called by the test, at the test's time."""
    monkeypatch.chdir(folder)
    settings = read_settings(
        prometheus_url=url, state=str(folder / "ledger.db"), slot="10s", settle=0, scrape_interval=1
    )
    one = Daemon(settings, read_text(RULES, "rules.yaml"), now=lambda: now_s[0])
    try:
        yield one
    finally:
        one.stop()


def ended(*, url: str = "http://127.0.0.1:1", **settings: str) -> tuple[int, str]:
    """The exit code of `slowatch run`, and what it said."""
    done = subprocess.run(
        [*RUN, "run", "--listen", f"127.0.0.1:{free_port()}", "--prometheus", url],
        capture_output=True,
        text=True,
        env=surroundings(**settings),
        timeout=30,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)]
)
def test_a_hanging_prometheus_does_not_keep_it_from_ending(
    tmp_path: Path, number: signal.Signals
) -> None:
    """Within ten seconds, with exit code 0; the token that it sent is nowhere."""
    with (
        hanging() as url,
        daemon(tmp_path, prometheus_url=url, prometheus_bearer_token=TOKEN) as running,
    ):
        time.sleep(3)
        ready = running.get("/readyz")
        began = time.monotonic()
        os.kill(running.child.pid, number)
        code = running.child.wait(within_s=10)
        assert time.monotonic() - began < 10
        assert code == 0
        assert ready.status_code == 503
        assert ready.json()["reasons"] == ["no slot has been measured since the start"]
        assert "stopped" in running.log
        assert TOKEN not in running.log


def test_it_ends_in_the_middle_of_backfill_without_an_error(tmp_path: Path) -> None:
    """A Prometheus that keeps 100 days has many pieces to ask for."""
    keeps = ["--storage.tsdb.retention.time=100d"]
    with (
        PrometheusServer(tmp_path / "prometheus", extra_args=keeps) as server,
        daemon(tmp_path, prometheus_url=server.url, scrape_interval="5s") as running,
    ):
        wait_for(lambda: "backfill_pending 1.0" in running.get("/metrics").text, within_s=10)
        os.kill(running.child.pid, signal.SIGTERM)
        assert running.child.wait(within_s=10) == 0
        assert "run_failed" not in running.log


def test_without_a_prometheus_it_is_not_ready_and_recovers_when_it_comes_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = PrometheusServer(tmp_path / "prometheus")
    server.start()
    url = server.url
    server.stop()
    now_s = [time.time() - 20]  # so that the slot after this one is over, too
    with daemon_at(monkeypatch, tmp_path, url, now_s) as one:
        one.begin()
        assert [status.state for status in one.snapshot.statuses] == ["no_data"]
        reasons = one.readiness().reasons
        assert any("cannot be reached" in reason for reason in reasons)
        with server:
            now_s[0] += 10
            one.measure_slot()
            assert one.readiness().reasons == []
            assert [(s.reason, s.state) for s in one.snapshot.statuses] == [(None, "ok")]


def test_a_locked_ledger_is_told_and_the_slot_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slowatch.ledger.store.BUSY_S", 0.1)
    with PrometheusServer(tmp_path / "prometheus") as server:
        now_s = [time.time()]
        with daemon_at(monkeypatch, tmp_path, server.url, now_s) as one:
            other = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            one.begin()
            assert any("database is locked" in reason for reason in one.readiness().reasons)
            assert one.counts().slots_recorded + one.counts().slots_missing == 0
            other.rollback()
            other.close()
            one.measure_slot()
            assert one.readiness().reasons == []
            assert one.counts().slots_recorded == 1


def test_a_taken_port_is_told_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [*RUN, "run", "--listen", f"127.0.0.1:{port}", "--state", ":memory:"],
            capture_output=True,
            text=True,
            env=surroundings(),
        )
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"slowatch: listen: cannot listen on 127.0.0.1:{port}: Address already in use"
    ]


def test_a_ledger_that_cannot_be_opened_is_told_in_one_line(tmp_path: Path) -> None:
    code, told = ended(state=str(tmp_path))
    assert code == 2
    assert told.startswith(f"slowatch: the ledger {tmp_path} cannot be used")
    assert told.count("\n") == 1


def test_a_ledgers_password_is_not_told(tmp_path: Path) -> None:
    secret = tmp_path / "state"
    secret.write_text("postgresql://watch:hunter2@127.0.0.1:1/ledger\n")
    code, told = ended(state_file=str(secret))
    assert code == 2
    assert "127.0.0.1:1/ledger cannot be used" in told
    assert "hunter2" not in told


def test_nothing_to_watch_is_told(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    code, told = ended(rules=str(tmp_path / "rules"), state=":memory:")
    assert code == 2
    assert "no SLO to watch" in told
