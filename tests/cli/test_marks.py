"""The marks of a run, read from lines of JSON."""

from pathlib import Path

import pytest

from slowatch.cli.failing import CannotRun
from slowatch.cli.marks import read_marks
from slowatch.verify.played import Mark


def test_marks_are_lines_of_json(tmp_path: Path) -> None:
    """Blank lines are none; a phase is `load` unless it is named."""
    path = tmp_path / "marks"
    path.write_text('{"at": 1.5, "phase": "ramp", "users": 3}\n\n{"at": 2}\n')
    assert list(read_marks(path)) == [Mark(1.5, "ramp", 3), Mark(2.0, "load", None)]


@pytest.mark.parametrize(
    "line",
    [
        "soon",
        "[]",
        "{}",
        '{"at": "1"}',
        '{"at": true}',
        '{"at": NaN}',
        '{"at": 1, "users": 1.5}',
        '{"at": 1, "users": true}',
        '{"at": 1, "phase": ""}',
        '{"at": 1, "phase": 7}',
        "[" * 100_000,
    ],
)
def test_a_line_that_is_no_mark_is_told_with_its_place(tmp_path: Path, line: str) -> None:
    path = tmp_path / "marks"
    path.write_text(f'{{"at": 1}}\n{line}\n')
    with pytest.raises(CannotRun) as raised:
        list(read_marks(path))
    assert f"{path}:2: no mark; write it like" in str(raised.value)


def test_marks_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    for name, told in (("none", "No such file"), ("bytes", "no UTF-8")):
        with pytest.raises(CannotRun) as raised:
            list(read_marks(tmp_path / name))
        assert told in str(raised.value)
