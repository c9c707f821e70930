"""A request never chooses where slowatch connects: answering connects to nobody at all."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.standing import Client
from tests.page.standing import Paged

ELSEWHERE = "http://169.254.169.254/latest"
PATHS = (
    "/slo",
    "/slo/shop/search",
    "/slo/shop/search/history",
    "/alerts",
    "/metrics",
    "/healthz",
    "/readyz",
    "/docs",
    "/openapi.json",
    "/",
    "/view/shop/search",
    "/badge/shop/search.svg",
    "/static/style.css",
)
PARAMETERS = (
    "service",
    "name",
    "state",
    "from",
    "to",
    "step",
    "limit",
    "q",
    "sort",
    "v",
    "label.a",
)


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(_made: object, address: object) -> None:
        raise AssertionError(f"it connects to {address}")

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, connect)
    monkeypatch.setattr(socket, "getaddrinfo", connect)


@pytest.mark.parametrize("path", PATHS)
def test_no_request_makes_slowatch_connect_to_anybody(
    pages: Client, paged: Paged, path: str
) -> None:
    """Whatever stands in its path, its parameters and its headers."""
    answers = [
        pages.get(path, host="169.254.169.254", referer=ELSEWHERE, x_forwarded_host="evil"),
        *(pages.get(f"{path}?{name}={ELSEWHERE}") for name in PARAMETERS),
        pages.get(path.replace("search", "http:%2F%2F169.254.169.254")),
    ]
    assert {answer.status_code for answer in answers} <= {200, 400, 404, 422}


def paths(app: Any) -> Iterator[str]:  # noqa: ANN401  an application, or a router within
    """All that is routed."""
    for route in app.routes:
        if hasattr(route, "original_router"):
            yield from paths(route.original_router)
        else:
            yield route.path


def test_every_route_is_among_them(paged: Paged) -> None:
    """Of those that read; a reload takes its files from the settings, and nothing else."""
    routed = set(paths(paged.app()))
    named = {p.replace("shop", "{service}").replace("search", "{name}") for p in PATHS}
    named = {p.replace("style.css", "{file}") for p in named}
    assert routed - named == {"/events", "/-/reload"}
