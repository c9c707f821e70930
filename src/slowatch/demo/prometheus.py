"""A real Prometheus on a free loopback port, for the demo, the tests and the benchmarks."""

import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from slowatch.demo.child import Child, free_port
from slowatch.demo.part import Part
from slowatch.demo.problem import DemoError

PORT_TRIES = 5
SCRAPE_NOTHING = "global: {}\n"


class PrometheusServer(Part):
    """The `prometheus` binary over one storage folder, as a context manager.

    `storage` is made when it is missing, holds the data, `prometheus.yml` and `prometheus.log`, and
    is left in place. `config` is the YAML text to run with; without one nothing is scraped.
    Starting again after `stop` keeps the port, so an outage can be played.
    """

    def __init__(
        self,
        storage: Path,
        *,
        config: str = SCRAPE_NOTHING,
        extra_args: Sequence[str] = (),
        ready_within_s: float = 30.0,
    ) -> None:
        self._storage = storage
        self._config = config
        self._extra_args = tuple(extra_args)
        self._ready_within_s = ready_within_s
        self._port: int | None = None
        self._child: Child | None = None

    @property
    def url(self) -> str:
        """Its base URL, without a slash at the end; raises DemoError before the first start."""
        if self._port is None:
            raise DemoError("prometheus has not been started")
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Run it and wait until it is ready; raises DemoError when it does not come up."""
        binary = shutil.which("prometheus")
        if binary is None:
            raise DemoError("no `prometheus` on PATH; install it: apt-get install prometheus")
        self._storage.mkdir(parents=True, exist_ok=True)
        (self._storage / "prometheus.yml").write_text(self._config)
        ports = (self._port,) if self._port else tuple(free_port() for _ in range(PORT_TRIES))
        for port in ports:
            if self._comes_up(binary, port):
                self._port = port
                return
        raise DemoError(f"prometheus found its port taken (tried {', '.join(map(str, ports))})")

    def stop(self, *, within_s: float = 10.0) -> None:
        """End it: SIGTERM, then SIGKILL after `within_s`; once more does nothing."""
        child, self._child = self._child, None
        if child is not None:
            child.stop(within_s=within_s)

    def _comes_up(self, binary: str, port: int) -> bool:
        """Whether it became ready on the port; False when the port was taken by someone else."""
        self._child = child = Child(
            self._argv(binary, port), log_path=self._storage / "prometheus.log"
        )
        try:
            if _becomes_ready(child, port, within_s=self._ready_within_s):
                return True
        except BaseException:
            self.stop()
            raise
        why = "ended at once" if not child.is_running else "was not ready in time"
        self.stop()
        if "address already in use" in child.log_tail():
            return False
        raise DemoError(f"prometheus {why}; {child.log_path} ends with:\n{child.log_tail()}")

    def _argv(self, binary: str, port: int) -> list[str]:
        return [
            binary,
            f"--config.file={self._storage / 'prometheus.yml'}",
            f"--storage.tsdb.path={self._storage}",
            f"--web.listen-address=127.0.0.1:{port}",
            *self._extra_args,
        ]


def _becomes_ready(child: Child, port: int, *, within_s: float) -> bool:
    """Whether it answered `/-/ready` with 200 before the time was up and while it ran."""
    import httpx

    deadline = time.monotonic() + within_s
    with httpx.Client(trust_env=False, timeout=2.0) as client:
        while time.monotonic() < deadline and child.is_running:
            try:
                ready = client.get(f"http://127.0.0.1:{port}/-/ready").status_code == 200
            except httpx.TransportError:
                ready = False
            if ready and child.is_running:
                return True
            time.sleep(0.05)
    return False
