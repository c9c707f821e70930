"""slowatch itself as a child process of the demo, and what it answers."""

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from slowatch.demo.child import Child, free_port
from slowatch.demo.part import Part
from slowatch.demo.problem import DemoError

PREFIX = "SLOWATCH_"
SLOT = "10s"
SETTLE = "3s"
SCRAPE_INTERVAL = "2s"
RUN = "from slowatch.cli.main import main; main()"


class Daemon(Part):
    """`slowatch run` over a Prometheus and a folder of rules, with its state in `folder`.

    `settings` are further ones by their names, such as `alerting`, as text.
    """

    def __init__(
        self,
        folder: Path,
        *,
        prometheus_url: str,
        rules: Path,
        settings: Mapping[str, str] | None = None,
        ready_within_s: float = 30.0,
    ) -> None:
        self._folder = folder
        self._ready_within_s = ready_within_s
        self._address = f"127.0.0.1:{free_port()}"
        self._settings = {
            "prometheus_url": prometheus_url,
            "rules": str(rules.resolve()),
            "state": f"sqlite:///{folder / 'slowatch.db'}",
            "listen": self._address,
            "slot": SLOT,
            "settle": SETTLE,
            "scrape_interval": SCRAPE_INTERVAL,
            **(settings or {}),
        }
        self._child: Child | None = None

    @property
    def url(self) -> str:
        """Its base URL, without a slash at the end."""
        return f"http://{self._address}"

    def slo_answer(self) -> Mapping[str, Any] | None:
        """What `/slo` says now, or None when it does not answer; raises DemoError if it ended."""
        import httpx

        if self._child is None or not self._child.is_running:
            raise DemoError(f"slowatch ended by itself; it said:\n{self._log_tail()}")
        try:
            response = httpx.get(f"{self.url}/slo", trust_env=False, timeout=5.0)
        except httpx.TransportError:
            return None
        if response.status_code != 200:
            return None
        answer: dict[str, Any] = response.json()
        return answer

    def start(self) -> None:
        """Run it until `/slo` answers; raises DemoError when that takes too long."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._child = Child(
            [sys.executable, "-c", RUN, "run"],
            log_path=self._folder / "slowatch.log",
            env=self._environment(),
            cwd=self._folder,  # a slowatch.yaml where the user stands is not the demo's
        )
        try:
            self._await_answer()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End it; once more does nothing."""
        child, self._child = self._child, None
        if child is not None:
            child.stop()

    def _await_answer(self) -> None:
        deadline = time.monotonic() + self._ready_within_s
        while time.monotonic() < deadline:
            if self.slo_answer() is not None:
                return
            time.sleep(0.1)
        raise DemoError(f"slowatch did not answer in time; it said:\n{self._log_tail()}")

    def _environment(self) -> dict[str, str]:
        """The surroundings without settings of another slowatch, and with ours."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(PREFIX)}
        return kept | {f"{PREFIX}{name.upper()}": text for name, text in self._settings.items()}

    def _log_tail(self) -> str:
        return self._child.log_tail() if self._child else ""
