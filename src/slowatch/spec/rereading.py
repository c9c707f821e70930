"""Spec files that are read again and again: what is wrong replaces nothing that is right."""

import threading
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from slowatch.spec.files import distinct, find_files, shown_path
from slowatch.spec.mistake import Mistake
from slowatch.spec.parsing import Parsed
from slowatch.spec.problem import Problem
from slowatch.spec.reading import Reading, file_problem, joined, read_file
from slowatch.spec.versions import Version, version_of

Trace = tuple[tuple[str, Version], ...]
"""What tells whether files have changed without reading them."""


@dataclass(frozen=True, slots=True)
class _Version:
    """What counts of a file: its own content, or an older one while that is wrong.

    `is_gone` where the file is not there: it is below a path that leads nowhere now.
    """

    root: Path
    parsed: Parsed
    is_kept: bool = False
    is_gone: bool = False


class SpecFiles:
    """The spec files at some paths. One that turns bad keeps counting as it was when it was good.

    A file of a folder may go, and its SLOs with it. A path that was named and leads nowhere is a
    mistake or a moment between two versions: what was there goes on counting. An SLO that two files
    have stays the one of the file that it was of before.
    """

    def __init__(self, paths: Sequence[Path], sources: Collection[str] | None = None) -> None:
        self._paths, self._sources = paths, sources
        self._turn = threading.Lock()
        self._good: dict[str, _Version] = {}
        self._owners: dict[str, str] = {}
        self.read_trace: Trace = ()

    def read(self) -> Reading:
        """Read all of them. Never raises for what a file holds, or for one that is missing."""
        with self._turn:
            # What changes while they are read is seen as a change.
            self.read_trace = self.trace()
            problems: list[Problem] = []
            versions = _without_moved(list(self._versions(problems)))
            self._good = {v.parsed.path: v for v in versions if v.is_kept or v.parsed.is_good}
            for version in versions:
                problems.extend(version.parsed.problems)
            parsed = [replace(version.parsed, problems=[]) for version in versions]
            kept = [version.parsed.path for version in versions if version.is_kept]
            reading = joined(parsed, problems, kept, owners=self._owners)
            self._owners = {slo.id: slo.path for slo in reading.slos}
            return reading

    def trace(self) -> Trace:
        """Which files there are, and the version of each."""
        return tuple(_traces(self._paths))

    def _versions(self, problems: list[Problem]) -> Iterator[_Version]:
        found: dict[Path, Path] = {}
        for root in self._paths:
            try:
                found |= {file: root for file in find_files(root) if file not in found}
            except Mistake as mistake:
                problems.append(file_problem(mistake, shown_path(root)))
                yield from self._kept_below(root)
        for file in distinct(list(found)):
            yield self._version(read_file(file, self._sources), found[file])

    def _version(self, parsed: Parsed, root: Path) -> _Version:
        """What is read now, or what was good before, with the problems of now."""
        good = self._good.get(parsed.path)
        if parsed.is_good or good is None:
            return _Version(root, parsed)
        return _Version(root, replace(good.parsed, problems=parsed.problems), is_kept=True)

    def _kept_below(self, root: Path) -> Iterator[_Version]:
        for good in self._good.values():
            if good.root == root:
                parsed = replace(good.parsed, problems=[])
                yield replace(good, parsed=parsed, is_kept=True, is_gone=True)


def _without_moved(versions: Sequence[_Version]) -> list[_Version]:
    """All versions; those of files that are gone without what another file has by now."""
    there = [one.parsed for one in versions if not one.is_gone]
    slos = {entry.id for parsed in there for entry in parsed.slos}
    runs = {entry.id for parsed in there for entry in parsed.runs}
    left = []
    for one in versions:
        own_slos = [entry for entry in one.parsed.slos if entry.id not in slos]
        own_runs = [entry for entry in one.parsed.runs if entry.id not in runs]
        if not one.is_gone:
            left.append(one)
        elif own_slos or own_runs:
            left.append(replace(one, parsed=replace(one.parsed, slos=own_slos, runs=own_runs)))
    return left


class Changes:
    """Whether files are others than those that were taken, and rest.

    What has changed is due once it looks the same twice: an editor may not be done with it. Where
    nothing was `taken` yet, the first look is enough.
    """

    def __init__(self, files: SpecFiles, taken: Trace | None = None) -> None:
        self._files = files
        self._taken = self.seen = taken

    @property
    def is_pending(self) -> bool:
        """Whether something that was seen is still to be taken."""
        return self.seen != self._taken

    def are_due(self) -> bool:
        """Look at the files; whether they are to be taken now."""
        before, self.seen = self.seen, self._files.trace()
        return self.is_pending and before in (None, self.seen)

    def take(self, trace: Trace | None) -> None:
        """Note which files were taken."""
        self._taken = self.seen = trace


def _traces(paths: Sequence[Path]) -> Iterator[tuple[str, Version]]:
    for path in paths:
        try:
            files = find_files(path)
        except Mistake as mistake:
            yield (f"{path}: {mistake.code}", None)
            continue
        yield from ((str(file), version_of(file)) for file in files)
