"""A standing daemon with an SLO in every interesting state, and requests to it."""

import pytest

from tests.api.standing import Client, Standing


@pytest.fixture(scope="session")
def standing() -> Standing:
    """Two groups of checkout, one of them exhausted; search with ten bad of 100,000; no silent."""
    one = Standing()
    one.record("checkout", good=8, total=10, region="eu")
    one.record("checkout", good=10, total=10, region='us\n"x"\\')
    one.record("search", good=19_999, total=20_000)
    return one.judge()


@pytest.fixture(scope="session")
def client(standing: Standing) -> Client:
    """Requests to it."""
    return Client(standing.app())
