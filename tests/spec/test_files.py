"""Which files are read."""

import subprocess
import sys
from pathlib import Path

import pytest

from slowatch.spec.reading import read_paths
from tests.spec.documents import spec_text


def write(path: Path, name: str) -> Path:
    """A spec file with one SLO."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(spec_text(f"name: {name}"))
    return path


def names(*paths: Path) -> list[str]:
    """The names of the SLOs that are read without a problem."""
    reading = read_paths(paths)
    assert reading.problems == ()
    return [slo.name for slo in reading.slos]


def test_folders_are_searched_in_order(tmp_path: Path) -> None:
    """The two suffixes, at any depth."""
    for place in ("b/x.yml", "a.yaml", "c.yaml", "b/c/y.yaml"):
        write(tmp_path / place, Path(place).stem)
    (tmp_path / "notes.txt").write_text("not: [a spec")
    assert names(tmp_path) == ["a", "y", "x", "c"]


def test_file_of_any_name_is_read_when_it_is_given(tmp_path: Path) -> None:
    """Its author knows."""
    assert names(write(tmp_path / "spec.txt", "a")) == ["a"]


def test_file_that_is_given_twice_is_read_once(tmp_path: Path) -> None:
    """By itself and by its folder."""
    path = write(tmp_path / "z.yaml", "z")
    write(tmp_path / "a.yaml", "a")
    assert names(path, tmp_path, path) == ["z", "a"]


def test_mounted_config_map_is_read_once(tmp_path: Path) -> None:
    """Kubernetes links each file through `..data` to a hidden folder."""
    write(tmp_path / "..2026_01_01" / "a.yaml", "a")
    (tmp_path / "..data").symlink_to("..2026_01_01")
    (tmp_path / "a.yaml").symlink_to("..data/a.yaml")
    assert names(tmp_path) == ["a"]


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    """Each folder is entered once."""
    write(tmp_path / "a.yaml", "a")
    (tmp_path / "again").symlink_to(tmp_path)
    assert names(tmp_path) == ["a"]


def test_link_to_nowhere_is_a_problem(tmp_path: Path) -> None:
    """The other files are read."""
    write(tmp_path / "a.yaml", "a")
    (tmp_path / "b.yaml").symlink_to("gone.yaml")
    (tmp_path / "c.yaml").symlink_to("c.yaml")
    reading = read_paths([tmp_path])
    assert [slo.name for slo in reading.slos] == ["a"]
    assert {problem.code for problem in reading.problems} <= {"file-not-found", "unreadable-file"}
    assert [Path(problem.path).name for problem in reading.problems] == ["b.yaml", "c.yaml"]


def test_same_slo_in_two_files_is_a_problem_of_the_second(tmp_path: Path) -> None:
    """The message says where the first one stands."""
    first, second = write(tmp_path / "a.yaml", "x"), write(tmp_path / "b.yaml", "x")
    (problem,) = read_paths([tmp_path]).problems
    assert (problem.code, problem.path) == ("duplicate-slo", str(second))
    assert f"{first}:4:11" in problem.message


def test_file_that_may_not_be_read_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the system's reason."""
    path = write(tmp_path / "a.yaml", "a")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    (problem,) = read_paths([path]).problems
    assert problem.code == "unreadable-file"
    assert "Permission denied" in problem.message


def test_reading_right_files_loads_nothing_that_only_mistakes_need(tmp_path: Path) -> None:
    """A daemon and a command line start with this."""
    write(tmp_path / "a.yaml", "a")
    code = (
        "import sys; from pathlib import Path; from slowatch.spec.reading import read_paths\n"
        f"assert len(read_paths([Path({str(tmp_path)!r})]).slos) == 1\n"
        "late = {'difflib', 'pygments', 'slowatch.spec.promql_errors', 'slowatch.spec.schema'}\n"
        "assert not late & set(sys.modules), late & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
