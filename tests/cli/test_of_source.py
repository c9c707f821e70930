"""Rules and dashboards of one source's SLOs: each Prometheus loads its own."""

import subprocess
from pathlib import Path

import pytest

from tests.support.daemon import RUN, surroundings

SPEC = """
apiVersion: slowatch/v1
service: {service}
defaults: {{objective: 99%, source: {source}}}
slos:
  - {{name: calls, sli: {{ratio: {{bad: bad_total, total: calls_total}}}}}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two services, asked of two sources."""
    (tmp_path / "rules").mkdir()
    for service, source in (("here", "default"), ("there", "far")):
        text = SPEC.format(service=service, source=source)
        (tmp_path / "rules" / f"{service}.yaml").write_text(text)
    return tmp_path


def slowatch(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command in the folder."""
    return subprocess.run(
        [*RUN, *arguments], cwd=folder, env=surroundings(), capture_output=True, text=True
    )


@pytest.mark.parametrize(("of", "other"), [("far", "here"), ("default", "there")])
def test_rules_are_those_of_one_source(folder: Path, of: str, other: str) -> None:
    done = slowatch(folder, "render-rules", "rules", "--of", of)
    assert done.returncode == 0
    assert "service: " in done.stdout
    assert f"service: {other}" not in done.stdout


def test_dashboards_and_published_rules_too(folder: Path) -> None:
    assert slowatch(folder, "render-dashboards", "rules", "--of", "far").returncode == 0
    assert sorted(path.name for path in (folder / "dashboards").glob("service-*")) == [
        "service-there.json"
    ]
    (folder / "out").mkdir()
    assert slowatch(folder, "publish", "rules", "--rules-dir", "out", "--of", "far").returncode == 0
    published = [path for path in (folder / "out").iterdir() if path.suffix in (".yml", ".yaml")]
    assert published
    assert all("service: here" not in path.read_text() for path in published)


def test_a_source_without_slos_is_told(folder: Path) -> None:
    done = slowatch(folder, "render-rules", "rules", "--of", "fra")
    assert done.returncode == 2
    assert "no SLO is asked of it; there are SLOs of default, far" in done.stderr
