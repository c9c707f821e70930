"""The JSON Schema, and the reference that is written by hand next to it."""

import re
from pathlib import Path
from typing import Any

import pytest

from slowatch.spec.reading import read_text
from slowatch.spec.schema import json_schema
from tests.spec.documents import spec_text

_PAGE = (Path(__file__).parents[2] / "docs" / "spec.md").read_text()
_PARTS = re.split(r"^##+ (.*)$", _PAGE, flags=re.MULTILINE)
SECTIONS = dict(zip(_PARTS[1::2], _PARTS[2::2], strict=True))
TITLES = {
    "SpecDocument": "The document",
    "DefaultsDocument": "Defaults",
    "SloDocument": "An SLO",
    "CalendarDocument": "A calendar window",
    "AlertDocument": "An alert",
    "PolicyDocument": "A policy",
    "BurnDocument": "Burns of a severity",
    "BurnPairDocument": "A pair of look-backs",
    "LowTrafficDocument": "Low traffic",
    "BudgetExhaustedDocument": "An exhausted budget",
    "BudgetLowDocument": "A low budget",
    "BudgetEndingDocument": "A budget that ends",
    "SliAbsentDocument": "An absent SLI",
    "SliDocument": "The kinds of SLI",
    "RatioDocument": "`ratio`",
    "LatencyDocument": "`latency`",
    "QuantileDocument": "`quantile`",
    "RateDocument": "`rate`",
    "ValueDocument": "`value`",
    "UpDocument": "`up`",
    "PromqlDocument": "`promql`",
    "RunDocument": "A run",
    "PhaseDocument": "A phase of the load",
    "BaselineDocument": "A baseline",
    "CheckDocument": "A check",
    "RequirementDocument": "A requirement",
    "RunQuantileDocument": "`quantile` of a run",
    "MeanDocument": "`mean`",
    "RunRateDocument": "`rate` of a run",
    "EventsDocument": "`events`",
    "RunValueDocument": "`value` of a run",
}
SCHEMA = json_schema()
MAPPINGS: dict[str, dict[str, Any]] = {"SpecDocument": SCHEMA, **SCHEMA["$defs"]}


def test_every_mapping_of_the_schema_has_a_section() -> None:
    """No mapping is undocumented."""
    assert set(TITLES) == set(MAPPINGS)


@pytest.mark.parametrize("mapping", sorted(TITLES))
def test_section_lists_exactly_the_keys_of_its_mapping(mapping: str) -> None:
    """No key is undocumented, and none is made up."""
    listed = re.findall(r"^\| `(\w+)` \|", SECTIONS[TITLES[mapping]], re.MULTILINE)
    assert sorted(listed) == sorted(MAPPINGS[mapping]["properties"])


@pytest.mark.parametrize("mapping", sorted(TITLES))
def test_every_key_is_described_and_no_other_is_allowed(mapping: str) -> None:
    """An editor shows the description and marks what is misspelt."""
    properties = MAPPINGS[mapping]["properties"]
    assert [key for key, shown in properties.items() if not shown.get("description")] == []
    assert MAPPINGS[mapping]["additionalProperties"] is False


@pytest.mark.parametrize("mapping", sorted(TITLES))
def test_default_of_the_schema_stands_in_its_section(mapping: str) -> None:
    """The reference and the models agree."""
    for key, shown in MAPPINGS[mapping]["properties"].items():
        if isinstance(shown.get("default"), bool) or shown.get("default"):
            default = (
                str(shown["default"]).lower() if shown["default"] is False else shown["default"]
            )
            assert f"| `{key}` | `{default}` |" in SECTIONS[TITLES[mapping]]


@pytest.mark.parametrize("example", re.findall(r"^```yaml\n(.*?)^```$", _PAGE, re.M | re.S))
def test_example_in_the_reference_has_no_problem(example: str) -> None:
    """Every example can be copied."""
    assert read_text(spec_text(example), "spec.yaml").problems == ()


def test_schema_never_offers_null() -> None:
    """A key that is not needed is left out."""
    assert '"null"' not in str(SCHEMA).replace("'", '"')
    assert "None" not in str(SCHEMA)


def test_schema_names_its_dialect() -> None:
    """Editors choose their validator by it."""
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
