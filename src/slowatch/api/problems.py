"""Errors as problem details (RFC 9457), whatever went wrong."""

from typing import TYPE_CHECKING

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import Scope

from slowatch.api.entries import ProblemAnswer
from slowatch.ledger.errors import LedgerError

if TYPE_CHECKING:
    from starlette.responses import Response

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
MOST_QUOTED = 200
"""Characters of a request that an error quotes at most."""
_TITLES = {
    400: "Bad request",
    401: "Who asks is not known",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Not all of it",
    411: "Length required",
    413: "Too much",
    414: "Too long",
    422: "Bad parameter",
    500: "Internal error",
    503: "Not available now",
}


class ApiError(Exception):
    """A request that cannot be answered: a status, and a sentence for the person who asked."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


def path_sent(scope: Scope) -> str:
    """The path of a request as it was sent, for the log: nothing unprintable is in it."""
    sent: bytes = scope["raw_path"]
    return sent.decode("ascii", "replace")[:MOST_QUOTED]


def quoted(text: str) -> str:
    """What a request said, as an error quotes it: not all of it where it is long."""
    return repr(text[:MOST_QUOTED])


def title(status: int) -> str:
    """What a status means, in a few words."""
    return _TITLES.get(status, "Error")


def problem(status: int, detail: str) -> JSONResponse:
    """An answer that says what is wrong."""
    answer = ProblemAnswer(title=title(status), status=status, detail=detail)
    return JSONResponse(answer.model_dump(), status_code=status, media_type=MEDIA_TYPE)


def answer_errors(app: FastAPI) -> None:
    """Let every error of the app be a problem document."""

    @app.exception_handler(ApiError)
    async def _ours(_request: Request, error: ApiError) -> "Response":
        return problem(error.status, error.detail)

    @app.exception_handler(LedgerError)
    async def _ledger(request: Request, error: LedgerError) -> "Response":
        log.error("request_failed", path=path_sent(request.scope), error=str(error))
        return problem(503, "the ledger cannot be read now; /readyz and the log say more")

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> "Response":
        detail = error.detail
        if error.status_code == 404 and detail == "Not Found":
            detail = f"there is nothing at {request.url.path[:MOST_QUOTED]}; see /docs"
        answer = problem(error.status_code, detail)
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(RequestValidationError)
    async def _parameter(_request: Request, error: RequestValidationError) -> "Response":
        # A place is such as ("query", "state", 0): the parameter's name is its second part.
        told = (f"{one['loc'][1]}: {one['msg']}" for one in error.errors())
        return problem(422, "; ".join(told))

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> "Response":
        log.error("request_failed", path=path_sent(request.scope), error=type(error).__name__)
        return problem(500, "slowatch failed to answer; its log says more")
