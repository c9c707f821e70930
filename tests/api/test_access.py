"""Reading may take a token, as set; writing takes one always, and every try is in the log."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import httpx
import pytest
import structlog
from structlog.testing import capture_logs

from slowatch.api.access import NO_WRITES, Access
from slowatch.api.credentials import Holders, May, given
from tests.api.standing import Client, Standing

READER, WRITER = "r" * 16, "w" * 16


@dataclass
class Held:
    """A token that a test may change."""

    name: str
    may: May
    known: str | None

    def text(self) -> str | None:
        """What has to be shown."""
        return self.known


TOKENS = (Held("grafana", "read", READER), Held("ci", "write", WRITER))
BOTH = Access(TOKENS, "token")


@pytest.fixture(scope="module")
def shut(standing: Standing) -> Client:
    """Requests to a daemon that is read with a token."""
    return Client(standing.app(BOTH))


@pytest.fixture(scope="module")
def open_(standing: Standing) -> Client:
    """Requests to one that everybody may read."""
    return Client(standing.app(Access(TOKENS, "open")))


@pytest.fixture
def lines() -> Iterator[Sequence[Mapping[str, object]]]:
    """What is logged meanwhile."""
    structlog.reset_defaults()
    with capture_logs() as logged:
        yield logged


def bearer(token: str) -> str:
    """As `Authorization` has it."""
    return f"Bearer {token}"


def basic(password: str, user: str = "anybody") -> str:
    """As a browser sends it."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


READ = (
    "/slo",
    "/slo?state=ok",
    "/slo/shop/search",
    "/slo/shop/search/history",
    "/alerts",
    "/metrics",
    "/docs",
    "/openapi.json",
    "/nothing",
)


@pytest.mark.parametrize("path", READ)
def test_reading_takes_a_token_where_it_is_set_so(shut: Client, path: str) -> None:
    without = shut.get(path)
    assert without.status_code == 401
    assert without.headers["content-type"] == "application/problem+json"
    assert without.headers.get_list("www-authenticate") == [
        'Bearer realm="slowatch"',
        'Basic realm="slowatch", charset="UTF-8"',
    ]
    for token in (READER, WRITER):
        assert shut.get(path, authorization=bearer(token)).status_code != 401


@pytest.mark.parametrize("path", READ)
def test_nothing_is_asked_of_who_reads_what_is_open(open_: Client, path: str) -> None:
    right, wrong = open_.get(path), open_.get(path, authorization=bearer("x" * 16))
    assert right.status_code == wrong.status_code != 401


@pytest.mark.parametrize(
    "shown",
    [
        bearer("x" * 16),
        bearer(READER[:-1]),
        bearer(READER + "r"),
        bearer(""),
        "Bearer",
        "",
        READER,
        f"Token {READER}",
        basic("x" * 16),
        "Basic " + base64.b64encode(READER.encode()).decode(),
        "Basic ????",
    ],
)
def test_what_is_no_known_token_does_not_open(shut: Client, shown: str) -> None:
    answer = shut.get("/slo", authorization=shown)
    assert answer.status_code == 401
    assert "www-authenticate" in answer.headers


def test_the_scheme_is_written_as_one_likes(shut: Client) -> None:
    assert shut.get("/slo", authorization=f"bEARER  {READER} ").status_code == 200


def test_a_browser_shows_the_token_as_the_password(shut: Client) -> None:
    assert shut.get("/slo", authorization=basic(READER)).status_code == 200
    assert shut.get("/slo", authorization=basic(READER, user="")).status_code == 200


def test_two_tokens_at_once_are_none() -> None:
    """Who stands between may look at the one, and slowatch at the other."""
    both = [(b"authorization", bearer(one).encode()) for one in (READER, "x" * 16)]
    assert given(both) is None


def test_probes_are_answered_without_a_token_but_are_not_told_why() -> None:
    ill = Standing(reasons=("http://prometheus.internal cannot be reached",))
    client = Client(ill.app(BOTH))
    assert client.get("/healthz").status_code == 200
    without, with_one = client.get("/readyz"), client.get("/readyz", authorization=bearer(READER))
    assert (without.status_code, with_one.status_code) == (503, 503)
    assert "internal" not in without.text
    assert without.json()["reasons"] == ["why is told to who may read: send a token"]
    assert without.json()["warnings"] == []
    assert with_one.json()["reasons"] == list(ill.reasons)


def test_a_ready_daemon_says_so_to_everybody(shut: Client) -> None:
    answer = shut.get("/readyz").json()
    assert answer == {"ready": True, "reasons": [], "warnings": []}


