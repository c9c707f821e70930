"""The five systems come up as one process, answer, and end when they are told to."""

import time
from pathlib import Path

import httpx
import pytest
import yaml

from slowatch.demo.problem import DemoError
from slowatch.demo.systems.incident import SYSTEMS
from slowatch.demo.workload import Workload, prometheus_config


def test_every_system_serves_its_metrics_on_a_port_of_its_own(tmp_path: Path) -> None:
    """Five systems, five ports."""
    with Workload(tmp_path, incidents=False) as workload:
        assert sorted(workload.targets) == sorted(SYSTEMS)
        assert len(set(workload.targets.values())) == 5
        for target in workload.targets.values():
            answer = httpx.get(f"http://{target}/metrics", trust_env=False)
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/plain")


def test_sigterm_ends_it_cleanly(tmp_path: Path) -> None:
    """Exit code 0, soon, and without a word."""
    workload = Workload(tmp_path)
    workload.start()
    started = time.monotonic()
    assert workload.stop() == 0
    assert time.monotonic() - started < 5
    assert (tmp_path / "workload.log").read_text() == ""


def test_stopping_twice_does_nothing(tmp_path: Path) -> None:
    """The second time there is nothing to end."""
    with Workload(tmp_path) as workload:
        workload.stop()
    assert workload.stop() is None


def test_what_keeps_it_from_coming_up_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error ends with what the process said."""
    monkeypatch.setattr("slowatch.demo.workload.sys.executable", "/bin/false")
    with pytest.raises(DemoError, match="the workload did not come up"):
        Workload(tmp_path).start()


def test_prometheus_scrapes_each_system_under_its_name() -> None:
    """The job is the system."""
    config = yaml.safe_load(prometheus_config({"lark-service": "127.0.0.1:9"}))
    assert config["global"]["scrape_interval"] == "2s"
    assert config["scrape_configs"] == [
        {"job_name": "lark-service", "static_configs": [{"targets": ["127.0.0.1:9"]}]}
    ]
