"""The shop and its pages."""

import pytest

from tests.api.standing import Client
from tests.page.standing import Paged, reader, shop


@pytest.fixture(scope="session")
def paged() -> Paged:
    """A standing daemon that nobody changes."""
    return shop()


@pytest.fixture(scope="session")
def pages(paged: Paged) -> Client:
    """Requests to it."""
    return reader(paged)
