"""`/docs`, `/openapi.json` and docs/api.md name every route; `/docs` needs no internet."""

import re
from html.parser import HTMLParser
from pathlib import Path

from tests.api.standing import Client, Standing

API_PAGE = Path(__file__).parents[2] / "docs" / "api.md"
ERRORS = {"400", "401", "403", "404", "409", "411", "413", "414", "422", "500"}
UNLISTED = {("/docs", "GET"), ("/openapi.json", "GET")}


class Links(HTMLParser):
    """What a page links to or loads, and the tags it leaves open."""

    VOID = ("meta", "link", "br", "img")
    OPTIONAL = ("tr", "td", "th", "p", "html")

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        self.ids |= {value or "" for name, value in attrs if name == "id"}
        if tag not in self.VOID + self.OPTIONAL:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Note its end."""
        if tag not in self.OPTIONAL:
            assert self.open.pop() == tag


def routes(standing: Standing) -> set[tuple[str, str]]:
    """Every path that is routed, and the method."""
    paths = standing.app().openapi()["paths"]
    return {(path, method.upper()) for path, own in paths.items() for method in own} | UNLISTED


def test_the_openapi_document_has_every_route_and_no_error_shape_of_fastapis(
    client: Client,
) -> None:
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.")
    assert set(document["paths"]) == {
        "/slo",
        "/slo/{service}/{name}",
        "/slo/{service}/{name}/history",
        "/alerts",
        "/-/reload",
        "/healthz",
        "/readyz",
        "/metrics",
    }
    assert "HTTPValidationError" not in document["components"]["schemas"]
    for methods in document["paths"].values():
        for operation in methods.values():
            answers = operation["responses"].items()
            for content in [a["content"] for status, a in answers if status in ERRORS]:
                assert list(content) == ["application/problem+json"]


def test_every_reference_of_the_document_leads_somewhere(client: Client) -> None:
    text = client.get("/openapi.json").text
    named = set(re.findall(r"#/components/schemas/(\w+)", text))
    assert named <= client.get("/openapi.json").json()["components"]["schemas"].keys()


def test_docs_loads_nothing_and_its_links_lead_somewhere(client: Client) -> None:
    answer = client.get("/docs")
    page = Links()
    page.feed(answer.text)
    assert page.open == []
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    for link in set(page.links):
        if link.startswith("#"):
            assert link[1:] in page.ids
        else:
            assert client.get(f"/{link}").status_code in (200, 503)


def test_docs_names_every_route_and_parameter(client: Client) -> None:
    text = client.get("/docs").text
    document = client.get("/openapi.json").json()
    for path, methods in document["paths"].items():
        assert path in text
        for operation in methods.values():
            for parameter in operation.get("parameters", ()):
                assert f"<code>{parameter['name']}</code>" in text


def test_api_page_names_every_route_and_key(standing: Standing) -> None:
    text = API_PAGE.read_text()
    for path, method in routes(standing):
        assert f"`{method} {path}`" in text
    for name, schema in standing.app().openapi()["components"]["schemas"].items():
        for key in schema["properties"]:
            assert f'"{key}"' in text or f"`{key}`" in text, f"{name}.{key}"
