"""`/openapi.json`: what FastAPI finds out, and what it cannot know: errors, and who may ask."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from slowatch.api.access import OPEN, SAFE
from slowatch.api.credentials import ReadAccess
from slowatch.api.entries import KeptAnswer, ProblemAnswer
from slowatch.api.problems import MEDIA_TYPE, title

LABEL_FILTER = {
    "name": "label.NAME",
    "in": "query",
    "required": False,
    "description": "Only this value of the label NAME, of an SLO or of its group.",
    "schema": {"type": "string"},
}
SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "One of `tokens`."},
    "password": {
        "type": "http",
        "scheme": "basic",
        "description": "For browsers: any name, and one of `tokens` as the password. Reads only.",
    },
}
EVERYWHERE = (400, 411, 413, 414, 500)
"""Errors of every route."""
SHARED: Mapping[str, type[BaseModel]] = {
    "ProblemAnswer": ProblemAnswer,
    "KeptAnswer": KeptAnswer,
}
Operation = dict[str, Any]


def describe_openly(app: FastAPI, reads: ReadAccess) -> None:
    """Let the app describe itself as it answers."""
    from_code = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            _correct(from_code(), reads)
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]


def _correct(document: dict[str, Any], reads: ReadAccess) -> None:
    """Say what FastAPI cannot know, in place."""
    schemas = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas.update({name: shape.model_json_schema() for name, shape in SHARED.items()})
    document["components"]["securitySchemes"] = SCHEMES
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            is_read = method.upper() in SAFE
            _secure(operation, path, reads, is_read=is_read)
            _add_answers(operation, path, reads, is_read=is_read)
            if path.startswith(("/slo", "/alerts")):
                operation.setdefault("parameters", []).append(LABEL_FILTER)


def _secure(operation: Operation, path: str, reads: ReadAccess, *, is_read: bool) -> None:
    by_token: list[dict[str, list[str]]] = [{"token": []}]
    if is_read:
        by_token.append({"password": []})
        if reads == "open" or path in OPEN:
            by_token.append({})
    operation["security"] = by_token


def _add_answers(operation: Operation, path: str, reads: ReadAccess, *, is_read: bool) -> None:
    """Every status that a path answers with; 503 of a probe is its own."""
    answers = operation["responses"]
    has_checked = answers.pop("422", None) and any(
        parameter["schema"].get("type") == "integer" for parameter in operation["parameters"]
    )
    statuses = {
        401: not is_read or (reads == "token" and path not in OPEN),
        403: not is_read,
        404: "{" in path,
        422: has_checked,
        503: path not in OPEN,
    }
    for status in sorted({*EVERYWHERE, *(s for s, is_told in statuses.items() if is_told)}):
        answers[str(status)] = _told(status, "ProblemAnswer")
    if path.startswith("/slo") and "history" not in path:
        answers["304"] = {"description": "The client has it: it sent the ETag"}
    if not is_read:
        answers["409"] = _told(409, "KeptAnswer")
    operation["responses"] = dict(sorted(answers.items()))


def _told(status: int, shape: str) -> Mapping[str, Any]:
    schema = {"$ref": f"#/components/schemas/{shape}"}
    return {"description": title(status), "content": {MEDIA_TYPE: {"schema": schema}}}
