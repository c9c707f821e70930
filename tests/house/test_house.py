"""The house is in order: every room has a sign, and every change is written down."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from slowatch import __version__

ROOT = Path(__file__).parents[2]
PACKAGES = sorted((ROOT / "src" / "slowatch").rglob("__init__.py"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda p: p.parent.name)
def test_package_says_what_lives_there(package: Path) -> None:
    assert package.read_text(encoding="utf-8").startswith('"""')


def test_contributing_names_every_package() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    top = {p.parent.name for p in PACKAGES if p.parent.parent.name == "slowatch"}
    assert {name for name in top if f"| `{name}` |" not in text} == set()


def test_changelog_has_the_current_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert PROJECT["project"]["version"] == __version__
    assert re.search(rf"^## \[{re.escape(__version__)}\]", changelog, re.MULTILINE)


def test_make_help_lists_every_target() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^\.PHONY: (\S+)$", text, re.MULTILINE))
    told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {line.split()[0] for line in told.stdout.splitlines()} == targets


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"^\| \[(\d{4})\]\((\S+)\)", (folder / "README.md").read_text(), re.M)
    pages = sorted(page.name for page in folder.glob("*.md") if page.name != "README.md")
    assert [name for _, name in listed] == pages
    assert all(name.startswith(f"{number}-") for number, name in listed)


@pytest.mark.parametrize("name", sorted(path.name for path in ROOT.glob("*.lock")))
def test_lock_file_is_pinned_by_hash_and_names_no_index(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    pinned = re.findall(r"^[a-z0-9-]+(?:\[\w+\])?==", text, re.MULTILINE)
    assert len(pinned) == len(re.findall(r"^[^\s#].* \\\n    --hash=sha256:", text, re.MULTILINE))
    assert not re.search(r"://|index-url|find-links|trusted-host", text)
