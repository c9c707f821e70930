"""A real Prometheus comes up, goes away, and says why when it cannot."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from slowatch.demo.child import free_port
from slowatch.demo.problem import DemoError
from slowatch.demo.prometheus import PrometheusServer


def is_ready(url: str) -> bool:
    """Whether a Prometheus answers there."""
    try:
        return httpx.get(f"{url}/-/ready", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def test_server_answers_inside_the_block_and_not_after_it(tmp_path: Path) -> None:
    """The block is the life of the server."""
    with PrometheusServer(tmp_path) as server:
        assert is_ready(server.url)
    assert not is_ready(server.url)


def test_extra_arguments_reach_the_binary(tmp_path: Path) -> None:
    """Prometheus writes the 7 days it was given as `1w`."""
    with PrometheusServer(tmp_path, extra_args=["--storage.tsdb.retention.time=7d"]) as server:
        flags = httpx.get(f"{server.url}/api/v1/status/flags", trust_env=False).json()["data"]
    assert flags["storage.tsdb.retention.time"] == "1w"


def test_starting_again_keeps_the_url(tmp_path: Path) -> None:
    """An outage can be played without telling anyone a new address."""
    with PrometheusServer(tmp_path) as server:
        before = server.url
        server.stop()
        server.start()
        assert server.url == before
        assert is_ready(before)


def test_missing_binary_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message is a command to copy."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DemoError, match="apt-get install prometheus"):
        PrometheusServer(tmp_path).start()


def test_bad_config_is_told_with_the_end_of_the_log(tmp_path: Path) -> None:
    """Why it did not come up stands in the error itself."""
    server = PrometheusServer(tmp_path, config="nonsense: 1\n")
    with pytest.raises(DemoError, match="field nonsense not found"):
        server.start()


def test_taken_port_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that someone took in between is no reason to fail."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = iter([taken.getsockname()[1], *(free_port() for _ in range(4))])
        monkeypatch.setattr("slowatch.demo.prometheus.free_port", lambda: next(ports))
        with PrometheusServer(tmp_path) as server:
            assert str(taken.getsockname()[1]) not in server.url
            assert is_ready(server.url)


def test_server_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    """Not even SIGKILL of the parent leaves an orphan."""
    code = (
        "import sys, time; from pathlib import Path\n"
        "from slowatch.demo.prometheus import PrometheusServer\n"
        "with PrometheusServer(Path(sys.argv[1])) as server:\n"
        "    print(server.url, flush=True); time.sleep(60)\n"
    )
    argv = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        url = parent.stdout.readline().strip()
        assert is_ready(url)
        os.kill(parent.pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while is_ready(url) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not is_ready(url)
