"""A real Alertmanager on a free loopback port, which tells one webhook of everything."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from slowatch.demo.child import Child, free_port
from tests.support.daemon import wait_for

_MISSING = "Alertmanager is missing: run `scripts/install-debian alertmanager`"
# Groups are told at once, and again only where something changes.
_CONFIG = """
route: {{receiver: hook, group_by: [...], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}}
receivers:
  - name: hook
    webhook_configs: [{{url: '{url}', send_resolved: true}}]
"""


@dataclass(slots=True)
class Alertmanager:
    """A server that can be stopped and started again on its port; it keeps what it was told."""

    folder: Path
    receiver_url: str
    port: int
    _child: Child | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Run it and wait until it is ready."""
        binary = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
        if binary is None:
            raise RuntimeError(_MISSING)
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.folder / "alertmanager.yml"
        config.write_text(_CONFIG.format(url=self.receiver_url))
        argv = [
            binary,
            f"--config.file={config}",
            f"--storage.path={self.folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--cluster.listen-address=",
        ]
        self._child = Child(argv, log_path=self.folder / "log")
        wait_for(self._is_ready, within_s=20)

    def stop(self) -> None:
        """End it."""
        child, self._child = self._child, None
        if child is not None:
            child.stop()

    def alerts(self) -> Sequence[Mapping[str, Any]]:
        """The alerts that are active in it."""
        answer = httpx.get(f"{self.url}/api/v2/alerts", trust_env=False)
        told: Sequence[Mapping[str, Any]] = answer.raise_for_status().json()
        return told

    def _is_ready(self) -> bool:
        if self._child is None or not self._child.is_running:
            raise RuntimeError((self.folder / "log").read_text())
        try:
            return httpx.get(f"{self.url}/-/ready", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False


@contextmanager
def alertmanager(folder: Path, receiver_url: str) -> Iterator[Alertmanager]:
    """An Alertmanager that is not started yet, and is stopped at the end."""
    server = Alertmanager(folder, receiver_url, free_port())
    try:
        yield server
    finally:
        server.stop()
