"""Asking: what every kind of answer means, and that nothing foreign escapes."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from email.utils import formatdate
from pathlib import Path

import pytest

from slowatch.demo.child import free_port
from slowatch.source.answer import Answer, Grid, Refusal, Series
from slowatch.source.asking import TAG, TIME_OUTS, Asker
from slowatch.source.connection import Connection
from slowatch.source.discovery import retention_s, scrape_interval_s
from slowatch.source.errors import Misconfigured, Refused, SourceError, Unavailable
from tests.source.scripted import (
    Answering,
    Reply,
    Request,
    Script,
    said,
    scripted_server,
    vector,
)

GRID = Grid(60, 60, 60)
SECRET = "correct-horse"  # noqa: S105  a test's own
ONE = (Series({"n": "0"}, {60: 7.0}),)


@contextmanager
def asked(*replies: Reply | Answering, **settings: object) -> Iterator[tuple[Asker, Script]]:
    """An asker that talks to scripted replies."""
    with (
        scripted_server(*replies) as script,
        closing(Asker(Connection(script.url, **settings))) as asker,  # type: ignore[arg-type]
    ):
        yield asker, script


def ask(asker: Asker) -> Answer:
    """One question."""
    return asker.ask(["x"], GRID)["x"]


def test_busy_server_is_asked_again() -> None:
    """A 503 and a 429 heal by themselves."""
    with asked(Reply(503), Reply(429), vector(7)) as (asker, script):
        assert ask(asker) == ONE
        assert len(script.requests) == 3
        assert asker.effort.failures == 2


def test_server_that_stays_busy_is_unavailable() -> None:
    """After three tries; asked again with the next slot."""
    with asked(Reply(503)) as (asker, script), pytest.raises(Unavailable, match="503"):
        ask(asker)
    assert len(script.requests) == 3


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials_are_named_and_not_tried_again(status: int) -> None:
    """Without the credentials themselves."""
    with asked(Reply(status), username="u", password=SECRET) as (asker, script):
        with pytest.raises(Misconfigured, match="credentials") as caught:
            ask(asker)
        assert len(script.requests) == 1
    assert SECRET not in f"{caught.value!r} {caught.value.__cause__!r} {asker._connection!r}"  # noqa: SLF001


STRANGE = {
    "html": Reply(200, b"<html>Welcome</html>"),
    "empty": Reply(200, b""),
    "truncated": Reply(200, b'{"status": "success", "data": {"resultType": "vec'),
    "not utf-8": Reply(200, b'{"status": "\xff\xfe"}'),
    "list": said([]),
    "number": said(7),
    "null": said(None),
    "no data": said({"status": "success"}),
    "data list": said({"status": "success", "data": []}),
    "no result": said({"status": "success", "data": {"resultType": "vector"}}),
    "result of numbers": said(
        {"status": "success", "data": {"resultType": "vector", "result": [1, 2]}}
    ),
    "no metric": said(
        {"status": "success", "data": {"resultType": "vector", "result": [{"value": [60, "1"]}]}}
    ),
    "no number": said(
        {
            "status": "success",
            "data": {"resultType": "vector", "result": [{"metric": {}, "value": [60, "seven"]}]},
        }
    ),
    "short value": said(
        {
            "status": "success",
            "data": {"resultType": "vector", "result": [{"metric": {}, "value": [60]}]},
        }
    ),
    "metric of numbers": said(
        {
            "status": "success",
            "data": {"resultType": "vector", "result": [{"metric": 5, "value": [60, "1"]}]},
        }
    ),
    "values of null": said(
        {
            "status": "success",
            "data": {"resultType": "matrix", "result": [{"metric": {}, "values": None}]},
        }
    ),
    "other type": said({"status": "success", "data": {"resultType": "streams", "result": []}}),
    "warnings of numbers": said(
        {"status": "success", "warnings": 5, "data": {"resultType": "vector", "result": []}}
    ),
    "error with 200": said({"status": "error", "errorType": "execution", "error": "no"}),
    "error of numbers": said({"status": "error", "errorType": 5, "error": 7}, 400),
    "deep": Reply(200, b"[" * 100_000),
    "big number": Reply(200, b'{"status": ' + b"9" * 10_000 + b"}"),
    "not found": Reply(404, b"404 page not found"),
    "redirect": Reply(302, b"", {"Location": "http://127.0.0.1:9/elsewhere"}),
    "bad gateway": Reply(502, b"<html>Bad Gateway</html>"),
    "method": Reply(405),
    "gzip that is none": Reply(200, b"plainly not", {"Content-Encoding": "gzip"}),
    "odd charset": Reply(200, b"{}", {"Content-Type": "application/json; charset=nonsense"}),
    "timed out": said({"status": "error", "errorType": "timeout", "error": "too long"}, 503),
    "bad tag": vector(1, 2),
}


@pytest.fixture
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries follow one another at once."""
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)


