"""Rendered rules are what they were, byte by byte, and do what they should."""

import shutil
from pathlib import Path

import pytest

from tests.render.golden import FOLDER, rendered
from tests.render.promtool import check_rules, prove

FILES = dict(rendered())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_file_is_what_is_rendered(path: Path) -> None:
    """`make golden` writes them."""
    assert path.read_text(encoding="utf-8") == FILES[path]


def test_rendering_again_gives_the_same_bytes() -> None:
    assert dict(rendered()) == FILES


@pytest.mark.parametrize("name", ["shop", pytest.param("kinds", marks=pytest.mark.slow)])
def test_rules_pass_their_unit_tests(name: str) -> None:
    """All kinds of SLI, through all scenarios."""
    assert check_rules(FOLDER / f"{name}.rules.yml") == ""
    assert prove(FOLDER / f"{name}.tests.yml") == ""


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('outcome="bad"} >= 3', 'outcome="bad"} >= 1'),
        ('look_back="5m"} > 0.01344', 'look_back="5m"} > 0.5'),
        pytest.param("[900s] offset 75s", "[900s] offset 60s", marks=pytest.mark.slow),
        pytest.param("keep_firing_for: 5m", "keep_firing_for: 1h", marks=pytest.mark.slow),
        pytest.param('code=~"5.."}[60s]', 'code=~"4.."}[60s]', marks=pytest.mark.slow),
        ('error_budget_remaining:ratio{service="shop", slo', 'nothing{service="shop", slo'),
        pytest.param("for: 14m", "for: 25m", marks=pytest.mark.slow),
        ("group_job", "job"),
    ],
)
def test_rule_that_is_wrong_fails_the_unit_tests(tmp_path: Path, right: str, wrong: str) -> None:
    """The tests would notice."""
    text = FILES[FOLDER / "shop.rules.yml"]
    rules = tmp_path / "shop.rules.yml"
    shutil.copy(FOLDER / "shop.tests.yml", tmp_path)
    assert right in text
    rules.write_text(text.replace(right, wrong), encoding="utf-8")
    assert "FAILED" in prove(tmp_path / "shop.tests.yml")
