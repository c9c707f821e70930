"""`/events`: who listens is told of each new snapshot, and never keeps slowatch from ending."""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from slowatch.evaluate.wording import moment
from slowatch.page.live import Live
from tests.page.standing import NOW_S, Paged, shop
from tests.support.daemon import daemon
from tests.support.serving import served


@contextlib.contextmanager
def listening(url: str) -> Iterator[Iterator[str]]:
    """The lines of a stream."""
    with (
        httpx.Client(trust_env=False, timeout=20) as client,
        client.stream("GET", f"{url}/events") as answer,
    ):
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert answer.headers["x-accel-buffering"] == "no"
        yield answer.iter_lines()


def told(lines: Iterator[str]) -> str:
    """The data of the next event."""
    return next(line for line in lines if line.startswith("data: ")).removeprefix("data: ")


def test_who_listens_is_told_at_once_and_of_each_new_snapshot() -> None:
    paged = shop()
    with served(paged.app()) as url, listening(url) as lines:
        assert told(lines) == moment(NOW_S)
        paged.move_on()
        assert told(lines) == moment(NOW_S + 60)
        paged.move_on()
        assert told(lines) == moment(NOW_S + 120)
        paged.is_ending = True


def test_all_who_listen_are_told() -> None:
    paged = shop()
    with served(paged.app()) as url, listening(url) as one, listening(url) as other:
        assert told(one) == told(other)
        paged.move_on()
        assert told(one) == told(other) == moment(NOW_S + 60)
        paged.is_ending = True


def test_what_changes_before_it_is_looked_for_is_told_too() -> None:
    """Nothing is missed between the first event and the first look, or while something is sent."""
    paged = shop()

    async def run() -> bytes:
        live = Live(paged, is_ending=lambda: False)
        live.enter()
        version = live.version
        paged.move_on()
        await asyncio.sleep(1.2)  # somebody reads slowly, and the news come meanwhile
        _, part = await live.after(version)
        live.leave()
        return part

    assert moment(NOW_S + 60).encode() in asyncio.run(run())


def test_a_stream_ends_when_slowatch_does() -> None:
    """It ends as it should: the last part is sent, nothing is cut off."""
    paged = shop()
    with served(paged.app()) as url, listening(url) as lines:
        told(lines)
        paged.is_ending = True
        assert [line for line in lines if line] == []


def test_head_of_a_stream_is_answered_and_over(paged: Paged) -> None:
    with served(shop().app()) as url:
        answer = httpx.head(f"{url}/events", trust_env=False, timeout=10)
    assert (answer.status_code, answer.content) == (200, b"")


def test_more_than_it_can_serve_are_sent_away() -> None:
    async def run() -> None:
        live = Live(shop(), is_ending=lambda: False, most=2)
        live.enter()
        assert live.open().status_code == 200
        live.enter()
        refused = live.open()
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "60")
        live.leave()
        assert live.open().status_code == 200
        live.leave()

    asyncio.run(run())


def test_silence_is_broken_by_heartbeats(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are comments: no page takes them for news."""
    monkeypatch.setattr("slowatch.page.live.HEARTBEAT_S", 0.01)

    async def run() -> tuple[int, bytes]:
        return await Live(shop(), is_ending=lambda: False).after(0)

    version, part = asyncio.run(run())
    assert version == 0
    assert part.startswith(b":")


def test_an_open_page_does_not_keep_the_daemon_from_ending(tmp_path: Path) -> None:
    """It ends its streams by itself, before the server loses its patience with them."""
    with daemon(tmp_path, prometheus_url="http://127.0.0.1:1") as running:
        with listening(running.url) as lines:
            told(lines)
            code = running.child.stop(within_s=9)
            assert [line for line in lines if line] == []
        assert code == 0
        assert "exceeded" not in running.log
