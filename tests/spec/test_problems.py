"""Every code of `docs/problems.md` is real, and its example provokes it."""

import re
from pathlib import Path
from typing import get_args

import pytest

from slowatch.spec.linting import lint
from slowatch.spec.problem import ProblemCode
from slowatch.spec.reading import Reading, read_paths, read_text
from tests.spec.documents import spec_text

_PAGE = Path(__file__).parents[2] / "docs" / "problems.md"
_SECTIONS = re.split(r"^### `([a-z0-9-]+)`$", _PAGE.read_text(), flags=re.MULTILINE)[1:]
SECTIONS = dict(zip(_SECTIONS[::2], _SECTIONS[1::2], strict=True))
EXAMPLES = {
    code: re.findall(r"^```yaml\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    for code, section in SECTIONS.items()
}
WITH_EXAMPLE = sorted(code for code, blocks in EXAMPLES.items() if blocks)


def codes(reading: Reading) -> set[str]:
    """The codes of a reading's problems, and of what is warned of."""
    warnings = lint(reading.slos, slot_s=60, scrape_s=15)
    return {problem.code for problem in (*reading.problems, *warnings)}


def test_every_code_is_documented_once_and_nothing_else_is() -> None:
    """The page and the source name the same codes."""
    assert _SECTIONS[::2] == list(dict.fromkeys(_SECTIONS[::2]))
    assert set(SECTIONS) == set(get_args(ProblemCode))


@pytest.mark.parametrize("code", WITH_EXAMPLE)
def test_example_in_the_docs_has_just_this_problem(code: str) -> None:
    """An example shows one problem and no other."""
    reading = read_text(spec_text(EXAMPLES[code][0]), "spec.yaml", {"default"})
    assert codes(reading) == {code}


@pytest.mark.parametrize("code", WITH_EXAMPLE)
def test_remedy_in_the_docs_has_no_problem(code: str) -> None:
    """What a section says to write instead is right."""
    reading = read_text(spec_text(EXAMPLES[code][1]), "spec.yaml", {"default"})
    assert codes(reading) == set()
    assert reading.slos


def _file_cases() -> dict[str, bytes]:
    many = "\n".join(f"unknown_{number}: x" for number in range(600))
    long = "a" + "+a" * 300
    return {
        "not-utf-8": b"service: \xff",
        "too-large": b"#" * (1024 * 1024 + 1),
        "too-deep": b"[" * 60 + b"]" * 60,
        "too-many-problems": spec_text(many).encode(),
        "empty-file": b"# nothing but a comment\n",
        "promql-too-long": spec_text(f"sli: {{ratio: {{bad: {long}, total: b}}}}").encode(),
    }


@pytest.mark.parametrize("code", sorted(_file_cases()))
def test_file_without_an_example_in_the_docs_has_its_problem(code: str) -> None:
    """Some problems are of whole files, too large or too odd for a page."""
    assert code in codes(read_text(_file_cases()[code], "spec.yaml"))


def test_missing_file_is_a_problem(tmp_path: Path) -> None:
    """It is no exception."""
    assert codes(read_paths([tmp_path / "none.yaml"])) == {"file-not-found"}


def test_folder_without_specs_is_a_problem(tmp_path: Path) -> None:
    """A folder that was given by mistake must not pass for a folder of right specs."""
    (tmp_path / "readme.txt").write_text("no spec")
    assert codes(read_paths([tmp_path])) == {"no-spec-files"}


def test_device_is_not_read() -> None:
    """Reading a device or a pipe may never end."""
    assert codes(read_paths([Path("/dev/null")])) == {"unreadable-file"}


def test_every_code_is_provoked_by_a_test() -> None:
    """No code is dead."""
    elsewhere = {"file-not-found", "no-spec-files", "unreadable-file"}
    assert set(WITH_EXAMPLE) | set(_file_cases()) | elsewhere == set(get_args(ProblemCode))
