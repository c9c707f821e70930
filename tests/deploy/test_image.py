"""The image, built and run without a registry, beside a real Prometheus."""

import contextlib
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from slowatch.demo.child import free_port
from slowatch.demo.prometheus import PrometheusServer
from tests.deploy.container import CannotBuild, Container, Image, built_image, container
from tests.support.daemon import wait_for
from tests.support.target import scrape_config, scripted_target

pytestmark = pytest.mark.slow

SPEC = """
apiVersion: slowatch/v1
service: play
slos:
  - name: moves
    objective: 99%
    sli: {ratio: {good: 'played_total{code="200"}', total: played_total}}
"""
SETTINGS = {"slot": "10s", "settle": "1s", "scrape_interval": "1s"}
HISTORY = "/slo/play/moves/history?step=10"


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    """The image; it takes one and a half minutes and a quarter of a gigabyte."""
    folder = tmp_path_factory.mktemp("image")
    try:
        yield built_image(folder)
    except CannotBuild as why:
        pytest.skip(str(why))
    finally:
        shutil.rmtree(folder / "root", ignore_errors=True)


@pytest.fixture
def volumes(image: Image, tmp_path: Path) -> dict[str, Path]:
    """A volume that is the image's user's, and specs that everyone can read."""
    state, rules = tmp_path / "state", tmp_path / "rules"
    state.mkdir()
    os.chown(state, *image.user)
    rules.mkdir(mode=0o755)
    (rules / "play.yaml").write_text(SPEC)
    return {"/var/lib/slowatch": state, "/etc/slowatch/rules:ro": rules}


def _get(port: int, path: str) -> httpx.Response | None:
    try:
        return httpx.get(f"http://127.0.0.1:{port}{path}", trust_env=False, timeout=10)
    except httpx.TransportError:
        return None


def _is_up(running: Container, port: int, path: str) -> bool:
    assert running.child.is_running, running.child.log_tail()
    answer = _get(port, path)
    return answer is not None and answer.status_code == 200


def _points(port: int) -> list[object]:
    answer = _get(port, HISTORY)
    series = answer.json().get("series", []) if answer is not None else []
    return [point for one in series for point in one["points"]]


def test_image_says_how_it_is_run(image: Image) -> None:
    """The user is a number, so that Kubernetes can see that it is not root."""
    assert image.user == (10710, 10710)
    assert (image.config["Entrypoint"], image.config["Cmd"]) == (["slowatch"], ["run"])
    assert list(image.config["Volumes"]) == ["/var/lib/slowatch"]
    assert image.config["StopSignal"] == "SIGTERM"
    assert image.config["Labels"]["org.opencontainers.image.licenses"] == "Apache-2.0"


def test_nothing_in_the_image_is_writable_but_its_folders(image: Image) -> None:
    """Not even if its root were not mounted read-only."""
    writable = [
        folder
        for folder, _, _ in os.walk(image.root)
        if Path(folder).stat().st_mode & 0o002 or Path(folder).stat().st_uid == image.user[0]
    ]
    inside = sorted(f"/{Path(folder).relative_to(image.root)}" for folder in writable)
    kept = {"/srv/dashboards", "/srv/rules", "/var/lib/slowatch"}
    assert set(inside) - kept <= {"/run/lock", "/tmp", "/var/tmp"}  # noqa: S108  Debian's own
    assert kept <= set(inside)


def test_image_holds_no_installer_and_no_compiler(image: Image) -> None:
    for name in ("pip", "pip3", "gcc", "cc", "make", "curl", "wget"):
        found = [image.root / folder / name for folder in ("opt/slowatch/bin", "usr/bin")]
        assert not any(path.exists() for path in found), name


