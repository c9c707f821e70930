"""One request to a target: credentials go where they should, and are told nowhere."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from slowatch.notify.target import MOST_READ, Line, NotTaken
from tests.notify.making import target
from tests.support.receiver import Receiver, webhook_receiver

SECRET = "hunter2-token"  # noqa: S105
ENDLESS = 1024 * MOST_READ


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A target."""
    with webhook_receiver() as one:
        yield one


def test_credentials_are_sent(receiver: Receiver, tmp_path: Path) -> None:
    """A token, one from a file that is read each time, a user and a password."""
    file = tmp_path / "token"
    given = ({"bearer_token": SECRET}, {"bearer_token_file": file}, {"username": "me"})
    file.write_text("other\n")
    for connection in given:
        with Line(target(receiver.url, **connection)) as line:
            assert line.post("", "{}") == "HTTP 200 OK"
    told = [one.headers["authorization"] for one in receiver.received]
    assert told == [f"Bearer {SECRET}", "Bearer other", "Basic bWU6"]


def test_what_was_not_taken_is_told_without_secrets(receiver: Receiver) -> None:
    """Even where the other side repeats them; not all of it."""
    receiver.status = 403
    receiver.says = f"no entry with {SECRET} at /hooks/1 " + "x" * 500
    with (
        Line(target(f"{receiver.url}/hooks/1", bearer_token=SECRET)) as line,
        pytest.raises(NotTaken) as why,
    ):
        line.post("", "{}")
    assert str(why.value).startswith("HTTP 403 Forbidden: no entry with … at … xxx")
    assert len(str(why.value)) < 300


def test_one_that_cannot_be_reached_is_told() -> None:
    """In words."""
    with Line(target("http://127.0.0.1:1/secret")) as line, pytest.raises(NotTaken) as why:
        line.post("", "{}")
    assert "refused" in str(why.value)
    assert "secret" not in str(why.value)


def test_redirection_is_not_followed(receiver: Receiver) -> None:
    """Nobody but the target is to get what was meant for it."""
    receiver.status, receiver.says = 302, ""
    with Line(target(receiver.url)) as line, pytest.raises(NotTaken, match="HTTP 302 Found"):
        line.post("", "{}")


def test_token_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """It may be there the next time."""
    missing = target("http://127.0.0.1:1", bearer_token_file=tmp_path / "nowhere")
    with Line(missing) as line, pytest.raises(NotTaken, match="cannot read the bearer token file"):
        line.post("", "{}")


def test_certificates_that_cannot_be_used_are_told(tmp_path: Path) -> None:
    """At once: with the name of the target."""
    with pytest.raises(NotTaken, match="chat: cannot use the certificates that were given"):
        Line(target("https://127.0.0.1:1", ca_file=tmp_path / "nowhere"))


def test_address_may_have_a_path_before_that_of_the_api(receiver: Receiver) -> None:
    """As behind a proxy."""
    with Line(target(f"{receiver.url}/am/", "alertmanager")) as line:
        line.post("api/v2/alerts", "[]")
    assert receiver.received[0].path == "/am/api/v2/alerts"


def test_of_a_long_answer_only_the_beginning_is_read() -> None:
    """64 KiB of an answer that has no end."""
    with endless_answers() as (url, written), Line(target(url)) as line:
        with pytest.raises(NotTaken, match=r"HTTP 500 .*: xxx"):
            line.post("", "{}")
        assert line.post("good", "{}") == "HTTP 200 OK"
    # What lay in the buffers of two sockets was written, too.
    assert max(written) < ENDLESS


def test_packed_answers_are_not_asked_for(receiver: Receiver) -> None:
    """A few bytes could be very many."""
    with Line(target(receiver.url)) as line:
        line.post("", "{}")
    assert receiver.received[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(("said", "after_s"), [("120", 120), (" 7 ", 7), ("soon", None)])
def test_how_long_it_asks_to_be_left_alone_is_told(
    receiver: Receiver, said: str, after_s: int | None
) -> None:
    """Where it says so in seconds."""
    receiver.status, receiver.headers = 503, {"Retry-After": said}
    with Line(target(receiver.url)) as line, pytest.raises(NotTaken) as why:
        line.post("", "{}")
    assert why.value.retry_after_s == after_s


@contextmanager
def endless_answers() -> Iterator[tuple[str, list[int]]]:
    """A server that answers until it is hung up on, and how much it wrote each time, in bytes."""
    written: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200 if self.path == "/good" else 500)
            self.end_headers()
            written.append(0)
            with suppress(OSError):
                while written[-1] < ENDLESS:
                    written[-1] += self.wfile.write(b"x" * MOST_READ)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", written
        finally:
            server.shutdown()
            thread.join()
