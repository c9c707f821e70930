"""`/openapi.json`: what FastAPI finds out, and errors as they are: problem documents."""

from typing import Any

from fastapi import FastAPI

from slowatch.api.entries import ProblemAnswer
from slowatch.api.problems import MEDIA_TYPE

PROBLEM = "ProblemAnswer"
LABEL_FILTER = {
    "name": "label.NAME",
    "in": "query",
    "required": False,
    "description": "Only this value of the label NAME, of an SLO or of its group.",
    "schema": {"type": "string"},
}


def describe_openly(app: FastAPI) -> None:
    """Let the app describe itself as it answers."""
    from_code = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            _correct(from_code())
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]


def _correct(document: dict[str, Any]) -> None:
    """Say what FastAPI cannot know, in place."""
    schemas = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas[PROBLEM] = ProblemAnswer.model_json_schema()
    reference = {"$ref": f"#/components/schemas/{PROBLEM}"}
    told = {"description": "What is wrong", "content": {MEDIA_TYPE: {"schema": reference}}}
    for path, methods in document["paths"].items():
        for operation in methods.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = told
            if path.startswith(("/slo", "/alerts")):
                operation.setdefault("parameters", []).append(LABEL_FILTER)
