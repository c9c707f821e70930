"""The README's tour, walked: its commands, in their order, against real parts."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from slowatch.demo.child import Child, free_port
from slowatch.demo.prometheus import PrometheusServer
from tests.house.readme import BIN, blocks
from tests.support.alertmanager import alertmanager
from tests.support.daemon import wait_for
from tests.support.receiver import webhook_receiver

pytestmark = pytest.mark.slow
SCRAPES = """
global: {scrape_interval: 1s}
scrape_configs: [{job_name: prometheus, static_configs: [{targets: ['127.0.0.1:PORT']}]}]
"""


def online() -> Iterator[str]:
    """The tour's commands that speak to a Prometheus, an Alertmanager or a daemon."""
    asks = ("slowatch status", "slowatch evaluate", "curl -s localhost:9710")
    for block in blocks("sh"):
        for line in block.splitlines():
            if line.startswith(asks) or "notify-test" in line or "--prometheus" in line:
                yield line.split("  #")[0].strip()


@contextmanager
def surroundings(folder: Path) -> Iterator[Mapping[str, str]]:
    """The README's addresses, and the real ones instead; the Prometheus has data of another."""
    with (
        PrometheusServer(folder / "scraped") as scraped,
        PrometheusServer(
            folder / "prometheus", config=SCRAPES.replace("PORT", scraped.url.rpartition(":")[2])
        ) as server,
        webhook_receiver() as told,
        alertmanager(folder / "alertmanager", told.url) as alerts,
    ):
        alerts.start()
        wait_for(lambda: has_data(server.url), within_s=90)
        yield {
            "http://localhost:9090": server.url,
            "http://localhost:9093": alerts.url,
            "localhost:9710": f"127.0.0.1:{free_port()}",
        }


def test_every_command_of_the_tour_does_what_it_says(written: Path) -> None:
    """Only addresses differ, and slots are short. `run` goes on while the others ask it."""
    with surroundings(written) as addresses, ExitStack() as stack:
        commands = list(online())
        assert len(commands) >= 6
        for command in commands:
            for usual, real in addresses.items():
                command = command.replace(usual, real)  # noqa: PLW2901
            environment = {
                "PATH": f"{BIN}:/usr/bin:/bin",
                "SLOWATCH_SLOT": "10s",
                "SLOWATCH_LISTEN": addresses["localhost:9710"],
            }
            argv = ["bash", "-ec", command]
            if command.startswith("slowatch run"):
                log = written / "log"
                child = Child(
                    ["bash", "-ec", f"exec {command}"], log_path=log, env=environment, cwd=written
                )
                stack.callback(child.stop)
                url = f"http://{addresses['localhost:9710']}/readyz"
                wait_for(lambda: is_ready(url), within_s=60)  # noqa: B023
                continue
            done = subprocess.run(
                argv, cwd=written, env=environment, capture_output=True, text=True, timeout=60
            )
            assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
            assert done.stdout or "validate" in command


def has_data(url: str) -> bool:
    """Whether there has been something for longer than a slot takes to settle."""
    query = {"query": "prometheus_http_requests_total offset 30s"}
    answer = httpx.get(f"{url}/api/v1/query", params=query, trust_env=False)
    return bool(answer.json()["data"]["result"])


def is_ready(url: str) -> bool:
    """Whether a daemon is ready."""
    try:
        return httpx.get(url, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
