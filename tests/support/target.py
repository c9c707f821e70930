"""A scrape target whose process a test plays: it restarts, falls silent, gains label values."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Labels = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class ScriptedTarget:
    """One counter, `played_total`, by its labels; `is_up` says whether scrapes are answered."""

    port: int = 0
    is_up: bool = True
    counts: dict[Labels, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, events: int, **labels: str) -> None:
        """Let events happen."""
        key = tuple(sorted(labels.items()))
        with self._lock:
            self.counts[key] = self.counts.get(key, 0) + events

    def restart(self) -> None:
        """Start again: no series is there until something happens."""
        with self._lock:
            self.counts.clear()

    def text(self) -> str:
        """What a scrape finds."""
        with self._lock:
            rows = [f"played_total{_shown(dict(key))} {n}" for key, n in self.counts.items()]
        return "\n".join(["# TYPE played_total counter", *rows, ""])


@contextmanager
def scripted_target() -> Iterator[ScriptedTarget]:
    """Serve a target on a free loopback port."""
    target = ScriptedTarget()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = target.text().encode()
            self.send_response(200 if target.is_up else 503)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    target.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield target
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def scrape_config(ports: Mapping[str, int]) -> str:
    """A configuration that scrapes jobs on loopback ports every second."""
    jobs = "".join(
        f"  - job_name: {job}\n    static_configs: [{{targets: ['127.0.0.1:{port}']}}]\n"
        for job, port in ports.items()
    )
    interval = "global: {scrape_interval: 1s, scrape_timeout: 900ms}\n"
    return f"{interval}scrape_configs:\n{jobs}"


def _shown(labels: Mapping[str, str]) -> str:
    inner = ",".join(f'{name}="{value}"' for name, value in labels.items())
    return f"{{{inner}}}" if inner else ""