def test_daemon_keeps_its_state_across_a_restart(
    image: Image, volumes: dict[str, Path], tmp_path: Path
) -> None:
    """Read-only, without rights, beside Prometheus; the second time without one to ask again."""
    port = free_port()
    where = {"listen": f"0.0.0.0:{port}", **SETTINGS}
    with scripted_target() as target:
        target.add(100, code="200")
        config = scrape_config({"play": target.port})
        with (
            PrometheusServer(tmp_path / "prometheus", config=config) as server,
            container(image, tmp_path, volumes, prometheus_url=server.url, **where) as running,
        ):
            wait_for(lambda: _is_up(running, port, "/readyz"), within_s=60)
            wait_for(lambda: len(_points(port)) >= 2, within_s=60)
            status = Path(f"/proc/{running.process_1}/status").read_text()
            before = _points(port)
            code = running.terminate(within_s=10)
    assert code == 0, running.child.log_tail()
    assert '"stopped"' in running.child.log_tail()
    assert "Uid:\t10710\t10710\t10710\t10710\n" in status
    assert "CapEff:\t0000000000000000\n" in status
    assert "NoNewPrivs:\t1\n" in status
    nobody = f"http://127.0.0.1:{free_port()}"
    with container(image, tmp_path, volumes, prometheus_url=nobody, **where) as running:
        wait_for(lambda: len(_points(port)) > 0, within_s=30)
        after = _points(port)
        assert running.terminate(within_s=10) == 0
    assert [point for point in before if point not in after] == []


def test_health_check_tells_life_from_death(
    image: Image, volumes: dict[str, Path], tmp_path: Path
) -> None:
    """It is the command that the image names, at the port that the settings name."""
    kind, *command = image.config["Healthcheck"]["Test"]
    listen = f"127.0.0.1:{free_port()}"
    (tmp_path / "check").mkdir()

    def check() -> int:
        with container(image, tmp_path / "check", {}, command, listen=listen) as running:
            return running.child.wait(within_s=30)

    with container(image, tmp_path, volumes, listen=listen) as running:
        wait_for(lambda: check() == 0, within_s=30)
        assert running.terminate(within_s=10) == 0
    assert (kind, check()) == ("CMD", 1)


def test_publishing_in_the_image_writes_what_others_can_read(
    image: Image, volumes: dict[str, Path], tmp_path: Path
) -> None:
    """Prometheus and Grafana are other users. As process 1 it has to heed SIGTERM by itself."""
    published = tmp_path / "published"
    published.mkdir()
    os.chown(published, *image.user)
    volumes["/srv/rules"] = published
    command = ["slowatch", "publish", "--rules-dir", "/srv/rules", "--watch"]
    file = published / "slowatch-play.yml"
    with container(image, tmp_path, volumes, command) as running:
        wait_for(file.exists, within_s=30)
        assert running.terminate(within_s=10) == 0, running.child.log_tail()
    assert file.stat().st_mode & 0o777 == 0o644


def test_workload_runs_in_the_image(image: Image, volumes: dict[str, Path], tmp_path: Path) -> None:
    """On one port after the other, as compose.yaml has Prometheus scrape them."""
    first = _first_of_free_ports(5)
    command = ["python3", "-m", "slowatch.demo.workload", "--listen", f"127.0.0.1:{first}"]
    with container(image, tmp_path, volumes, command) as running:
        wait_for(lambda: _is_up(running, first, "/metrics"), within_s=30)
        told = [_get(port, "/metrics") for port in range(first, first + 5)]
        assert running.terminate(within_s=10) == 0
    names = ("api_requests_total", "bot_active_users", "http_", "http_", "judgment_requests_total")
    assert [name in (one.text if one else "") for name, one in zip(names, told, strict=True)] == (
        [True] * 5
    )


def _first_of_free_ports(count: int) -> int:
    while True:
        first = free_port()
        with contextlib.suppress(OSError, OverflowError), contextlib.ExitStack() as probes:
            for port in range(first, first + count):
                probes.enter_context(socket.create_server(("127.0.0.1", port)))
            return first
