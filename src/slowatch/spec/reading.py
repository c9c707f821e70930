"""Reading specs: paths or text in, compiled SLOs, runs and problems out."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from slowatch.spec.compiled import CompiledSlo
from slowatch.spec.compiled_runs import CompiledRun
from slowatch.spec.files import decode, distinct, find_files, read_bytes, shown_path
from slowatch.spec.mistake import Mistake
from slowatch.spec.parsing import Compiled, Entry, Parsed, parse_file
from slowatch.spec.problem import Problem, ProblemCode


@dataclass(frozen=True, slots=True)
class Reading:
    """The SLOs and runs that are right, as they stand, and all that is wrong, sorted.

    `kept` are the paths whose last good version still counts, since what stands there now is wrong.
    """

    slos: tuple[CompiledSlo, ...]
    problems: tuple[Problem, ...]
    kept: tuple[str, ...] = ()
    runs: tuple[CompiledRun, ...] = ()


@dataclass(frozen=True, slots=True)
class _Kind:
    """What entries are called, and the code of two that have the same id."""

    word: str
    code: ProblemCode


_SLO, _RUN = _Kind("SLO", "duplicate-slo"), _Kind("run", "duplicate-run")


def read_paths(paths: Sequence[Path], sources: Collection[str] | None = None) -> Reading:
    """Read spec files, and the `.yaml` and `.yml` files of folders and the folders in them.

    An SLO or a run of a source that is none of `sources` is a problem; None takes any.

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
    """What a file holds without what asks a source that is none of these; None takes any name."""
    if sources is None:
        return parsed
    problems = list(parsed.problems)
    slos = [_known(entry, parsed.path, sources, problems) for entry in parsed.slos]
    runs = [_known(entry, parsed.path, sources, problems) for entry in parsed.runs]
    return Parsed(parsed.path, slos, runs, problems)


def _known(
    entry: Entry[Compiled], path: str, sources: Collection[str], problems: list[Problem]
) -> Entry[Compiled]:
    """An entry as it is, or where it asks an unknown source, as one that is wrong."""
    asked = _sources(entry.compiled) if entry.compiled is not None else ()
    unknown = next((source for source in asked if source not in sources), None)
    if unknown is None:
        return entry
    message = (
        f"`{entry.id}` names the source `{unknown}`, and the settings have "
        f"{', '.join(sorted(sources))}: add it to `sources`, or name one of these"
    )
    problems.append(Problem(path, entry.line, entry.column, "unknown-source", message))
    return replace(entry, compiled=None)


def _sources(compiled: CompiledSlo | CompiledRun) -> Iterator[str]:
    if isinstance(compiled, CompiledSlo):
        yield compiled.source
        return
    for check in (*compiled.checks, *compiled.requires):
        yield check.source


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
    """All files together; an SLO or a run whose id another one has is a problem.

    The first one counts, or of SLOs that of the file which `owners` names for the id.
    """
    parsed = list(files)
    for one in parsed:
        problems.extend(one.problems)
    slos = _distinct([(one.path, one.slos) for one in parsed], _SLO, problems, owners or {})
    runs = _distinct([(one.path, one.runs) for one in parsed], _RUN, problems, {})
    return Reading(tuple(slos), tuple(sorted(problems)), tuple(kept), tuple(runs))


def _distinct(
    files: Sequence[tuple[str, Sequence[Entry[Compiled]]]],
    kind: _Kind,
    problems: list[Problem],
    owners: Mapping[str, str],
) -> list[Compiled]:
    """What is right of the entries by file, each id once."""
    first = _first_entries(files, owners)
    found: list[Compiled] = []
    for path, entries in files:
        for entry in entries:
            counted_path, counts = first[entry.id]
            if entry is not counts:
                message = (
                    f"the {kind.word} `{entry.id}` stands at {counted_path}:{counts.line}:"
                    f"{counts.column} already: rename one"
                )
                problems.append(Problem(path, entry.line, entry.column, kind.code, message))
            elif entry.compiled is not None:
                found.append(entry.compiled)
    return found


def _first_entries(
    files: Sequence[tuple[str, Sequence[Entry[Compiled]]]], owners: Mapping[str, str]
) -> Mapping[str, tuple[str, Entry[Compiled]]]:
    """By id, the entry that counts and the file that it stands in."""
    first: dict[str, tuple[str, Entry[Compiled]]] = {}
    for path, entries in files:
        for entry in entries:
            known_path, _ = first.get(entry.id, (None, None))
            is_owner = owners.get(entry.id) == path
            if known_path is None or (is_owner and known_path != path):
                first[entry.id] = (path, entry)
    return first
