"""Reading specs: paths or text in, compiled SLOs and problems out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from slowatch.spec.compiled import CompiledSlo
from slowatch.spec.files import decode, distinct, find_files, read_bytes
from slowatch.spec.mistake import Mistake
from slowatch.spec.parsing import Parsed, parse_file
from slowatch.spec.problem import Problem


@dataclass(frozen=True, slots=True)
class Reading:
    """The SLOs that are right, in the order they stand, and all that is wrong, sorted."""

    slos: tuple[CompiledSlo, ...]
    problems: tuple[Problem, ...]


def read_paths(paths: Sequence[Path]) -> Reading:
    """Read spec files, and the `.yaml` and `.yml` files of folders and the folders in them.

    Never raises for what a file holds, or for one that is missing: that is a problem.
    """
    files: list[Path] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            files.extend(find_files(path))
        except Mistake as mistake:
            problems.append(_file_problem(mistake, str(path)))
    return _joined((_read_file(file) for file in distinct(files)), problems)


def read_text(text: bytes | str, path: str) -> Reading:
    """Read the text of one spec file; `path` is only what problems call it."""
    return _joined([_parse(text, path)], [])


def _read_file(path: Path) -> Parsed:
    try:
        return _parse(read_bytes(path), str(path))
    except Mistake as mistake:
        return Parsed(str(path), problems=[_file_problem(mistake, str(path))])


def _parse(content: bytes | str, path: str) -> Parsed:
    try:
        return parse_file(decode(content), path)
    except Mistake as mistake:
        return Parsed(path, problems=[_file_problem(mistake, path)])


def _file_problem(mistake: Mistake, path: str) -> Problem:
    return Problem(path, 1, 1, mistake.code, mistake.message)


def _joined(files: Iterable[Parsed], problems: list[Problem]) -> Reading:
    """All files together; an SLO whose id an earlier one has is a problem."""
    slos: list[CompiledSlo] = []
    first_places: dict[str, str] = {}
    for parsed in files:
        problems.extend(parsed.problems)
        for entry in parsed.entries:
            if entry.id in first_places:
                message = (
                    f"the SLO `{entry.id}` stands at {first_places[entry.id]} already: rename one"
                )
                place = (parsed.path, entry.line, entry.column)
                problems.append(Problem(*place, "duplicate-slo", message))
                continue
            first_places[entry.id] = f"{parsed.path}:{entry.line}:{entry.column}"
            if entry.slo is not None:
                slos.append(entry.slo)
    return Reading(tuple(slos), tuple(sorted(problems)))
