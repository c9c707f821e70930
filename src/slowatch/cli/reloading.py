"""Asking a Prometheus to read its configuration and rules again."""

import sys

from slowatch.source.connection import Connection
from slowatch.source.errors import Misconfigured

RELOAD = "/-/reload"
_TIMEOUT_S = 10.0
_MOST_WORDS = 500
_NOT_ENABLED = 403


def server_at(url: str) -> Connection:
    """How to reach a server that can reload; `user:password@` works."""
    from slowatch.app.values import without_credentials

    address, username, password = without_credentials(url.rstrip("/").removesuffix(RELOAD))
    return Connection(address, username=username, password=password, timeout_s=_TIMEOUT_S)


def why_not_reloaded(server: Connection) -> str | None:
    """Ask a server to reload; None where it did, else what it said, without credentials."""
    import httpx

    from slowatch.source.connection import http_client

    try:
        with http_client(server) as client:
            answer = client.post(RELOAD)
    except (httpx.HTTPError, Misconfigured) as why:
        return f"{server.shown_url} was not reloaded: {why}"
    if answer.is_success:
        sys.stdout.write(f"{server.shown_url}: reloaded\n")
        sys.stdout.flush()
        return None
    words = " ".join(answer.text.split())[:_MOST_WORDS]
    if answer.status_code == _NOT_ENABLED:
        words += "; start Prometheus with --web.enable-lifecycle"
    return f"{server.shown_url} did not reload: HTTP {answer.status_code}: {words}"
