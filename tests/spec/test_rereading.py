"""Spec files that change: what is wrong replaces nothing that was right."""

import os
from pathlib import Path

import pytest

from slowatch.spec.reading import Reading
from slowatch.spec.rereading import SpecFiles
from tests.spec.documents import spec_text

BAD = "apiVersion: slowatch/v1\nservice: shop\nslos: [{name: a}]\n"


def write(path: Path, *names: str) -> Path:
    """A spec file with an SLO of each name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("---\n".join(spec_text(f"name: {name}") for name in names))
    return path


def names(reading: Reading) -> list[str]:
    """The names of the SLOs that count."""
    return [slo.name for slo in reading.slos]


@pytest.fixture
def files(tmp_path: Path) -> SpecFiles:
    """Two files, with `a` and `b`, that have been read."""
    write(tmp_path / "a.yaml", "a")
    write(tmp_path / "b.yaml", "b")
    files = SpecFiles([tmp_path])
    assert names(files.read()) == ["a", "b"]
    return files


def test_what_is_edited_counts(files: SpecFiles, tmp_path: Path) -> None:
    """One more SLO, one less."""
    write(tmp_path / "a.yaml", "c", "d")
    assert names(files.read()) == ["c", "d", "b"]


def test_a_file_that_turns_bad_counts_as_it_was(files: SpecFiles, tmp_path: Path) -> None:
    """And its mistake is told, each time, until it is mended."""
    (tmp_path / "a.yaml").write_text(BAD)
    write(tmp_path / "b.yaml", "c")
    for _ in range(2):
        reading = files.read()
        assert names(reading) == ["a", "c"]
        assert reading.kept == (str(tmp_path / "a.yaml"),)
        assert "missing-key" in {problem.code for problem in reading.problems}
    write(tmp_path / "a.yaml", "d")
    assert files.read() == SpecFiles([tmp_path]).read()


def test_a_file_that_was_never_good_counts_as_far_as_it_is(tmp_path: Path) -> None:
    """There is nothing older that would be better."""
    (tmp_path / "a.yaml").write_text(f"{spec_text('name: b')}---\n{BAD}")
    reading = SpecFiles([tmp_path]).read()
    assert (names(reading), reading.kept) == (["b"], ())
    assert reading.problems


def test_a_file_that_cannot_be_read_counts_as_it_was(files: SpecFiles, tmp_path: Path) -> None:
    """Here a folder takes its place."""
    (tmp_path / "a.yaml").unlink()
    (tmp_path / "a.yaml").symlink_to("nowhere")
    reading = files.read()
    assert names(reading) == ["a", "b"]
    assert [problem.code for problem in reading.problems] == ["file-not-found"]


def test_what_is_deleted_from_a_folder_is_over(files: SpecFiles, tmp_path: Path) -> None:
    """Nothing is wrong with that."""
    (tmp_path / "a.yaml").unlink()
    reading = files.read()
    assert (names(reading), reading.problems) == (["b"], ())


def test_a_file_that_is_renamed_stays(files: SpecFiles, tmp_path: Path) -> None:
    """Under its new name."""
    (tmp_path / "a.yaml").rename(tmp_path / "z.yaml")
    assert names(files.read()) == ["b", "a"]


def test_a_folder_that_is_gone_counts_as_it_was(tmp_path: Path) -> None:
    """It may be between two versions; another path is read on."""
    write(tmp_path / "one" / "a.yaml", "a")
    other = write(tmp_path / "b.yaml", "b")
    files = SpecFiles([tmp_path / "one", other])
    files.read()
    (tmp_path / "one").rename(tmp_path / "two")
    write(other, "c")
    for _ in range(2):
        reading = files.read()
        assert names(reading) == ["a", "c"]
        assert reading.kept == (str(tmp_path / "one" / "a.yaml"),)


def test_a_source_that_is_not_known_is_a_mistake_of_the_file(tmp_path: Path) -> None:
    """So its last good version counts."""
    path = write(tmp_path / "a.yaml", "a")
    files = SpecFiles([tmp_path], {"default", "thanos"})
    path.write_text(spec_text("name: a\nsource: thanos"))
    assert [slo.source for slo in files.read().slos] == ["thanos"]
    path.write_text(spec_text("name: a\nsource: thnaos"))
    reading = files.read()
    assert [slo.source for slo in reading.slos] == ["thanos"]
    (problem,) = reading.problems
    assert problem.code == "unknown-source"
    assert "default, thanos" in problem.message


def test_a_trace_tells_of_every_change(files: SpecFiles, tmp_path: Path) -> None:
    """Of none while nothing changes; of a file that is replaced by one of the same size and age."""
    path = tmp_path / "a.yaml"

    def edited() -> None:
        path.write_text(BAD)

    def replaced() -> None:
        before = path.stat()
        write(tmp_path / "new", "x")
        path_of_new = tmp_path / "new"
        path_of_new.write_text("y" * before.st_size)
        os.utime(path_of_new, ns=(before.st_atime_ns, before.st_mtime_ns))
        path_of_new.rename(path)

    def added() -> None:
        write(tmp_path / "c.yaml", "c")

    def deleted() -> None:
        path.unlink()

    for change in (edited, replaced, added, deleted):
        before = files.trace()
        assert files.trace() == before
        change()
        assert files.trace() != before, change.__name__


def test_a_config_map_that_is_swapped_is_a_change(tmp_path: Path) -> None:
    """Only the link `..data` moves."""
    write(tmp_path / "..1" / "a.yaml", "a")
    write(tmp_path / "..2" / "a.yaml", "b")
    (tmp_path / "..data").symlink_to("..1")
    (tmp_path / "a.yaml").symlink_to("..data/a.yaml")
    files = SpecFiles([tmp_path])
    assert names(files.read()) == ["a"]
    before = files.trace()
    (tmp_path / "..new").symlink_to("..2")
    (tmp_path / "..new").rename(tmp_path / "..data")
    assert files.trace() != before
    assert names(files.read()) == ["b"]


def test_an_slo_of_two_files_stays_the_one_it_was(tmp_path: Path) -> None:
    """What is added is told to be the mistake, whatever the files are called."""
    path = write(tmp_path / "shop.yaml", "a")
    files = SpecFiles([tmp_path])
    files.read()
    write(tmp_path / "new.yaml", "a", "b")
    reading = files.read()
    assert [(slo.name, Path(slo.path).name) for slo in reading.slos] == [
        ("b", "new.yaml"),
        ("a", "shop.yaml"),
    ]
    (problem,) = reading.problems
    assert (problem.code, Path(problem.path).name) == ("duplicate-slo", "new.yaml")
    path.write_text(BAD)
    assert Path(files.read().slos[-1].path).name == "shop.yaml"


def test_what_moves_to_another_folder_counts_there(tmp_path: Path) -> None:
    """The folder that it leaves empty is a mistake, and holds nothing back."""
    path = write(tmp_path / "one" / "a.yaml", "a")
    other = write(tmp_path / "two" / "b.yaml", "b")
    files = SpecFiles([tmp_path / "one", tmp_path / "two"])
    files.read()
    path.rename(tmp_path / "two" / "a.yaml")
    reading = files.read()
    assert names(reading) == ["a", "b"]
    assert {problem.code for problem in reading.problems} == {"no-spec-files"}
    write(tmp_path / "two" / "a.yaml", "c")
    assert names(files.read()) == ["c", "b"]
    assert other.exists()


def test_a_change_while_files_are_read_is_seen(files: SpecFiles, tmp_path: Path) -> None:
    """What was read is what the files were before."""
    write(tmp_path / "a.yaml", "c")
    assert files.read_trace != files.trace()
    files.read()
    assert files.read_trace == files.trace()


def test_a_name_that_is_no_text_is_told_as_text(tmp_path: Path) -> None:
    """So that it can be answered and shown."""
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/b\xff.yaml")).write_text("x")
    (problem,) = SpecFiles([tmp_path]).read().problems
    assert str(problem).encode().decode().startswith(f"{tmp_path}/b\\xff.yaml:1:1: ")


def test_runs_stay_and_move_as_slos_do(tmp_path: Path) -> None:
    """What is wrong replaces no run that is right, and none counts twice."""
    run = "runs: [{name: load, slos: all}]\n"
    path = write(tmp_path / "one" / "a.yaml", "a")
    path.write_text(path.read_text() + run)
    other = write(tmp_path / "two" / "b.yaml", "b")
    files = SpecFiles([tmp_path / "one", tmp_path / "two"])
    assert [run.id for run in files.read().runs] == ["shop/load"]
    path.write_text(path.read_text().replace("slos: all", "slos: none"))
    reading = files.read()
    assert (names(reading), [run.id for run in reading.runs]) == (["a", "b"], ["shop/load"])
    other.write_text(other.read_text() + run)
    path.unlink()
    reading = files.read()
    assert (names(reading), [Path(run.path).name for run in reading.runs]) == (
        ["a", "b"],
        ["b.yaml"],
    )
