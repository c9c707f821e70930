"""Whatever goes wrong is a problem document (RFC 9457)."""

import pytest

from slowatch.evaluate.judging import Status
from slowatch.ledger.errors import LedgerUnavailable
from slowatch.ledger.port import Point, Size
from slowatch.slo.slot import Span
from tests.api.standing import Client, Standing


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/slo/one", 404),
        ("GET", "/slo/a%2Fb/c", 404),
        ("GET", "/%FF%00/%F0%9F%90%8C", 404),
        ("GET", "/slo/b%C3%B6se/x%22%0Ay", 404),
        ("GET", "/slo?state=broken", 400),
        ("GET", "/slo?" + "a" * 8000, 400),
        ("GET", "/slo?" + "a" * 50_000, 414),
        ("GET", "/slo/shop/" + "a" * 50_000, 414),
        ("GET", "/slo?" + "&name=a" * 100, 400),
        ("GET", "/slo?%F0%9F%90%8C=1", 400),
        ("OPTIONS", "/slo", 405),
        ("POST", "/slo", 403),
        ("BREW", "/docs", 403),
        ("DELETE", "/nothing", 403),
    ],
)
def test_every_error_is_a_problem_document(
    client: Client, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert list(body) == ["type", "title", "status", "detail"]
    assert (body["type"], body["status"]) == ("about:blank", status)
    assert 0 < len(body["detail"]) < 500


def test_a_method_that_is_not_allowed_says_which_is(client: Client) -> None:
    assert client.request("OPTIONS", "/slo").headers["allow"] == "GET"


def test_a_wrong_state_is_told_with_its_parameter(client: Client) -> None:
    assert "state" in client.get("/slo?state=broken").json()["detail"]


@pytest.mark.parametrize("path", ["/slo", "/metrics", "/healthz", "/docs", "/nothing"])
def test_head_answers_as_get_does_without_the_body(client: Client, path: str) -> None:
    head, get = client.request("HEAD", path), client.get(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers["content-type"] == get.headers["content-type"]


class Ailing(Standing):
    """Its ledger cannot be read, or it fails in a way that nobody expected."""

    error: Exception = LedgerUnavailable("the ledger /secret/place cannot be used")

    def history(self, status: Status, span: Span, step_s: int) -> list[Point]:  # noqa: ARG002
        """Nothing but trouble."""
        raise self.error

    def size(self) -> Size:
        """Nothing but trouble."""
        raise self.error


@pytest.fixture(scope="module")
def ailing() -> Ailing:
    """Judged once, before its ledger went away."""
    ailing = Ailing()
    ailing.judge()
    return ailing


def test_a_ledger_that_cannot_be_read_is_503(ailing: Ailing) -> None:
    answer = Client(ailing.app()).get("/slo/shop/checkout/history")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text


def test_metrics_go_on_without_the_ledgers_size(ailing: Ailing) -> None:
    page = Client(ailing.app()).get("/metrics")
    assert page.status_code == 200
    assert "slowatch_slo_objective_ratio" in page.text
    assert "slowatch_ledger_bytes" not in page.text


def test_the_unexpected_is_500_and_keeps_its_words(ailing: Ailing) -> None:
    """What an exception says may be secret; the log has its traceback."""
    ailing.error = RuntimeError("hunter2")
    try:
        answer = Client(ailing.app()).get("/slo/shop/checkout/history")
    finally:
        del ailing.error
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "hunter2" not in answer.text
