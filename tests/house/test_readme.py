"""What the README says can be done can be done, and what the pages link to is there."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from slowatch.spec.compiled import CompiledSlo
from slowatch.spec.reading import read_paths
from tests.house.readme import BIN, README, ROOT, blocks

PAGES = sorted(
    page for folder in (ROOT, ROOT / "docs", ROOT / "rules") for page in folder.glob("*.md")
)
PAGES += sorted((ROOT / "docs" / "decisions").glob("*.md"))
OFFLINE = ("slowatch --", "slowatch validate", "slowatch schema", "slowatch render", "make help")
"""How commands begin that need no network and end at once."""


def _commands() -> Iterator[str]:
    for block in blocks("sh"):
        # What a here-document holds is no command.
        plain = re.sub(r"<<'EOF'\n.*?^EOF$", "", block, flags=re.MULTILINE | re.DOTALL)
        yield from (line.split("  #")[0].strip() for line in plain.splitlines() if line.strip())


def _offline() -> list[str]:
    return [c for c in _commands() if c.startswith(OFFLINE) and "--prometheus" not in c]


@pytest.mark.parametrize("command", _offline())
def test_offline_command_succeeds(command: str, written: Path) -> None:
    environment = {"PATH": f"{BIN}:/usr/bin:/bin", "HOME": str(written)}
    done = subprocess.run(
        ["bash", "-ec", command], cwd=written, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_spec_that_the_reader_writes_has_no_problem(written: Path) -> None:
    reading = read_paths([written / "prometheus.yaml"])
    assert (reading.problems, _ids(reading.slos)) == (
        (),
        ["prometheus/http-success", "prometheus/http-fast"],
    )


def test_every_make_target_in_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z-]+)", README)) <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    local = [link.partition("#") for link in links if "://" not in link]
    missing = [path for path, _, _ in local if path and not (page.parent / path).exists()]
    lost = [
        f"{path}#{anchor}"
        for path, _, anchor in local
        if anchor and anchor not in _anchors(page.parent / path if path else page)
    ]
    assert missing + lost == []


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as forges make them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _ids(slos: tuple[CompiledSlo, ...]) -> list[str]:
    return [slo.id for slo in slos]