@pytest.mark.usefixtures("_no_pause")
@pytest.mark.parametrize("name", STRANGE)
def test_no_foreign_exception_escapes(name: str) -> None:
    """Whatever is answered to one question, to several, to a range vector, to discovery."""
    with asked(STRANGE[name]) as (asker, script):
        _only_ours(lambda: ask(asker))
        _only_ours(lambda: asker.ask(["x", "y", "z"], GRID))
        _only_ours(lambda: asker.ask(["x", "y"], Grid(60, 600, 60)))
        _only_ours(lambda: asker.samples("x[5m]", 60))
        retention_s(asker)
        scrape_interval_s(Connection(script.url))


def _only_ours(question: Callable[[], object]) -> None:
    with suppress(SourceError):
        question()


@pytest.mark.parametrize("name", ["html", "list", "no data", "not found", "method"])
def test_what_is_no_prometheus_is_called_that(name: str) -> None:
    """Asking again is no use."""
    with asked(STRANGE[name]) as (asker, script), pytest.raises(Misconfigured):
        ask(asker)
    assert len(script.requests) == 1


def test_redirect_is_not_followed() -> None:
    """Credentials and questions go nowhere else."""
    with scripted_server(vector(7)) as elsewhere:
        moved = Reply(302, b"", {"Location": f"{elsewhere.url}/api/v1/query"})
        with asked(moved, bearer_token=SECRET) as (asker, _), pytest.raises(Misconfigured):
            ask(asker)
        assert not elsewhere.requests


def test_huge_answer_is_cut_off() -> None:
    """And blamed on the question, so that its batch is split."""
    with asked(Reply(200, b" " * 2_000_000), response_bytes=1_000_000) as (asker, _):
        answer = ask(asker)
    assert isinstance(answer, Refusal)
    assert "larger than 1000000 bytes" in answer.reason


