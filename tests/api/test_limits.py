"""What a request may be at most, and headers that every answer has."""

import pytest

from tests.api.standing import Client, Standing

PATHS = (
    "/slo",
    "/slo/shop/search",
    "/slo/shop/search/history",
    "/alerts",
    "/metrics",
    "/docs",
    "/openapi.json",
    "/healthz",
    "/readyz",
)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("query", "status"),
    [("a" * 8192, 414), ("&" * 100, 400), ("&".join(["label.a=1"] * 101), 400)],
)
def test_an_address_is_short(client: Client, path: str, query: str, status: int) -> None:
    assert client.get(f"{path}?{query}").status_code == status


@pytest.mark.parametrize("path", PATHS)
def test_a_body_is_small_and_says_how_long_it_is(client: Client, path: str) -> None:
    for length, status in (("65537", 413), ("9" * 30, 413)):
        assert client.request("GET", path, content_length=length).status_code == status
    assert client.request("GET", path, transfer_encoding="chunked").status_code == 411


def test_a_body_that_nobody_asked_for_is_not_read(client: Client) -> None:
    assert client.request("GET", "/slo", content_length="10").status_code == 200


def test_when_it_is_full_only_probes_are_answered(standing: Standing) -> None:
    client = Client(standing.app(is_full=lambda: True))
    answer = client.get("/slo")
    assert answer.status_code == 503
    assert (answer.headers["retry-after"], answer.headers["connection"]) == ("5", "close")
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("path", [*PATHS, "/nothing", "/slo?state=broken", "/slo?" + "a" * 9000])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
def test_every_answer_has_the_headers(client: Client, method: str, path: str) -> None:
    headers = client.request(method, path).headers
    assert headers.get_list("x-content-type-options") == ["nosniff"]
    (policy,) = headers.get_list("content-security-policy")
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    if headers["content-type"].startswith("text/html"):
        assert headers.get_list("x-frame-options") == ["DENY"]
        assert headers.get_list("referrer-policy") == ["no-referrer"]


def test_an_error_that_nobody_expected_has_them_too() -> None:
    class Broken(Standing):
        def counts(self) -> None:  # type: ignore[override]
            raise RuntimeError("nobody expected this")

    answer = Client(Broken().app()).get("/metrics")
    assert (answer.status_code, answer.headers["x-content-type-options"]) == (500, "nosniff")


def test_no_address_is_made_from_the_host_that_a_request_names(client: Client) -> None:
    for path in (*PATHS, "/slo/", "/docs/"):
        answer = client.get(path, host="evil.example.org")
        assert "evil" not in answer.text
        assert "evil" not in str(answer.headers)
