"""An HTTP server that answers as a test tells it to, as a real Prometheus cannot be made to."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked: path, headers in lower case, form."""

    path: str
    headers: Mapping[str, str]
    form: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, body and headers; `after_s` is waited before."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    after_s: float = 0.0


Answering = Callable[[Request], Reply]
"""A reply that depends on what is asked."""


@dataclass(slots=True)
class Script:
    """Replies in turn, the last one for ever; what was asked is kept."""

    url: str = ""
    replies: list[Reply | Answering] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def reply_to(self, request: Request) -> Reply:
        """The reply whose turn it is."""
        self.requests.append(request)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        return reply if isinstance(reply, Reply) else reply(request)


def vector(*values: float) -> Reply:
    """A successful answer with series `{n="0"}`, `{n="1"}`, …"""
    result = [{"metric": {"n": str(n)}, "value": [60, str(v)]} for n, v in enumerate(values)]
    return said({"status": "success", "data": {"resultType": "vector", "result": result}})


def said(body: object, status: int = 200) -> Reply:
    """A JSON answer."""
    return Reply(status, json.dumps(body).encode(), {"Content-Type": "application/json"})


@contextmanager
def scripted_server(*replies: Reply | Answering) -> Iterator[Script]:
    """Serve replies on a free loopback port."""
    script = Script(replies=list(replies))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(script))
    server.daemon_threads = True
    script.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield script
    finally:
        script.ended.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(script: Script) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            form = parse_qs(self.rfile.read(length).decode())
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.path, headers, {name: texts[0] for name, texts in form.items()})
            _send(self, script.reply_to(request), script.ended.wait)

        do_GET = do_POST  # noqa: N815  the name that http.server looks for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    return Handler


def _send(handler: BaseHTTPRequestHandler, reply: Reply, wait: Callable[[float], bool]) -> None:
    if reply.after_s:
        wait(reply.after_s)
    try:
        handler.send_response_only(reply.status)  # without a date: moments are a test's own
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(reply.body)))
        handler.end_headers()
        handler.wfile.write(reply.body)
    except OSError:
        handler.close_connection = True
