"""What is deployed with, as it stands in the checkout."""

import tomllib
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
VERSION: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def loaded(path: Path) -> Any:  # noqa: ANN401  it is what the file says
    """A YAML file that holds one document."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))
