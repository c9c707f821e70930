"""Just enough of JSON Schema to hold an answer against the OpenAPI document."""

from collections.abc import Iterator, Mapping
from typing import Any

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
    "array": (list,),
    "object": (dict,),
}


def mismatches(value: Any, schema: Any, document: Any, at: str = "$") -> Iterator[str]:  # noqa: ANN401
    """Where a value is not what the schema says; undeclared keys are mismatches too."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from mismatches(value, document["components"]["schemas"][name], document, at)
    elif "anyOf" in schema:
        if all(list(mismatches(value, one, document, at)) for one in schema["anyOf"]):
            yield f"{at}: {value!r} is none of its kinds"
    elif not isinstance(value, _TYPES[schema["type"]]):
        yield f"{at}: {value!r} is no {schema['type']}"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is not among {schema['enum']}"
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from mismatches(one, schema["items"], document, f"{at}[{index}]")
    elif isinstance(value, dict):
        yield from _members(value, schema, document, at)


def _members(value: Any, schema: Any, document: Any, at: str) -> Iterator[str]:  # noqa: ANN401
    for missing in set(schema.get("required", ())) - value.keys():
        yield f"{at}: no {missing}"
    for key, one in value.items():
        inner = schema.get("properties", {}).get(key) or schema.get("additionalProperties")
        if isinstance(inner, dict):
            yield from mismatches(one, inner, document, f"{at}.{key}")
        else:
            yield f"{at}: {key} is not declared"
