"""Real Locust users, a real Prometheus, and the verdict of the real command."""

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from slowatch.demo.child import free_port
from slowatch.demo.load.visitors import find_locust
from slowatch.demo.prometheus import PrometheusServer
from slowatch.demo.systems.load import Load
from slowatch.demo.systems.variants import VariantName
from slowatch.demo.workload import Workload, prometheus_config
from tests.support.daemon import RUN, surroundings, wait_for

pytestmark = pytest.mark.slow

SOURCE = str(Path(__file__).parents[2] / "src")
SYSTEM = "lark-service"
SPEC = f"""
apiVersion: slowatch/v1
service: {SYSTEM}
slos:
  - name: success
    objective: 99%
    window: 30d
    sli: {{ratio: {{good: 'api_requests_total{{status="success"}}', total: api_requests_total}}}}
runs:
  - name: load-6
    load: [{{phase: ramp, users: 6, for: 1s}}, {{phase: hold, users: 6, for: 5s}}]
    checks:
      - slo: success
        at_most: 4%
"""
LOCUSTFILE = """
import json, os
from locust import FastHttpUser, constant_pacing, events, task
from slowatch.locust import judge

class Visitor(FastHttpUser):
    wait_time = constant_pacing(0.05)

    @task
    def call(self):
        self.client.get("/get_user?app_id=crm")

@events.init.add_listener
def let_slowatch_judge(environment, **_):
    judge(environment, **json.loads(os.environ["JUDGE"]))
"""


@contextmanager
def playing(tmp_path: Path, variant: VariantName) -> Iterator[tuple[str, str]]:
    """A system under load and the Prometheus that scrapes it, by their addresses."""
    with Workload(tmp_path / "workload", load=Load(variant), names=[SYSTEM]) as workload:
        config = prometheus_config(workload.targets, scrape_interval="1s")
        with PrometheusServer(tmp_path / "prometheus", config=config) as prometheus:
            wait_for(lambda: is_scraped(prometheus.url), within_s=20)
            yield f"http://{workload.targets[SYSTEM]}", prometheus.url


def is_scraped(prometheus: str) -> bool:
    """Whether the system was found, and scraped."""
    params = {"query": "up == 1"}
    answer = httpx.get(f"{prometheus}/api/v1/query", params=params, trust_env=False).json()
    return bool(answer["data"]["result"])


@pytest.mark.parametrize(
    ("variant", "expected", "more"),
    [("healthy", ("pass", 0), ()), ("failing", ("fail", 1), ("--processes", "2"))],
)
def test_verdict_on_a_run_is_how_locust_ends(
    tmp_path: Path, variant: VariantName, expected: tuple[str, int], more: tuple[str, ...]
) -> None:
    """At 12 % of failures it fails; it is judged once, by the master, with its phases and users."""
    with playing(tmp_path, variant) as (target, prometheus):
        done = judged(tmp_path, target, prometheus, more)
    assert done.stdout.startswith("{"), done.stdout + done.stderr
    verdict = json.JSONDecoder().raw_decode(done.stdout)[0]
    assert (verdict["verdict"], done.returncode) == expected, done.stdout + done.stderr
    assert [phase["name"] for phase in verdict["phases"]] == ["ramp", "hold"]
    assert verdict["users"] == 6
    assert done.stdout.count('"version": 1') == 1
    assert (tmp_path / "verdict.xml").exists()


NOBODY = "http://127.0.0.1:1"


@pytest.mark.parametrize("wrong", [{"run": "load-9"}, {"command": "/nowhere/slowatch"}, {}])
@pytest.mark.parametrize("more", [(), ("--processes", "2")])
def test_no_load_is_played_in_vain(
    tmp_path: Path, wrong: dict[str, str], more: tuple[str, ...]
) -> None:
    """A run that nobody declares, a command that is not there, a Prometheus that does not answer.

    It is said before a user comes, and not after a quarter of a minute.
    """
    done = judged(tmp_path, NOBODY, NOBODY, more, **wrong)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "no load is played" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Ramping to" not in done.stderr
    assert "All users spawned" not in done.stderr


@pytest.mark.parametrize("more", [(), ("--processes", "2")])
def test_test_that_is_started_on_its_page_is_not_played_in_vain(
    tmp_path: Path, more: tuple[str, ...]
) -> None:
    """It has no user; Locust goes on, and ends with 3."""
    port = free_port()
    command, surrounding = prepared(tmp_path, NOBODY, NOBODY)
    page = ("--web-port", str(port), *more)
    log = tmp_path / "log"
    with log.open("w") as output:
        locust = subprocess.Popen(
            [*command, *page], cwd=tmp_path, stdout=output, stderr=output, env=surrounding
        )
    try:
        wait_for(lambda: is_ready(port, workers=2 if more else 0), within_s=30)
        form = {"user_count": "6", "spawn_rate": "6", "host": NOBODY}
        httpx.post(f"http://127.0.0.1:{port}/swarm", data=form, trust_env=False, timeout=30)
        wait_for(lambda: "no load is played" in log.read_text(), within_s=30)
        told = httpx.get(f"http://127.0.0.1:{port}/stats/requests", trust_env=False).json()
        assert (told["user_count"], told["total_rps"]) == (0, 0)
        assert told["state"] in ("ready", "stopped")
        locust.send_signal(signal.SIGTERM)
        assert locust.wait(30) == 3
    finally:
        locust.kill()
        locust.wait()
    assert "All users spawned" not in log.read_text()


def is_ready(port: int, workers: int) -> bool:
    """Whether the page is there, and all workers."""
    try:
        told = httpx.get(f"http://127.0.0.1:{port}/stats/requests", trust_env=False).json()
    except (httpx.TransportError, ValueError):
        return False
    return len(told.get("workers", [])) == workers


def judged(
    tmp_path: Path, target: str, prometheus: str, more: tuple[str, ...], **otherwise: str
) -> subprocess.CompletedProcess[str]:
    """Let Locust play six users for a quarter of a minute, and slowatch judge them."""
    command, surrounding = prepared(tmp_path, target, prometheus, **otherwise)
    command += ["--headless", "--exit-code-on-error", "0", "--only-summary"]
    command += ["--users", "6", "--spawn-rate", "6", "--run-time", "15s", *more]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=surrounding)


def prepared(
    tmp_path: Path, target: str, prometheus: str, **otherwise: str
) -> tuple[list[str], dict[str, str]]:
    """How Locust is called for its run to be judged, and the variables that are set for it."""
    (tmp_path / "spec.yaml").write_text(SPEC)
    (tmp_path / "locustfile.py").write_text(LOCUSTFILE)
    asked = {
        "run": f"{SYSTEM}/load-6",
        "command": RUN,
        "phases": str(tmp_path / "phases.jsonl"),
        "prometheus": prometheus,
        "rules": str(tmp_path / "spec.yaml"),
        "state": str(tmp_path / "ledger.db"),
        "scrape_interval": "1s",
        "junit": str(tmp_path / "verdict.xml"),
        "json": True,
        **otherwise,
    }
    variables = {**surroundings(settle="1s"), "JUDGE": json.dumps(asked), "PYTHONPATH": SOURCE}
    port = str(free_port())  # tests may run side by side, each with its workers
    workers = ("--master-bind-port", port, "--master-port", port)
    return [str(find_locust()), "--host", target, *workers], variables
