"""A receiver of webhooks that a test plays: it takes what it is sent, or does not."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Received:
    """A request: its path, its headers by their names in lower case, its JSON."""

    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass(slots=True)
class Receiver:
    """What was received; `status` is answered, with `says` as the body; while `hangs`, nothing.

    `headers` are answered, too.
    """

    port: int = 0
    status: int = 200
    says: str = "ok"
    headers: dict[str, str] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    hangs: threading.Event = field(default_factory=threading.Event)
    _ended: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def bodies(self) -> list[Any]:
        """The JSON of all that was taken."""
        return [one.body for one in self.received]

    def take(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        length = int(handler.headers.get("Content-Length", 0))
        body = json.loads(handler.rfile.read(length))
        if self.hangs.is_set():
            self._ended.wait(30)
        if self.status < 300:
            headers = {name.lower(): value for name, value in handler.headers.items()}
            self.received.append(Received(handler.path, headers, body))
        said = self.says.encode()
        handler.send_response(self.status)
        for name, value in {"Content-Length": str(len(said)), **self.headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(said)

    def end(self) -> None:
        """Let go of requests that hang."""
        self._ended.set()


@contextmanager
def webhook_receiver() -> Iterator[Receiver]:
    """Serve a receiver on a free loopback port."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.take(self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.end()
        server.shutdown()
        thread.join()
        server.server_close()
