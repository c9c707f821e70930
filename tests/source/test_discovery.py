"""How often targets are scraped, where nobody lists them: as far apart as their samples lie."""

import time
from collections.abc import Iterator, Mapping

import pytest

from slowatch.source import discovery
from slowatch.source.connection import Connection
from slowatch.source.discovery import scrape_interval_s
from tests.source.scripted import Answering, Reply, Request, said, scripted_server, vector
from tests.support.openmetrics import Stored, serve, store

TOTAL = "sum(count_over_time(up[300s]))"


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prometheus without targets, that was given samples of `up` of the last ten minutes."""
    now_s = int(time.time())
    long = range(now_s - 600, now_s)
    seconds: Mapping[str, list[int]] = {
        "steady": list(long[::7]),
        "gappy": [at for at in long[::20] if at // 20 % 5],
        "new": list(range(now_s - 90, now_s, 30)),
        "seldom": [now_s - 200, now_s - 1],
    }
    series = [Stored("up", {"job": job}, dict.fromkeys(at, 1.0)) for job, at in seconds.items()]
    with serve(store(tmp_path_factory.mktemp("up"), series)) as url:
        yield url


def listing(*intervals: str) -> Reply:
    """Targets with these scrape intervals."""
    return said({"data": {"activeTargets": [{"scrapeInterval": text} for text in intervals]}})


def without_targets(*answers: Reply) -> list[Reply | Answering]:
    """What lists no targets, and answers queries in turn."""
    return [Reply(404, b"404 page not found"), *answers]


def matrix(*seconds: float) -> Reply:
    """Samples of a target at some seconds."""
    values = [[at, "1"] for at in seconds]
    data = {"resultType": "matrix", "result": [{"metric": {"job": "a"}, "values": values}]}
    return said({"status": "success", "data": data})


def test_targets_tell_without_a_query() -> None:
    with scripted_server(listing("15s", "1m", "5s")) as script:
        assert scrape_interval_s(Connection(script.url)) == 60
    assert len(script.requests) == 1


def test_samples_tell_where_no_target_does(prometheus: str) -> None:
    """The longest of all that have three; a gap is none of them. The new one has three."""
    assert scrape_interval_s(Connection(prometheus)) == 30


def test_many_samples_are_counted(prometheus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of targets that were there before: the gappy one has 12 in 300 s, the steady one 43.

    A twentieth between them is 13.5, which is one in 22 s.
    """
    monkeypatch.setattr(discovery, "MOST_SAMPLES", 10)
    found_s = scrape_interval_s(Connection(prometheus))
    assert found_s is not None
    assert 20 <= found_s <= 25


@pytest.mark.parametrize(
    ("seconds", "found_s"),
    [
        ((10, 11.003, 12.001), 1),
        ((10, 10.2, 10.4), 1),
        ((10, 25.1, 39.9, 70), 15),
        ((10, 25), None),
        ((), None),
    ],
)
def test_few_samples_tell_by_how_far_they_lie_apart(
    seconds: tuple[float, ...], found_s: int | None
) -> None:
    """As of a Prometheus that has just started; two of them say nothing."""
    replies = without_targets(vector(len(seconds)), matrix(*seconds))
    with scripted_server(*replies) as script:
        assert scrape_interval_s(Connection(script.url)) == found_s
    assert script.requests[1].form["query"] == TOTAL


def test_nothing_is_known_without_samples() -> None:
    """As where everything is pushed: one query finds that out."""
    with scripted_server(*without_targets(vector())) as script:
        assert scrape_interval_s(Connection(script.url)) is None
    assert len(script.requests) == 2


def test_who_does_not_answer_is_asked_no_more() -> None:
    """It hangs, and has been waited for already."""
    with scripted_server(Reply(after_s=30)) as script:
        assert scrape_interval_s(Connection(script.url, timeout_s=0.2)) is None
    assert len(script.requests) == 1


def test_who_refuses_queries_tells_nothing() -> None:
    def answer(request: Request) -> Reply:
        return said({"status": "error", "error": "no", "errorType": "bad_data"}, 400)

    with scripted_server(answer) as script:
        assert scrape_interval_s(Connection(script.url)) is None
