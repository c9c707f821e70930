"""`slowatch status` against a daemon at work."""

import http.server
import json
import os
import pty
import subprocess
import threading
import time
from collections.abc import Iterator

import pytest

from slowatch.api.access import Access
from slowatch.app.tokens import GivenToken
from tests.api.standing import Standing
from tests.cli.calling import slowatch
from tests.support.daemon import RUN, WatchedDemo, surroundings
from tests.support.serving import served


def test_the_table_has_every_slo(watched: WatchedDemo) -> None:
    done = slowatch("status", "--url", watched.daemon.url)
    slos = watched.daemon.get("/slo").json()["slos"]
    assert done.code == 0
    assert f"{len(slos)} SLOs" in done.out
    assert done.out.count("· lark-service") == sum(s["service"] == "lark-service" for s in slos)
    assert "as of 20" in done.out


def test_json_is_the_daemons_answer(watched: WatchedDemo) -> None:
    answer = json.loads(slowatch("status", "--url", watched.daemon.url, "--json").out)
    assert list(answer) == ["as_of", "stale_s", "slos"]
    assert len(answer["slos"]) > 70


def test_listen_says_where_the_daemon_is(watched: WatchedDemo) -> None:
    address = watched.daemon.url.removeprefix("http://")
    assert slowatch("status", listen=address).code == 0


@pytest.mark.slow
def test_watching_on_a_pipe_prints_again_until_interrupted(watched: WatchedDemo) -> None:
    with subprocess.Popen(
        [*RUN, "status", "--watch", "--url", watched.daemon.url],
        stdout=subprocess.PIPE,
        env={**surroundings(), "PYTHONUNBUFFERED": "1"},
    ) as watching:
        assert watching.stdout is not None
        seen = b""
        while seen.count(b"as of") < 2:
            seen += watching.stdout.readline()
        watching.send_signal(2)
        assert watching.wait(10) == 130


def test_watching_on_a_terminal_shows_the_table_in_place(watched: WatchedDemo) -> None:
    terminal, end = pty.openpty()
    with subprocess.Popen(
        [*RUN, "status", "--watch", "--url", watched.daemon.url],
        stdin=end,
        stdout=end,
        stderr=end,
        env={**surroundings(), "TERM": "xterm", "COLUMNS": "100", "LINES": "20"},
    ) as watching:
        os.close(end)
        seen = b""
        deadline = time.monotonic() + 15
        while b"as of" not in seen and time.monotonic() < deadline:
            seen += os.read(terminal, 65_536)
        watching.send_signal(2)
        assert watching.wait(10) == 130
    os.close(terminal)
    assert b"objective" in seen
    assert b"more, as of" in seen


class Other(http.server.BaseHTTPRequestHandler):
    """Something else that answers at the address."""

    def do_GET(self) -> None:
        """`/a/slo` is JSON of another kind, `/b/slo` is none, and the rest is not found."""
        body = {"/a/slo": b"[1]", "/b/slo": b"<html>"}.get(self.path)
        self.send_response(200 if body else 404)
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Stay silent."""


@pytest.fixture(scope="module")
def other() -> Iterator[str]:
    """Its address."""
    server = http.server.HTTPServer(("127.0.0.1", 0), Other)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/a", "does not answer like a slowatch"),
        ("/b/", "does not answer like a slowatch"),
        ("", "answers HTTP 404; is it a slowatch?"),
    ],
)
def test_something_else_at_the_address_is_told(other: str, path: str, told: str) -> None:
    done = slowatch("status", "--url", other + path)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


def test_a_token_is_shown_as_the_password_and_told_to_nobody() -> None:
    known, wrong = "k" * 16, "w" * 16
    token = GivenToken("me", "read", known)
    with served(Standing().app(Access((token,), "token"))) as url:
        host = url.removeprefix("http://")
        assert slowatch("status", "--url", f"http://any:{known}@{host}").code == 0
        for given in ("", f"any:{wrong}@"):
            done = slowatch("status", "--url", f"http://{given}{host}")
            assert done.code == 2
            assert "takes a token that it knows" in done.err
            assert wrong not in done.err
