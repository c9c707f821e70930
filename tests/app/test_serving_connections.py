"""Slow clients, and too many of them, over real sockets: what keeps nothing to itself."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass

import pytest
import uvicorn
from fastapi import Response

from slowatch.api.app import create_app
from slowatch.app import connections as module
from slowatch.app.connections import MOST_HEAD, as_many_as_files
from slowatch.app.serving import how_to_serve
from slowatch.demo.child import free_port
from slowatch.page.routes import page_router
from tests.api.standing import Standing
from tests.support.daemon import wait_for
from tests.support.serving import running

MUCH = 16_000_000
"""Bytes of an answer: more than the system takes in for a client that reads nothing."""
ASKED = b"GET /slo HTTP/1.1\r\nHost: slowatch\r\n\r\n"


@dataclass(frozen=True)
class Served:
    """A server whose looks follow each other quickly."""

    server: uvicorn.Server
    port: int

    def connect(self) -> socket.socket:
        """A connection on which nothing was said."""
        made = socket.socket()
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        made.settimeout(20)
        made.connect(("127.0.0.1", self.port))
        return made

    @property
    def count(self) -> int:
        """How many connections there are."""
        return len(self.server.server_state.connections)


@contextmanager
def served(most: int = 100) -> Iterator[Served]:
    """Serve as the daemon does."""
    found: list[Served] = []

    def is_full() -> bool:
        return found[0].count > most

    watched = Standing()
    page = page_router(watched, is_ending=lambda: server.should_exit, most_streams=2)
    app = create_app(watched, on_start=nothing, on_stop=nothing, routers=[page], is_full=is_full)

    @app.get("/much")
    def much() -> Response:
        return Response(b"x" * MUCH)

    config = how_to_serve(app, most=most)
    config.port = free_port()
    with running(config) as server:
        found.append(Served(server, config.port))
        yield found[0]


def nothing() -> None:
    """Do nothing."""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY_S", 0.2)
    monkeypatch.setattr(module, "SPARE", 2)


@pytest.fixture(scope="module")
def plain() -> Iterator[Served]:
    """One for all tests that leave it as it was."""
    with served() as one:
        yield one


def heard(made: socket.socket) -> bytes:
    """All that is sent until the other side ends or cuts the connection."""
    parts = []
    with suppress(ConnectionError):
        while part := made.recv(1_000_000):
            parts.append(part)
    return b"".join(parts)


def answered(made: socket.socket) -> bytes:
    """The head of an answer."""
    told = b""
    while b"\r\n\r\n" not in told:
        told += made.recv(1)
    return told


def say_on(made: socket.socket, what: bytes) -> None:
    """Say the same again and again, for longer than it is listened to."""
    for _ in range(1000):
        made.sendall(what)
        time.sleep(0.02)


def test_who_says_nothing_is_cut_off(plain: Served) -> None:
    with closing(plain.connect()) as made:
        assert heard(made) == b""


@pytest.mark.parametrize("begun", [b"G", b"GET /slo HTTP/1.1\r\nHost: slowatch\r\nX-A: "])
def test_who_never_ends_a_request_is_cut_off_however_much_is_said(
    plain: Served, begun: bytes
) -> None:
    with closing(plain.connect()) as made:
        made.sendall(begun)
        with pytest.raises(ConnectionError):
            say_on(made, b"a")


def test_one_request_earns_no_time_for_the_next(plain: Served) -> None:
    with closing(plain.connect()) as made:
        made.sendall(ASKED)
        assert answered(made).startswith(b"HTTP/1.1 200")
        made.sendall(ASKED[:-2])
        assert b"HTTP/1.1" not in heard(made)


def test_a_body_that_never_comes_is_not_waited_for(plain: Served) -> None:
    with closing(plain.connect()) as made:
        made.sendall(ASKED[:-2] + b"Content-Length: 100\r\n\r\n")
        assert heard(made).startswith(b"HTTP/1.1 200")


def test_a_body_that_never_ends_is_not_read_for_ever(plain: Served) -> None:
    with closing(plain.connect()) as made:
        made.sendall(b"POST /slo HTTP/1.1\r\nHost: slowatch\r\nContent-Length: 9999999999\r\n\r\n")
        assert answered(made).startswith(b"HTTP/1.1 413")
        with pytest.raises(ConnectionError):
            say_on(made, b"a" * 1000)


def test_a_body_in_pieces_is_refused(plain: Served) -> None:
    with closing(plain.connect()) as made:
        head = b"POST /slo HTTP/1.1\r\nHost: slowatch\r\nTransfer-Encoding: chunked\r\n\r\n"
        made.sendall(head + b"5\r\nhello\r\n")
        assert answered(made).startswith(b"HTTP/1.1 411")


def test_an_answer_that_is_not_taken_is_dropped(plain: Served) -> None:
    with closing(plain.connect()) as made:
        made.sendall(ASKED.replace(b"/slo", b"/much"))
        answered(made)
        wait_for(lambda: plain.count == 0, within_s=20)
        assert len(heard(made)) < MUCH


def test_an_answer_that_is_taken_bit_by_bit_is_dropped_too(
    plain: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some of it is taken from one look to the next, but too little."""
    monkeypatch.setattr(module, "LEAST_TAKEN", 10_000_000)
    with closing(plain.connect()) as made:
        made.sendall(ASKED.replace(b"/slo", b"/much"))
        with suppress(ConnectionError):
            while made.recv(50_000):
                time.sleep(0.02)
        wait_for(lambda: plain.count == 0, within_s=20)


