"""Looking at dashboards as Grafana would: panels however deep, queries with variables filled in."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slowatch.dashboards.figures import Source
from slowatch.dashboards.rendering import documents
from slowatch.dashboards.subject import Addresses
from slowatch.spec.compiled import CompiledSlo
from slowatch.spec.reading import read_paths, read_text
from tests.packs.conftest import RULES

SOURCES: tuple[Source, ...] = ("prometheus", "slowatch")
KINDS = Path(__file__).parents[1] / "render" / "golden"
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """A query of a panel, as it stands there."""

    file: str
    panel: Mapping[str, Any]
    target: Mapping[str, Any]

    @property
    def where(self) -> str:
        """What a failure names."""
        return f"{self.file} / {self.panel['title']} / {self.target['refId']}: {self.expr}"

    @property
    def expr(self) -> str:
        """Its PromQL."""
        return str(self.target["expr"])


def pack_slos() -> Sequence[CompiledSlo]:
    """The SLOs of the five packs."""
    return read_paths([RULES]).slos


def slos_of(text: str) -> Sequence[CompiledSlo]:
    """The SLOs of a spec that has no problem."""
    reading = read_text(text, "spec.yaml")
    assert reading.problems == ()
    return reading.slos


def every_kind() -> Sequence[CompiledSlo]:
    """SLOs of every kind, budgeting and window, and the packs'."""
    return [*read_paths([KINDS / "kinds.yaml", KINDS / "shop.yaml"]).slos, *pack_slos()]


def rendered(
    slos: Sequence[CompiledSlo], source: Source, addresses: Addresses | None = None
) -> Mapping[str, Document]:
    """The dashboards of some SLOs."""
    return documents(slos, source, addresses or Addresses())


def panels(document: Document) -> Iterator[Mapping[str, Any]]:
    """All panels but for the heads of rows, also those that are folded away."""
    for panel in document["panels"]:
        if panel["type"] != "row":
            yield panel
        yield from panel.get("panels") or ()


def rows(document: Document) -> list[Mapping[str, Any]]:
    """The heads of rows."""
    return [panel for panel in document["panels"] if panel["type"] == "row"]


def asked(found: Mapping[str, Document]) -> Iterator[Asked]:
    """All queries of all panels."""
    for file, document in found.items():
        for panel in panels(document):
            for target in panel["targets"]:
                yield Asked(file, panel, target)


def filled(expr: str, chosen: Mapping[str, str], *, point: str = "1m", over: str = "4m") -> str:
    """A query with values for its variables; what is not chosen is all."""

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name in {"__interval", "__rate_interval"}:
            return point if name == "__interval" else over
        return found[0] if name.isdigit() else chosen.get(name, ".*")

    return re.sub(r"\$(\w+)", value, expr)
