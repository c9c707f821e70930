"""One exchange with Prometheus: a form goes out, checked and decoded data comes back."""

import json
import threading
import time
from collections.abc import Mapping
from typing import Any

import httpx
import stamina
import structlog

from slowatch.source import decoding
from slowatch.source.answer import Effort
from slowatch.source.connection import Connection, http_client
from slowatch.source.errors import Misconfigured, Refused, TooSlow, Unavailable

log = structlog.get_logger(__name__)

ATTEMPTS = 3
CLOCKS_WITHIN_S = 5.0
"""How far a moment may lie in the server's future: its `Date` is in whole seconds."""
_KEPT_WARNINGS = 20


class Exchange:
    """Sends queries to one Prometheus, and counts what that costs; threads may share it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._client = http_client(connection)
        self._lock = threading.Lock()
        self.effort = Effort()

    def close(self) -> None:
        """End all connections."""
        self._client.close()

    def ended(self) -> Unavailable:
        """What is raised once it is closed."""
        return Unavailable(f"{self._connection.shown_url} is asked nothing more: slowatch ends")

    def add_refusal(self) -> None:
        """Count an expression that stands refused."""
        with self._lock:
            self.effort.refusals += 1

    def query(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        """The data of a query, or of a range query where the form has a step.

        Raises Unavailable or Misconfigured where nothing can be asked, Refused or TooSlow where
        this cannot.
        """
        path = "/api/v1/query_range" if "step" in form else "/api/v1/query"
        timeout = f"{self._connection.timeout_s:g}s"
        body = {**form, "timeout": timeout, "stats": "all"}
        for attempt in stamina.retry_context(
            on=self._may_heal, attempts=ATTEMPTS, wait_initial=0.2, wait_max=2.0, timeout=None
        ):
            with attempt:
                return self._post(path, body)
        raise AssertionError("stamina either returns or raises")

    def runtime_information(self) -> Mapping[str, Any]:
        """What the server says of itself, its retention among it; Prometheus only."""
        try:
            response = self._client.get("/api/v1/status/runtimeinfo")
            data = response.json()["data"]
        except (httpx.RequestError, ValueError, KeyError, TypeError, RuntimeError) as error:
            # A RuntimeError: nested too deeply, or the client was closed.
            raise Unavailable(f"{self._connection.shown_url} does not tell") from error
        return data if isinstance(data, dict) else {}

    def _may_heal(self, error: Exception) -> bool:
        return isinstance(error, Unavailable) and not self._client.is_closed

    def _post(self, path: str, form: Mapping[str, str]) -> Mapping[str, Any]:
        started = time.perf_counter()
        try:
            status, content = self._send(path, form)
        except Unavailable:
            self._count(started, failed=True)
            raise
        except httpx.ReadTimeout as error:
            self._count(started, failed=True)
            raise TooSlow("the query takes too long: no answer came in time") from error
        except httpx.TransportError as error:
            self._count(started, failed=True)
            raise Unavailable(
                f"{self._connection.shown_url} cannot be reached: {error or type(error).__name__}"
            ) from error
        except httpx.DecodingError as error:
            self._count(started, failed=True)
            raise Misconfigured(
                f"{self._connection.shown_url} answers with what cannot be decoded: {error}"
            ) from error
        except RuntimeError as error:
            if not self._client.is_closed:
                raise
            raise self.ended() from error
        data = self._decoded(status, content, started)
        self._count(started, read=decoding.samples_read(data))
        return data

    def _send(self, path: str, form: Mapping[str, str]) -> tuple[int, bytes]:
        limit = self._connection.response_bytes
        with self._client.stream("POST", path, data=form) as response:
            parts: list[bytes] = []
            size = 0
            for part in response.iter_bytes():
                size += len(part)
                if size > limit:
                    raise Refused(f"the answer is larger than {limit} bytes; ask for fewer series")
                parts.append(part)
        self._check_clocks(form, response.headers.get("Date"))
        return response.status_code, b"".join(parts)

    def _check_clocks(self, form: Mapping[str, str], date: str | None) -> None:
        """Raise Unavailable where a moment was asked for that the server has not seen yet.

        Its answer would be recorded as what happened then, and never asked for again.
        """
        server_s = decoding.date_s(date)
        ahead_s = 0.0 if server_s is None else float(form.get("end") or form["time"]) - server_s
        if ahead_s > CLOCKS_WITHIN_S:
            raise Unavailable(
                f"the clocks of slowatch and Prometheus disagree by {ahead_s:.0f} s or more: "
                f"what is asked for lies that far in the future of {self._connection.shown_url}"
            )

    def _decoded(self, status: int, content: bytes, started: float) -> Mapping[str, Any]:
        url = self._connection.shown_url
        try:
            body = json.loads(content)
        except (ValueError, RecursionError):
            body = None
        if status != 200:
            self._count(started, failed=True)
            raise decoding.failure(status, body, url)
        if body is None:
            self._count(started, failed=True)
            raise Misconfigured(f"{url} does not answer with JSON; is it a Prometheus?")
        data = decoding.query_data(body, url)
        self._warn(decoding.remarks(body))
        return data

    def _count(self, started: float, *, read: int = 0, failed: bool = False) -> None:
        with self._lock:
            self.effort.queries += 1
            self.effort.failures += failed
            self.effort.samples_read += read
            self.effort.seconds += time.perf_counter() - started

    def _warn(self, warnings: list[str]) -> None:
        for warning in warnings:
            log.warning("prometheus_warns", warning=warning)
        with self._lock:
            self.effort.warnings = [*self.effort.warnings, *warnings][-_KEPT_WARNINGS:]
