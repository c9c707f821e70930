"""`slowatch run` as a process of its own, over real parts."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from slowatch.demo.child import Child, free_port
from slowatch.demo.demo import rules_folder
from slowatch.demo.prometheus import PrometheusServer
from slowatch.demo.workload import Workload, prometheus_config

PASSWORD, HEADER = "hunter2-basic", "hunter2-header"
RETENTION = ("--storage.tsdb.retention.time=2h",)
SLOT_S = 10
RUN = [sys.executable, "-c", "from slowatch.cli.main import main; main()"]


@dataclass(frozen=True, slots=True)
class RunningDaemon:
    """A process, and where it answers."""

    child: Child
    url: str
    folder: Path

    def get(self, path: str) -> httpx.Response:
        """Its answer."""
        return httpx.get(f"{self.url}{path}", trust_env=False, timeout=10)

    @property
    def log(self) -> str:
        """All that it has said."""
        return self.child.log_path.read_text()


@dataclass(frozen=True, slots=True)
class WatchedDemo:
    """A daemon that watches the five systems through a real Prometheus, with recorded slots."""

    daemon: RunningDaemon
    prometheus_url: str
    ledger: Path


@contextmanager
def daemon(folder: Path, **settings: str) -> Iterator[RunningDaemon]:
    """Run a daemon with settings as variables, once it listens."""
    address = f"127.0.0.1:{free_port()}"
    packs = str(rules_folder().resolve())
    usual = {"rules": packs, "slot": f"{SLOT_S}s", "settle": "1s"}
    environment = surroundings(**usual | settings)
    child = Child(
        [*RUN, "run", "--listen", address], log_path=folder / "log", env=environment, cwd=folder
    )
    running = RunningDaemon(child, f"http://{address}", folder)
    try:
        wait_for(lambda: answers(running), within_s=15)
        yield running
    finally:
        child.stop()


@contextmanager
def watched_demo(folder: Path) -> Iterator[WatchedDemo]:
    """The five systems, healthy, with a slot in the ledger."""
    with Workload(folder / "workload", incidents=False) as workload:
        config = prometheus_config(workload.targets, scrape_interval="1s")
        with PrometheusServer(folder / "prometheus", config=config, extra_args=RETENTION) as server:
            where = server.url.replace("http://", f"http://user:{PASSWORD}@")
            headers = f'{{"X-Scope-OrgID": "{HEADER}"}}'
            with daemon(
                folder, prometheus_url=where, prometheus_headers=headers, scrape_interval="1s"
            ) as running:
                wait_for(lambda: recorded(running) >= 1, within_s=45)
                yield WatchedDemo(running, server.url, folder / "slowatch.db")


def surroundings(**settings: str) -> Mapping[str, str]:
    """The environment with these settings and no others."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SLOWATCH_")}
    return kept | {f"SLOWATCH_{name.upper()}": value for name, value in settings.items()}


def wait_for(condition: Callable[[], bool], *, within_s: float) -> None:
    """Wait until something holds; raises TimeoutError when it does not come to."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {within_s} s")
        time.sleep(0.1)


def answers(running: RunningDaemon) -> bool:
    """Whether it answers; raises RuntimeError with its words when it has ended."""
    if not running.child.is_running:
        raise RuntimeError(running.child.log_tail())
    try:
        return running.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False


def recorded(running: RunningDaemon) -> int:
    """How many slots of an SLO are in the ledger."""
    answer = running.get(f"/slo/lark-service/db-query-under-50ms/history?step={SLOT_S}")
    return sum(len(one["points"]) for one in answer.json().get("series", ()))
