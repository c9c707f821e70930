"""What a request may be at most: its address, its parameters, its body; and how many at once."""

from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from slowatch.api.access import OPEN
from slowatch.api.problems import problem

MOST_TARGET = 8192
"""Bytes of a path and its query."""
MOST_PARAMETERS = 100
MOST_BODY = 65_536
"""Bytes of a body; there is no route that reads one."""
RETRY_AFTER_S = 5


class Limits:
    """ASGI middleware; `is_full` says whether there are as many connections as there may be."""

    def __init__(self, app: ASGIApp, is_full: Callable[[], bool]) -> None:
        self._app = app
        self._is_full = is_full

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or say what is too much of it."""
        answer = self._app
        if scope["type"] == "http":
            answer = self._refusal(scope) or answer
        await answer(scope, receive, send)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        query = scope["query_string"]
        if len(query) + len(scope["raw_path"]) > MOST_TARGET:
            return problem(414, f"an address may have {MOST_TARGET} bytes")
        if query.count(b"&") >= MOST_PARAMETERS:
            return problem(400, f"a request may have {MOST_PARAMETERS} parameters")
        if self._is_full() and scope["path"] not in OPEN:
            answer = problem(503, "slowatch has as many connections as it may; try again")
            answer.headers.update({"Retry-After": str(RETRY_AFTER_S), "Connection": "close"})
            return answer
        return _refused_body(scope)


def _refused_body(scope: Scope) -> ASGIApp | None:
    for name, value in scope["headers"]:
        if name == b"transfer-encoding":
            return problem(411, "a body needs a Content-Length; nothing here takes one")
        if name == b"content-length" and int(value) > MOST_BODY:
            return problem(413, f"a body may have {MOST_BODY} bytes; nothing here takes one")
    return None
