"""The JSON Schema of the native format, for editors."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from slowatch.spec.documents import SpecDocument

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _WithoutNull(GenerateJsonSchema):
    """A key that is not needed is left out; it is never null."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        shown = super().default_schema(schema)
        if shown.get("default", ...) is None:
            del shown["default"]
        return shown


def json_schema() -> dict[str, Any]:
    """The native format as JSON Schema, draft 2020-12, of one YAML document."""
    schema = SpecDocument.model_json_schema(schema_generator=_WithoutNull, mode="validation")
    return {"$schema": _DIALECT, **schema, "title": "slowatch SLO spec"}
