"""The packs as plain YAML, and what the running systems expose."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from slowatch.demo.workload import Workload

RULES = Path(__file__).parents[2] / "rules"

Pack = Mapping[str, Any]
Exposed = Mapping[str, list[Sample]]


@pytest.fixture(scope="session")
def packs() -> list[Pack]:
    """All packs, in the order of their names."""
    return [yaml.safe_load(path.read_text()) for path in sorted(RULES.glob("*.yaml"))]


@pytest.fixture(scope="session")
def exposed(tmp_path_factory: pytest.TempPathFactory) -> Exposed:
    """The samples of each system, after a second of traffic."""
    with Workload(tmp_path_factory.mktemp("workload"), incidents=False) as workload:
        time.sleep(1)
        return {system: _scrape(target) for system, target in workload.targets.items()}


def _scrape(target: str) -> list[Sample]:
    text = httpx.get(f"http://{target}/metrics", trust_env=False).text
    families = text_string_to_metric_families(text)
    return [sample for family in families for sample in family.samples]
