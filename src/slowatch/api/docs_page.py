"""`/docs`: the OpenAPI document as one page that needs nothing from anywhere else.

FastAPI's own page loads its scripts from the internet, which a daemon beside Prometheus need not
have.
"""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem}
h2{margin:2.5rem 0 .5rem;font-size:1.1rem;border-top:1px solid #8884;padding-top:1.2rem}
code,pre{font:14px/1.45 ui-monospace,monospace}
pre{overflow-x:auto;padding:.8rem;background:#8881;border-radius:6px}
table{border-collapse:collapse;width:100%}
td,th{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #8882}
.method{color:#0a7d4b;margin-right:.6rem}
"""
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""The content security policy: the page has a style and nothing else."""


def docs_page(document: Mapping[str, Any]) -> str:
    """The page of an OpenAPI document."""
    info = document["info"]
    title = escape(f"{info['title']} {info['version']}")
    parts = [part for one in _operations(document) for part in _operation(*one)]
    schemas = [
        part
        for name, schema in document["components"]["schemas"].items()
        for part in _schema(name, schema)
    ]
    return "".join(
        [
            '<!doctype html><html lang="en"><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width">',
            f"<title>{title}</title><style>{STYLE}</style><h1>{title}</h1>",
            *(f"<p>{_prose(part)}</p>" for part in info["description"].split("\n\n")),
            '<p>The same for programs: <a href="openapi.json">openapi.json</a></p>',
            *parts,
            "<h2>Shapes</h2>",
            *schemas,
            "</html>",
        ]
    )


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> Iterator[str]:
    shown = escape(path)
    is_link = method == "GET" and "{" not in path
    where = f'<a href="{shown[1:]}">{shown}</a>' if is_link else shown
    yield f'<h2><code><span class="method">{method}</span>{where}</code></h2>'
    yield f"<p><b>{escape(operation['summary'])}</b></p>"
    if operation.get("description"):
        yield f"<p>{_prose(operation['description'])}</p>"
    if operation.get("parameters"):
        yield "<table><tr><th>parameter<th>is<th>means</tr>"
        for one in operation["parameters"]:
            means = "In the path." if one["in"] == "path" else _prose(one.get("description", ""))
            yield f"<tr><td><code>{escape(one['name'])}</code>"
            yield f"<td>{_type(one['schema'])}<td>{means}</tr>"
        yield "</table>"
    yield f"<p>Answers {_answers(operation['responses'])}.</p>"
    if path in EXAMPLES:
        yield f"<pre>{escape(EXAMPLES[path])}</pre>"


def _answers(responses: Mapping[str, Any]) -> str:
    told = []
    for status, response in responses.items():
        status_told = "else" if status == "default" else status
        for media_type, content in response.get("content", {}).items():
            shape = _type(content.get("schema", {}))
            told.append(f"{status_told}: {shape} <code>{escape(media_type)}</code>")
    return ", ".join(told)


def _schema(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f'<h3 id="{escape(name)}">{escape(name)}</h3>'
    if schema.get("description"):
        yield f"<p>{_prose(schema['description'])}</p>"
    yield "<table>"
    for key, value in schema.get("properties", {}).items():
        means = _prose(value.get("description", ""))
        yield f"<tr><td><code>{escape(key)}</code><td>{_type(value)}<td>{means}</tr>"
    yield "</table>"


def _type(schema: Mapping[str, Any]) -> str:
    """A schema's type in a few words, with links to the shapes."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return ", ".join(f"<code>{escape(json.dumps(value))}</code>" for value in values)
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"map to {_type(schema['additionalProperties'])}"
    return escape(str(schema.get("type", "anything")))


def _prose(text: str) -> str:
    """Text with `code` in it."""
    parts = escape(text).split("`")
    return "".join(f"<code>{p}</code>" if i % 2 else p for i, p in enumerate(parts))


EXAMPLES: Mapping[str, str] = {
    "/slo": """$ curl 'http://localhost:9710/slo?service=lark-service&state=page&state=exhausted'
{"as_of": "2026-11-21T07:00:00Z", "stale_s": 21.4, "slos": [
  {"id": "lark-service/api-success", "service": "lark-service", "name": "api-success",
   "nfr": "P002b", "labels": {"team": "integrations"}, "group": {"app_id": "cli_a"},
   "objective": 0.999,
   "window": {"kind": "rolling", "length_s": 2592000,
              "start": "2026-10-22T07:00:00Z", "end": "2026-11-21T07:00:00Z"},
   "good": 99850.0, "bad": 150.0, "total": 100000.0, "compliance_ratio": 0.9985,
   "error_budget": {"allowed_bad": 100.0, "spent_bad": 150.0,
                    "remaining_ratio": -0.5, "exhausts_in_s": 0.0},
   "burn_rates": {"5m": 0.0, "30m": 0.2, "1h": 0.4, "2h": 0.5, "6h": 0.5, "1d": 0.5, "3d": 0.5},
   "coverage_ratio": 1.0, "state": "exhausted", "reason": null,
   "alerts": [{"alert": "ErrorBudgetExhausted", "severity": "ticket", "state": "firing",
               "since": "2026-11-21T06:52:00Z"}]}]}""",
    "/slo/{service}/{name}": """$ curl http://localhost:9710/slo/lark-service/api-success""",
    "/slo/{service}/{name}/history": """\
$ curl 'http://localhost:9710/slo/lark-service/api-success/history?from=2026-11-20T07:00:00Z&step=1h'
{"id": "lark-service/api-success", "start": "2026-11-20T07:00:00Z", "end": "2026-11-21T07:00:00Z",
 "step_s": 3600, "series": [
  {"group": {"app_id": "cli_a"}, "points": [
    {"start": "2026-11-20T07:00:00Z", "length_s": 3600, "good": 138.0, "bad": 0.0, "total": 138.0,
     "compliance_ratio": 1.0, "measured_slots": 60}]}]}""",
    "/alerts": """$ curl 'http://localhost:9710/alerts?severity=page&state=firing'""",
    "/readyz": """$ curl http://localhost:9710/readyz
{"ready": false, "reasons": ["http://localhost:9090 cannot be reached: Connection refused"],
 "warnings": []}""",
}
