"""The Dockerfile, read: what it needs is let through, and what it sets is a setting."""

import re
from pathlib import Path

from slowatch.app.settings import PREFIX, Settings
from tests.deploy.files import DEPLOY, ROOT, VERSION

TEXT = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")


def test_all_that_is_copied_is_let_through() -> None:
    """And nothing that is let through is missing."""
    copied = {
        name
        for line in re.findall(r"^COPY (?!--from)(.*) \S+$", TEXT, re.MULTILINE)
        for name in line.split()
    }
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8")
    assert set(re.findall(r"^!(.*)$", ignored, re.MULTILINE)) == copied
    assert all((ROOT / name).exists() for name in copied)


def test_wheel_finds_all_that_it_is_built_from() -> None:
    """What pyproject.toml names is copied before it is built."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    named = {"README.md", "LICENSE", "rules", "src"}
    assert all(f'"{name}' in project for name in named)
    before = TEXT.partition("hatchling build")[0]
    assert all(re.search(rf"^COPY .*\b{re.escape(name)}\b", before, re.MULTILINE) for name in named)


def test_its_variables_are_settings() -> None:
    names = re.findall(rf"^ +{PREFIX}(\w+)=", TEXT, re.MULTILINE)
    assert names == ["LISTEN", "RULES", "STATE"]
    assert {name.lower() for name in names} <= set(Settings.model_fields)


def test_its_version_is_this_one() -> None:
    assert f"\nARG VERSION={VERSION}\n" in TEXT


def test_it_is_never_root_at_the_end() -> None:
    assert re.findall(r"^USER (.*)$", TEXT, re.MULTILINE) == ["10710:10710"]


def test_state_is_in_the_volume() -> None:
    state = re.search(r"STATE=(\S+)", TEXT)
    volume = re.search(r"^VOLUME (\S+)$", TEXT, re.MULTILINE)
    assert state is not None
    assert volume is not None
    assert Path(state[1]).parent == Path(volume[1])
