"""Who may read and who may write: one ASGI middleware before everything that answers."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from slowatch.api.credentials import Given, Holders, ReadAccess, Token, given
from slowatch.api.problems import path_sent, problem

log = structlog.get_logger(__name__)

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that change nothing (RFC 9110); all others are writes, whatever routes there are."""
OPEN = frozenset({"/healthz", "/readyz"})
"""What whoever starts and stops containers asks, which has no token."""
MAY_READ = "slowatch.may_read"
"""In the scope of an open path: whether who asks may read the rest, too."""
CHALLENGES = ('Bearer realm="slowatch"', 'Basic realm="slowatch", charset="UTF-8"')
"""Basic lets people open the pages in a browser: any name, and a token as the password."""
NO_WRITES = "slowatch takes no writes: the setting `tokens` names nobody with `may: write`"


@dataclass(frozen=True, slots=True)
class Access:
    """Tokens, and whether reading takes one, too; writing always does."""

    tokens: Sequence[Token] = ()
    reads: ReadAccess = "open"


class Guard:
    """ASGI middleware: lets a request pass, or answers 401 or 403."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._are_reads_open = access.reads == "open"
        self._takes_writes = any(token.may == "write" for token in access.tokens)
        self._holders = Holders(access.tokens)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Reading is looked at only where it takes a token."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["method"] not in SAFE:
            await self._write(scope, receive, send)
        elif self._are_reads_open:
            await self._app(scope, receive, send)
        else:
            await self._read(scope, receive, send)

    async def _read(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked_with = given(scope["headers"])
        may_read = asked_with is not None and self._holders.find(asked_with) is not None
        if scope["path"] in OPEN:
            scope[MAY_READ] = may_read
        elif not may_read:
            await _challenge(asked_with, CHALLENGES)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _write(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Browsers send a password along with what another site has them write: Basic is not taken.

        What was tried is logged, whatever came of it.
        """
        asked_with = given(scope["headers"])
        is_bearer = asked_with is not None and asked_with.scheme == "bearer"
        token = self._holders.find(asked_with) if asked_with and is_bearer else None
        answer = self._app
        if not self._takes_writes:
            answer = problem(403, NO_WRITES)
        elif token is None:
            answer = _challenge(asked_with, CHALLENGES[:1])
        elif token.may != "write":
            answer = problem(403, f"the token {token.name} may only read")
        status = 500

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await answer(scope, receive, send_on)
        finally:
            is_refused = answer is not self._app
            log.info("write", **_told(scope, token, status, is_refused=is_refused))


def may_read(scope: Scope) -> bool:
    """Whether who asks for an open path may read the rest, too."""
    return bool(scope.get(MAY_READ, True))


def _challenge(asked_with: Given | None, challenges: Sequence[str]) -> ASGIApp:
    wrong = "this token is not known" if asked_with else "this takes a token"
    answer = problem(401, f"{wrong}: send one as `Authorization: Bearer …`")
    for challenge in challenges:
        answer.headers.append("WWW-Authenticate", challenge)
    return answer


def _told(
    scope: Scope, token: Token | None, status: int, *, is_refused: bool
) -> dict[str, str | int | None]:
    """The fields of the log's line."""
    client = scope.get("client")
    return {
        "token": token.name if token else None,
        "method": scope["method"],
        "path": path_sent(scope),
        "client": client[0] if client else None,
        "status": status,
        "outcome": "refused" if is_refused else "done" if status < 400 else "failed",
    }
