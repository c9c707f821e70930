"""Writes the golden rule files anew: `python -m tests.render.golden`, or `make golden`."""

from collections.abc import Iterator
from pathlib import Path

from slowatch.render.formats import rules_text
from slowatch.render.groups import Manner, rule_groups
from slowatch.render.over_daemon import daemon_groups
from slowatch.render.unit_tests import tests_text
from slowatch.spec.reading import read_paths

FOLDER = Path(__file__).parent / "golden"
MANNER = Manner(external_url="https://slo.example")


def rendered() -> Iterator[tuple[Path, str]]:
    """The golden files, and what they should hold."""
    for spec in sorted(FOLDER.glob("*.yaml")):
        slos = read_paths([spec]).slos
        groups = rule_groups(slos, MANNER)
        yield spec.with_suffix(".rules.yml"), rules_text(groups, "prometheus")
        yield spec.with_suffix(".tests.yml"), tests_text(slos, f"{spec.stem}.rules.yml", MANNER)
    slos = read_paths([FOLDER / "shop.yaml"]).slos
    groups = rule_groups(slos, MANNER)
    yield FOLDER / "shop.operator.yml", rules_text(groups, "operator")
    yield FOLDER / "shop.daemon.yml", rules_text(daemon_groups(slos, MANNER), "prometheus")


if __name__ == "__main__":
    for path, text in rendered():
        path.write_text(text, encoding="utf-8")