@pytest.mark.parametrize("access", [Access(), Access(TOKENS[:1]), Access(TOKENS[:1], "token")])
def test_without_a_token_that_may_write_there_are_no_writes(
    standing: Standing, access: Access
) -> None:
    client = Client(standing.app(access))
    for shown in ({}, {"authorization": bearer(READER)}):
        answer = client.request("POST", "/-/reload", **shown)
        assert (answer.status_code, answer.json()["detail"]) == (403, NO_WRITES)


@pytest.mark.parametrize("mode", ["open_", "shut"])
def test_who_may_read_may_not_write(mode: str, request: pytest.FixtureRequest) -> None:
    client: Client = request.getfixturevalue(mode)
    nobody, stranger, reader, writer = [
        client.request("POST", "/-/reload", **shown)
        for shown in (
            {},
            {"authorization": bearer("x" * 16)},
            {"authorization": bearer(READER)},
            {"authorization": bearer(WRITER)},
        )
    ]
    assert [nobody.status_code, stranger.status_code] == [401, 401]
    assert nobody.headers.get_list("www-authenticate") == ['Bearer realm="slowatch"']
    assert (reader.status_code, "grafana" in reader.text) == (403, True)
    assert writer.status_code == 200


def test_a_browsers_password_writes_nothing(open_: Client) -> None:
    """A browser adds it to what any other site has it send."""
    assert open_.request("POST", "/-/reload", authorization=basic(WRITER)).status_code == 401


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "BREW"])
@pytest.mark.parametrize("path", ["/slo", "/healthz", "/nothing", "/-/reload/"])
def test_a_method_that_might_change_something_takes_a_token_on_every_path(
    open_: Client, method: str, path: str
) -> None:
    assert open_.request(method, path).status_code == 401
    allowed = open_.request(method, path, authorization=bearer(WRITER))
    assert allowed.status_code in (404, 405)


def test_reload_is_not_for_get(open_: Client) -> None:
    assert open_.get("/-/reload").status_code == 405


def test_every_try_to_write_is_logged(open_: Client, lines: Sequence[Mapping[str, object]]) -> None:
    """Who, what, from where, and what came of it; never the token."""
    shown: list[dict[str, str]] = [
        {},
        {"authorization": bearer(READER)},
        {"authorization": bearer(WRITER)},
    ]
    for one in shown:
        open_.request("POST", "/-/reload", **one)
    open_.request("DELETE", "/a%0Ab%1B[2J", authorization=bearer(WRITER))
    told = [(x["token"], x["status"], x["outcome"]) for x in lines if x["event"] == "write"]
    assert told == [
        (None, 401, "refused"),
        ("grafana", 403, "refused"),
        ("ci", 200, "done"),
        ("ci", 404, "failed"),
    ]
    assert lines[0]["client"] == "127.0.0.1"
    assert [x["path"] for x in lines] == ["/-/reload"] * 3 + ["/a%0Ab%1B[2J"]
    assert READER not in str(lines)
    assert WRITER not in str(lines)


def test_reading_is_not_logged(shut: Client, lines: Sequence[Mapping[str, object]]) -> None:
    shut.get("/slo")
    shut.get("/slo", authorization=bearer(READER))
    assert lines == []


def test_a_token_that_changes_counts_at_once(standing: Standing) -> None:
    token = Held("ci", "read", READER)
    client = Client(standing.app(Access((token,), "token")))

    def asked(text: str) -> int:
        return client.get("/slo", authorization=bearer(text)).status_code

    assert (asked(READER), asked(WRITER)) == (200, 401)
    token.known = WRITER
    assert (asked(READER), asked(WRITER)) == (401, 200)
    token.known = None
    assert (asked(READER), asked(WRITER), asked("")) == (401, 401, 401)


def test_all_tokens_are_compared_whichever_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long it takes does not tell whose it is, or how much of one was right."""
    compared: list[int] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append(len(one))
        return one == other

    monkeypatch.setattr("slowatch.api.credentials.hmac.compare_digest", compare)
    holders = Holders((*TOKENS, Held("gone", "read", None)))
    for text in (READER, WRITER, "x", ""):
        shown = given([(b"authorization", bearer(text).encode())])
        assert shown is not None
        found = holders.find(shown)
        assert (found.text() if found else None) == (text if len(text) > 1 else None)
    assert compared == [32] * 12


def test_a_page_of_another_site_is_allowed_nothing(open_: Client) -> None:
    """No answer allows another origin, also when it asks before."""
    asked: list[httpx.Response] = [
        open_.get("/slo", origin="https://evil.example.org"),
        open_.request(
            "OPTIONS",
            "/-/reload",
            origin="https://evil.example.org",
            access_control_request_method="POST",
        ),
    ]
    for answer in asked:
        assert not [name for name in answer.headers if name.startswith("access-control")]
