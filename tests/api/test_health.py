"""`/healthz` and `/readyz`: whether the process lives, and whether it is of use."""

from slowatch import __version__
from tests.api.standing import Client, Standing


def test_healthz_answers_as_long_as_the_process_lives() -> None:
    ill = Standing(reasons=("nothing works",))
    answer = Client(ill.app()).get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "version": __version__})


def test_readyz_is_200_with_warnings(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "reasons": [], "warnings": ["a warning"]}


def test_readyz_is_503_with_reasons() -> None:
    answer = Client(Standing(reasons=("nothing works",)).app()).get("/readyz")
    assert answer.status_code == 503
    assert (answer.json()["ready"], answer.json()["reasons"]) == (False, ["nothing works"])
