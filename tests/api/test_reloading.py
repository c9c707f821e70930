"""`POST /-/reload`: 200 when all files are taken over, 409 with what is wrong when not."""

from slowatch.api.access import Access
from slowatch.evaluate.snapshot import Reloaded
from slowatch.ledger.errors import LedgerUnavailable
from slowatch.spec.problem import Problem
from tests.api.json_schema import mismatches
from tests.api.standing import NOW_S, Client, Standing
from tests.api.test_access import TOKENS, WRITER

MISTAKE = Problem("rules/shop.yaml", 3, 1, "unknown-key", "there is no `slo`")
WARNING = Problem("rules/shop.yaml", 3, 1, "objective-too-tight", "hardly meant", "warning")
AUTHORIZATION = f"Bearer {WRITER}"


def test_all_files_are_taken_over() -> None:
    standing = Standing(reloaded=Reloaded(NOW_S, 4, (), (WARNING,)))
    answer = Client(standing.app(Access(TOKENS))).request(
        "POST", "/-/reload", authorization=AUTHORIZATION
    )
    assert answer.status_code == 200
    assert answer.json() == {"slos": 4, "kept": [], "problems": [str(WARNING)]}


def test_a_file_that_keeps_its_last_good_version_is_409() -> None:
    standing = Standing(reloaded=Reloaded(NOW_S, 4, ("rules/shop.yaml",), (MISTAKE, WARNING)))
    app = standing.app(Access(TOKENS))
    answer = Client(app).request("POST", "/-/reload", authorization=AUTHORIZATION)
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["slos"], body["kept"]) == (409, 4, ["rules/shop.yaml"])
    assert body["problems"] == [str(MISTAKE), str(WARNING)]
    assert body["detail"] == ("1 mistake; as they were when they were good go on: rules/shop.yaml")
    document = app.openapi()
    told = document["paths"]["/-/reload"]["post"]["responses"]["409"]
    schema = told["content"]["application/problem+json"]["schema"]
    assert list(mismatches(body, schema, document)) == []


def test_a_file_that_never_was_good_is_409_too() -> None:
    """What is right in it is watched, the rest is not: nobody is to take that for all."""
    standing = Standing(reloaded=Reloaded(NOW_S, 4, (), (MISTAKE, MISTAKE)))
    answer = Client(standing.app(Access(TOKENS))).request(
        "POST", "/-/reload", authorization=AUTHORIZATION
    )
    assert (answer.status_code, answer.json()["detail"]) == (409, "2 mistakes")


def test_a_ledger_that_is_away_is_503() -> None:
    class Away(Standing):
        def reload(self) -> Reloaded:
            raise LedgerUnavailable("it is away")

    answer = Client(Away().app(Access(TOKENS))).request(
        "POST", "/-/reload", authorization=AUTHORIZATION
    )
    assert answer.status_code == 503
