"""Whom alerts are sent to, and one request to it: taken, or not taken and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self

import httpx

from slowatch.source.connection import Connection, http_client
from slowatch.source.errors import Misconfigured

MOST_TOLD = 200
"""Characters of an answer that are told at most."""
MOST_READ = 64 * 1024
"""Bytes of an answer that are read at most."""
_MOST_DIGITS = 9


class NotTaken(Exception):
    """A target did not take what it was sent; the message says why, without any secret.

    `retry_after_s` is how long the target asks to be left alone, in seconds; None where it does
    not say.
    """

    def __init__(self, why: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(why)
        self.retry_after_s = retry_after_s


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
        # A few bytes that are packed may become very many.
        fixed = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        try:
            with self._client.stream(
                "POST",
                path or self.target.connection.url,
                content=body.encode(),
                headers={**fixed, **(headers or {})},
            ) as response:
                answer = _beginning(response)
        except Misconfigured as error:
            raise NotTaken(str(error)) from error
        except httpx.TimeoutException as error:
            raise NotTaken("no answer came in time") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NotTaken(self._safe(str(error)) or type(error).__name__) from error
        told = f"HTTP {response.status_code} {response.reason_phrase}".strip()
        if response.is_success:
            return told
        said = self._safe(" ".join(answer.split()))
        raise NotTaken(
            f"{told}: {said}" if said else told, retry_after_s=_retry_after_s(response.headers)
        )

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
        # It is shown on terminals: what steers one is left out.
        return "".join(one for one in text if one.isprintable())[:MOST_TOLD]


def _beginning(response: httpx.Response) -> str:
    """What is read of an answer; a connection that brings more than that is given up."""
    read = b""
    for part in response.iter_raw(MOST_READ):
        read += part
        if len(read) >= MOST_READ:
            break
    return read[:MOST_READ].decode(errors="replace")


def _retry_after_s(headers: httpx.Headers) -> int | None:
    """How long to wait, where that is said in seconds (RFC 9110); a date is not heeded."""
    text = headers.get("Retry-After", "").strip()
    return int(text[:_MOST_DIGITS]) if text.isascii() and text.isdigit() else None


def _client(target: Target) -> httpx.Client:
    try:
        return http_client(target.connection)
    except Misconfigured as error:
        raise NotTaken(f"{target.name}: {error}") from error
