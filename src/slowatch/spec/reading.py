"""Reading specs: paths or text in, compiled SLOs and problems out."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from slowatch.spec.compiled import CompiledSlo
from slowatch.spec.files import decode, distinct, find_files, read_bytes, shown_path
from slowatch.spec.mistake import Mistake
from slowatch.spec.parsing import Entry, Parsed, parse_file
from slowatch.spec.problem import Problem


@dataclass(frozen=True, slots=True)
class Reading:
    """The SLOs that are right, in the order they stand, and all that is wrong, sorted.

    `kept` are the paths whose last good version still counts, since what stands there now is wrong.
    """

    slos: tuple[CompiledSlo, ...]
    problems: tuple[Problem, ...]
    kept: tuple[str, ...] = ()


def read_paths(paths: Sequence[Path], sources: Collection[str] | None = None) -> Reading:
    """Read spec files, and the `.yaml` and `.yml` files of folders and the folders in them.

    An SLO of a source that is none of `sources` is a problem; None takes any.

    Never raises for what a file holds, or for one that is missing: that is a problem.
    """
    files: list[Path] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            files.extend(find_files(path))
        except Mistake as mistake:
            problems.append(file_problem(mistake, shown_path(path)))
    return joined((read_file(file, sources) for file in distinct(files)), problems)


def read_text(text: bytes | str, path: str, sources: Collection[str] | None = None) -> Reading:
    """Read the text of one spec file; `path` is only what problems call it."""
    return joined([_from_known(_parse(text, path), sources)], [])


def read_file(path: Path, sources: Collection[str] | None = None) -> Parsed:
    """Read one spec file; that it cannot be read is a problem of it, and an unknown source too."""
    try:
        return _from_known(_parse(read_bytes(path), shown_path(path)), sources)
    except Mistake as mistake:
        return Parsed(shown_path(path), problems=[file_problem(mistake, shown_path(path))])


def _parse(content: bytes | str, path: str) -> Parsed:
    try:
        return parse_file(decode(content), path)
    except Mistake as mistake:
        return Parsed(path, problems=[file_problem(mistake, path)])


def _from_known(parsed: Parsed, sources: Collection[str] | None) -> Parsed:
    """What a file holds without SLOs whose source is none of these; None takes any name."""
    if sources is None:
        return parsed
    entries: list[Entry] = []
    problems = list(parsed.problems)
    for entry in parsed.entries:
        if entry.slo is None or entry.slo.source in sources:
            entries.append(entry)
            continue
        message = (
            f"`{entry.id}` names the source `{entry.slo.source}`, and the settings have "
            f"{', '.join(sorted(sources))}: add it to `sources`, or name one of these"
        )
        problems.append(Problem(parsed.path, entry.line, entry.column, "unknown-source", message))
        entries.append(replace(entry, slo=None))
    return Parsed(parsed.path, entries, problems)


def file_problem(mistake: Mistake, path: str) -> Problem:
    """What is wrong with a file or folder as a whole."""
    return Problem(path, 1, 1, mistake.code, mistake.message)


def joined(
    files: Iterable[Parsed],
    problems: list[Problem],
    kept: Sequence[str] = (),
    *,
    owners: Mapping[str, str] | None = None,
) -> Reading:
    """All files together; an SLO whose id another one has is a problem.

    The first one counts, or that of the file which `owners` names for the id.
    """
    parsed = list(files)
    first = _first_entries(parsed, owners or {})
    slos: list[CompiledSlo] = []
    for one in parsed:
        problems.extend(one.problems)
        for entry in one.entries:
            path, counts = first[entry.id]
            if entry is not counts:
                message = (
                    f"the SLO `{entry.id}` stands at {path}:{counts.line}:{counts.column} already: "
                    "rename one"
                )
                place = (one.path, entry.line, entry.column)
                problems.append(Problem(*place, "duplicate-slo", message))
            elif entry.slo is not None:
                slos.append(entry.slo)
    return Reading(tuple(slos), tuple(sorted(problems)), tuple(kept))


def _first_entries(
    files: Sequence[Parsed], owners: Mapping[str, str]
) -> Mapping[str, tuple[str, Entry]]:
    """By id, the entry that counts and the file that it stands in."""
    first: dict[str, tuple[str, Entry]] = {}
    for one in files:
        for entry in one.entries:
            path, _ = first.get(entry.id, (None, None))
            is_owner = owners.get(entry.id) == one.path
            if path is None or (is_owner and path != one.path):
                first[entry.id] = (one.path, entry)
    return first