@pytest.fixture
def _little_margin(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that waits hardly longer than a query may take."""
    monkeypatch.setattr("slowatch.source.connection.ANSWER_WITHIN_S", 0.1)


@pytest.mark.usefixtures("_little_margin")
def test_silent_server_is_given_up() -> None:
    """No expression is blamed: what costs nothing is not answered either."""
    with asked(Reply(200, b"{}", after_s=30), timeout_s=0.2) as (asker, script):
        started = time.monotonic()
        with pytest.raises(Unavailable, match="no query in time"):
            ask(asker)
        assert time.monotonic() - started < 5
    assert [request.form["query"] for request in script.requests] == ["x", "vector(1)"]


TOO_LONG = {
    "server": said({"status": "error", "errorType": "timeout", "error": "query timed out"}, 503),
    "gateway": Reply(504, b"<html>Gateway Time-out</html>"),
    "nobody": Reply(200, b"{}", after_s=1.0),
}


def counting(request: Request) -> Reply:
    """A vector with one series of value 7 for each expression of the query."""
    query = request.form["query"]
    if query.startswith("label_replace"):
        tags = [line.split('"')[3] for line in query.splitlines() if f'"{TAG}"' in line]
        result = [{"metric": {TAG: tag}, "value": [60, "7"]} for tag in tags]
        return said({"status": "success", "data": {"resultType": "vector", "result": result}})
    return vector(7)


@pytest.mark.usefixtures("_little_margin")
@pytest.mark.parametrize("who", TOO_LONG)
def test_a_slow_expression_is_refused_and_silences_no_other(who: str) -> None:
    """Whoever gives it up: the server, a gateway before it, or nobody until the client does."""

    def answer(request: Request) -> Reply:
        return TOO_LONG[who] if "heavy" in request.form["query"] else counting(request)

    with asked(answer, timeout_s=0.3) as (asker, script):
        answers = asker.ask(["a", "b", "heavy", "c"], GRID)
        refused = answers.pop("heavy")
        assert isinstance(refused, Refusal)
        assert "the query takes too long" in refused.reason
        assert all(not isinstance(answer, Refusal) for answer in answers.values())
        before = len(script.requests)
        asker.ask(["a", "b", "heavy", "c"], GRID)
        # It alone, then whether anything is answered; and all others.
        assert len(script.requests) - before == 3


@pytest.mark.usefixtures("_little_margin")
def test_what_takes_nearly_the_time_out_is_waited_for() -> None:
    """The server gives up first: its answer, or its own words, always come."""
    slow = Reply(200, vector(7).body, after_s=0.35)
    with asked(slow, timeout_s=0.3) as (asker, _):
        assert ask(asker) == ONE


@pytest.mark.usefixtures("_no_pause")
def test_a_full_queue_is_no_refusal() -> None:
    """The query was not even begun."""
    full = {"status": "error", "errorType": "timeout", "error": "query timed out in query queue"}
    with asked(said(full, 503)) as (asker, script):
        with pytest.raises(Unavailable, match="query queue"):
            asker.ask(["x", "y"], GRID)
        assert len(script.requests) == 3


@pytest.mark.parametrize("timeout_s", [30.0, 0.01])
def test_an_overloaded_server_is_not_asked_on_and_on(timeout_s: float) -> None:
    """Neither many time-outs in a row nor long ones: slots stay unasked, and backfill asks."""

    def answer(request: Request) -> Reply:
        late = TOO_LONG["server"]
        is_free = request.form["query"] == "vector(1)"
        return vector(1) if is_free else Reply(late.status, late.body, late.headers, after_s=0.02)

    with asked(answer, timeout_s=timeout_s, concurrency=1) as (asker, script):
        with pytest.raises(Unavailable, match="overloaded"):
            asker.ask([f"x{n}" for n in range(1000)], GRID)
        assert len(script.requests) <= 3 * TIME_OUTS


def test_slow_expressions_are_found_in_the_end() -> None:
    """Where they are too many to be found at once, each time brings nearer."""

    def answer(request: Request) -> Reply:
        return TOO_LONG["server"] if "heavy" in request.form["query"] else counting(request)

    expressions = [f"heavy{n}" if n % 10 == 0 else f"x{n}" for n in range(50)]
    with asked(answer) as (asker, _):
        for _ in range(6):
            with suppress(Unavailable):
                answers = asker.ask(expressions, GRID)
                break
    refused = [e for e, answer in answers.items() if isinstance(answer, Refusal)]
    assert sorted(refused) == [f"heavy{n}" for n in range(0, 50, 10)]


def dated(date: str) -> Reply:
    """A vector from a server that says when it answers."""
    return Reply(200, vector(7).body, {"Date": date})


@pytest.mark.usefixtures("_no_pause")
@pytest.mark.parametrize("status", [200, 400])
def test_the_servers_future_is_not_asked_for(status: int) -> None:
    """A clock that is wrong would else have nothing recorded, and never asked for again."""
    body = said({"status": "error", "error": "no"}).body if status == 400 else vector(7).body
    reply = Reply(status, body, {"Date": formatdate(60_000, usegmt=True)})
    with asked(reply) as (asker, _):
        with pytest.raises(Unavailable, match="clocks of slowatch and Prometheus disagree by 6 s"):
            asker.ask(["x"], Grid(60_006, 60_006, 60))
        with pytest.raises(Unavailable, match="disagree by 6000 s"):
            asker.ask(["x"], Grid(60_000, 66_000, 60))
        assert asker.effort.failures == asker.effort.queries == 6


@pytest.mark.parametrize(
    "date", [formatdate(55, usegmt=True), formatdate(2e9, usegmt=True), "", "yesterday"]
)
def test_a_past_moment_is_asked_of_any_clock(date: str) -> None:
    """Within its whole seconds; a server whose date cannot be read is trusted."""
    with asked(dated(date)) as (asker, _):
        assert ask(asker) == ONE


def test_a_closed_asker_says_so() -> None:
    """With nothing foreign, and at once."""
    with asked(vector(7)) as (asker, _):
        asker.close()
        began = time.monotonic()
        for question in (
            lambda: ask(asker),
            lambda: asker.samples("x[1m]", 60),
            asker.runtime_information,
        ):
            with pytest.raises(Unavailable):
                question()
        assert time.monotonic() - began < 0.2


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://bob:se/cret@prom:9090", "http://prom:9090"),
        ("http://bob:s#ecret@prom:9090/x", "http://prom:9090/x"),
        ("http://bob:s?ecret@prom", "http://prom"),
        ("http://bob:s@e/cret@", "http://…"),
        ("http://bob:s/ecret@[::1", "http://…"),
        ("bob:se/cret@prom:9090", "prom:9090"),
        ("http://bob:x://cret@prom", "http://prom"),
    ],
)
def test_a_password_that_is_not_encoded_is_not_shown(url: str, shown: str) -> None:
    """Nor is anybody asked: where it ends cannot be told for sure."""
    connection = Connection(url)
    assert connection.shown_url == shown
    with pytest.raises(Misconfigured, match="a password must be percent-encoded") as caught:
        Asker(connection)
    assert shown in str(caught.value)
    assert "cret" not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_nobody_there_is_unavailable() -> None:
    """The address is named."""
    port = free_port()
    with (
        closing(Asker(Connection(f"http://user:{SECRET}@127.0.0.1:{port}"))) as asker,
        pytest.raises(Unavailable, match=f"127.0.0.1:{port}") as caught,
    ):
        ask(asker)
    assert SECRET not in str(caught.value)


def test_warnings_are_kept() -> None:
    """They are shown where readiness is."""
    body = {
        "status": "success",
        "warnings": ["partial response"],
        "data": {"resultType": "vector", "result": []},
    }
    with asked(said(body)) as (asker, _):
        assert ask(asker) == ()
        assert asker.effort.warnings == ["partial response"]


def test_rotated_token_is_read_again(tmp_path: Path) -> None:
    """A request after the rotation carries the new one."""
    file = tmp_path / "token"
    file.write_text("first\n")
    with asked(vector(7), bearer_token_file=file) as (asker, script):
        ask(asker)
        file.write_text("second\n")
        ask(asker)
        file.unlink()
        with pytest.raises(Misconfigured, match="token"):
            ask(asker)
    sent = [request.headers["authorization"] for request in script.requests]
    assert sent == ["Bearer first", "Bearer second"]


def test_headers_and_basic_auth_are_sent() -> None:
    """With queries and with discovery, which looks at samples where it is told of no target."""
    headers = {"X-Scope-OrgID": "team-a"}
    with asked(vector(7), headers=headers, username="u", password="p") as (asker, script):  # noqa: S106
        ask(asker)
        retention_s(asker)
        scrape_interval_s(
            Connection(script.url, headers=headers, username="u", password="p")  # noqa: S106
        )
    assert len(script.requests) == 5
    for request in script.requests:
        assert request.headers["x-scope-orgid"] == "team-a"
        assert request.headers["authorization"] == "Basic dTpw"


def test_query_is_a_form_with_its_moment_and_time_out() -> None:
    """Never in the address."""
    with asked(vector(7), timeout_s=12) as (asker, script):
        ask(asker)
    (request,) = script.requests
    assert request.path == "/api/v1/query"
    assert request.form == {"query": "x", "time": "60", "timeout": "12s", "stats": "all"}


@pytest.mark.parametrize(
    "url", ["", "localhost:9090", "ftp://x", "http://", "http://[::1", "x y", "http://h:port"]
)
def test_unusable_address_is_misconfigured(url: str) -> None:
    """Before anything is asked."""
    with pytest.raises(Misconfigured):
        Asker(Connection(url))


def test_refused_samples_are_refused() -> None:
    """In the server's words."""
    no = said({"status": "error", "errorType": "bad_data", "error": "parse error"}, 400)
    with asked(no) as (asker, _), pytest.raises(Refused, match="parse error"):
        asker.samples("x[", 60)
