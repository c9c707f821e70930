"""What the README has its reader write down."""

import re
from pathlib import Path

import pytest

from tests.house.readme import ROOT, blocks


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A folder with what the README has its reader write down, and the packs."""
    for block in blocks("sh"):
        for name, text in re.findall(r"^cat > (\S+) <<'EOF'\n(.*?)^EOF$", block, re.M | re.S):
            (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "rules").symlink_to(ROOT / "rules")
    (tmp_path / "Makefile").symlink_to(ROOT / "Makefile")
    return tmp_path
