"""The fixtures around the real parts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.daemon import WatchedDemo, watched_demo
from tests.support.postgres import PostgresServer, postgres
from tests.support.prometheus import ServedTrace, serve_trace


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL of this session's own; under xdist each worker has one."""
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedTrace]:
    """Two days of counters with known truth, served by a real Prometheus."""
    with serve_trace(tmp_path_factory.mktemp("trace"), days=2) as served:
        yield served


@pytest.fixture(scope="session")
def long_trace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedTrace]:
    """Ten days of them; it takes half a minute and a gigabyte, so only slow tests use it."""
    with serve_trace(tmp_path_factory.mktemp("long_trace"), days=10) as served:
        yield served


@pytest.fixture(scope="session")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WatchedDemo]:
    """The five systems, a real Prometheus and a real daemon with a slot in its ledger."""
    with watched_demo(tmp_path_factory.mktemp("watched")) as running:
        yield running


@pytest.fixture(params=["memory", "file", "postgresql"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty ledger, of every kind in turn."""
    return _url(request, tmp_path)


@pytest.fixture(params=["file", "postgresql"])
def shared_ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty ledger, of every kind that several processes can open."""
    return _url(request, tmp_path)


def _url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "memory":
        return ":memory:"
    if request.param == "file":
        return f"sqlite:///{tmp_path}/ledger.db"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.create_database()
