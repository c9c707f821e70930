"""Whom alerts are sent to, and one request to it: taken, or not taken and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self

import httpx

from slowatch.source.connection import Connection, http_client
from slowatch.source.errors import Misconfigured

MOST_TOLD = 200
"""Characters of an answer that are told at most."""


class NotTaken(Exception):
    """A target did not take what it was sent; the message says why, without any secret."""


@dataclass(frozen=True, slots=True)
class Target:
    """An Alertmanager or a webhook.

    `name` is what it is called in logs, metrics and messages. The address of a webhook is told
    nowhere: it may be all that its owner keeps secret.
    """

    name: str
    kind: Literal["alertmanager", "webhook"]
    connection: Connection


class Line:
    """A line to a target, kept open between requests."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._client = _client(target)

    def post(self, path: str, body: str, headers: Mapping[str, str] | None = None) -> str:
        """Send JSON; how it was taken. An empty path is the target's own. Raises NotTaken."""
        kind = {"Content-Type": "application/json"}
        try:
            response = self._client.post(
                path or self.target.connection.url,
                content=body.encode(),
                headers={**kind, **(headers or {})},
            )
        except Misconfigured as error:
            raise NotTaken(str(error)) from error
        except httpx.TimeoutException as error:
            raise NotTaken("no answer came in time") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NotTaken(self._safe(str(error)) or type(error).__name__) from error
        told = f"HTTP {response.status_code} {response.reason_phrase}".strip()
        if response.is_success:
            return told
        said = self._safe(" ".join(response.text.split()))
        raise NotTaken(f"{told}: {said}" if said else told)

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.close()

    def _safe(self, text: str) -> str:
        """What somebody else said, cut short, without the secrets that it may repeat."""
        connection = self.target.connection
        hidden = [connection.password, connection.bearer_token]
        if self.target.kind == "webhook":
            path = httpx.URL(connection.url).raw_path.decode()
            hidden += [connection.url, path if len(path) > 1 else None]
        for one in filter(None, hidden):
            text = text.replace(one, "…")
        return text[:MOST_TOLD]


def _client(target: Target) -> httpx.Client:
    try:
        return http_client(target.connection)
    except Misconfigured as error:
        raise NotTaken(f"{target.name}: {error}") from error
