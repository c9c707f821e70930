"""What is served as it is: a fixed list, for ever under its hash, packed in the wheel."""

import re
from pathlib import Path

import pytest

from slowatch.page.assets import TYPES, asset_path
from tests.api.standing import Client

FOLDER = Path(__file__).parents[2] / "src" / "slowatch" / "page" / "static"


@pytest.mark.parametrize("name", TYPES)
def test_an_asset_is_kept_for_ever_under_its_hash(pages: Client, name: str) -> None:
    answer = pages.get(f"/{asset_path(name)}")
    assert answer.content == (FOLDER / name).read_bytes()
    assert "immutable" in answer.headers["cache-control"]
    assert pages.get(f"/static/{name}?v=old").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["nothing.js", "README.md", "..%2Fassets.py", "%2Fetc%2Fpasswd"])
def test_nothing_else_is_served(pages: Client, name: str) -> None:
    assert pages.get(f"/static/{name}").status_code == 404


def test_what_is_foreign_says_where_it_is_from_and_has_its_licence() -> None:
    readme = (FOLDER / "README.md").read_text()
    assert "v1.6.32" in (FOLDER / "uPlot.iife.min.js").read_text()[:200]
    assert "1.6.32" in readme
    assert "MIT" in (FOLDER / "uPlot.LICENSE").read_text()


def test_every_file_is_served_or_about_those_that_are() -> None:
    about = {"README.md", "uPlot.LICENSE"}
    assert {path.name for path in FOLDER.iterdir()} == {*TYPES, *about}


def test_dark_is_the_same_whether_it_is_chosen_or_the_systems() -> None:
    """A style has to say it twice, once for a media query: no colour may differ."""
    style = (FOLDER / "style.css").read_text()
    palettes = [
        re.findall(r"--[\w-]+: #\w+;", block)
        for block in re.findall(r"\{([^{}]*color-scheme: dark;[^{}]*)\}", style)
    ]
    assert len(palettes) == 2
    assert palettes[0] == palettes[1]
    assert len(palettes[0]) > 10
