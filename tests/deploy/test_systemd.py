"""The unit: what systemd says of it without running it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from slowatch.app.settings import PREFIX, Settings
from tests.deploy.files import DEPLOY

UNIT = DEPLOY / "systemd" / "slowatch.service"
INSTALLED = "/opt/slowatch/bin/slowatch"
EXPOSED = 15
"""Tenths of the exposure that is let pass, of a hundred for a unit that is not hardened at all."""


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit for a slowatch that is there: systemd looks whether the program is."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not here to look at the unit")
    path = tmp_path / UNIT.name
    here = str(Path(sys.executable).with_name("slowatch"))
    path.write_text(UNIT.read_text(encoding="utf-8").replace(INSTALLED, here))
    return path


def _analyzed(*arguments: str | Path) -> tuple[int, str]:
    done = subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_unit_is_valid(unit: Path) -> None:
    """Nothing is unknown to systemd, and nothing missing."""
    assert _analyzed("verify", "--man=no", unit) == (0, "")


def test_unit_is_hardened(unit: Path) -> None:
    code, told = _analyzed("security", "--offline=true", f"--threshold={EXPOSED}", unit)
    assert code == 0, told


def test_example_of_settings_names_only_settings() -> None:
    """Also in the lines that are commented out."""
    text = (DEPLOY / "systemd" / "slowatch.env").read_text(encoding="utf-8")
    names = re.findall(rf"^#?{PREFIX}(\w+)=", text, re.MULTILINE)
    assert len(names) == 7
    assert {name.lower() for name in names} <= set(Settings.model_fields)