@pytest.mark.slow
def test_an_answer_that_is_taken_slowly_arrives(
    plain: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes longer than several looks are apart."""
    monkeypatch.setattr(module, "LEAST_TAKEN", 1)
    monkeypatch.setattr(module, "LOOK_EVERY_S", 1)
    with closing(plain.connect()) as made:
        made.sendall(ASKED.replace(b"/slo", b"/much"))
        size = 0
        while part := made.recv(200_000):
            size += len(part)
            time.sleep(0.03)
    assert size > MUCH


def test_an_open_page_is_not_cut_off(plain: Served) -> None:
    """Nothing is said on it while several looks pass."""
    with closing(plain.connect()) as made:
        made.sendall(ASKED.replace(b"/slo", b"/events"))
        answered(made)
        time.sleep(1)
        made.settimeout(0.2)
        with suppress(TimeoutError):
            assert made.recv(10_000)
            assert made.recv(10_000)
        assert plain.count == 1


def test_too_many_open_pages_are_sent_away(plain: Served) -> None:
    with closing(plain.connect()) as one, closing(plain.connect()) as two:
        for made in (one, two):
            made.sendall(ASKED.replace(b"/slo", b"/events"))
            assert answered(made).startswith(b"HTTP/1.1 200")
        with closing(plain.connect()) as third:
            third.sendall(ASKED.replace(b"/slo", b"/events"))
            head = answered(third)
    assert head.startswith(b"HTTP/1.1 503")
    assert b"retry-after: 60\r\n" in head


def test_too_many_headers_are_refused(plain: Served) -> None:
    with closing(plain.connect()) as made:
        made.sendall(ASKED[:-2] + b"X-A: a\r\n" * (MOST_HEAD // 8 + 1))
        assert heard(made).startswith(b"HTTP/1.1 400")


def test_too_many_connections_are_told_so_and_far_too_many_are_cut_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Probes are answered meanwhile: who starts and stops containers must not end it for that."""
    monkeypatch.setattr(module, "LOOK_EVERY_S", 60)
    with served(most=3) as few:
        held = [few.connect() for _ in range(3)]
        extra = few.connect()
        wait_for(lambda: few.count == 4, within_s=10)
        extra.sendall(ASKED)
        head = answered(extra)
        assert head.startswith(b"HTTP/1.1 503")
        assert b"retry-after: 5\r\n" in head
        assert b"connection: close\r\n" in head.lower()
        with closing(few.connect()) as probe:
            probe.sendall(ASKED.replace(b"/slo", b"/healthz"))
            assert answered(probe).startswith(b"HTTP/1.1 200")
        more = [few.connect() for _ in range(10)]
        wait_for(lambda: few.count <= 5, within_s=10)
        for made in (*held, extra, *more):
            made.close()
        wait_for(lambda: few.count == 0, within_s=10)
        with closing(few.connect()) as made:
            made.sendall(ASKED)
            assert answered(made).startswith(b"HTTP/1.1 200")


def test_there_are_no_more_connections_than_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """500 files: 256 of them for other things, 2 to tell that there are too many."""
    raised: list[tuple[int, int]] = []
    monkeypatch.setattr("resource.getrlimit", lambda _: (400, 500))
    monkeypatch.setattr("resource.setrlimit", lambda _, both: raised.append(both))
    assert as_many_as_files(4000) == 242
    assert raised == [(500, 500)]
    assert as_many_as_files(100) == 100
