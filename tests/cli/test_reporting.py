"""Reports of an earlier run, which are removed before another one is verified."""

import os
from pathlib import Path

import pytest

from slowatch.cli.failing import CannotRun
from slowatch.cli.reporting import Outputs


def test_only_files_are_removed(tmp_path: Path) -> None:
    """A link stays, and the file that it leads to goes; a pipe stays, and what is not there."""
    link, file, pipe = (tmp_path / name for name in ("link", "file", "pipe"))
    file.write_text("yesterday's")
    link.symlink_to(file)
    os.mkfifo(pipe)
    Outputs(junit=link, markdown=pipe, html=tmp_path / "none").remove_older()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["link", "pipe"]


def test_standard_output_stays_where_it_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "printed"
    with path.open("w") as file:
        Outputs(markdown=Path(f"/dev/fd/{file.fileno()}")).remove_older()
        Outputs(markdown=Path(f"/proc/self/fd/{file.fileno()}")).remove_older()
    assert path.exists()


def test_what_cannot_be_removed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a folder that may not be written."""
    path = tmp_path / "v.xml"
    path.write_text("yesterday's")

    def refuse(self: Path) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(CannotRun) as raised:
        Outputs(junit=path).remove_older()
    told = "the report of an earlier run cannot be removed: Permission denied"
    assert str(raised.value) == f"{path}: {told}"
