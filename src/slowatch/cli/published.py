"""A folder that is published into: what changed is replaced, what was ours and is gone goes."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from slowatch.cli.writing import write_whole

MANIFEST = ".slowatch-published"
"""Names what was published; neither `*.yml` nor `*.json`, so that nobody else reads it."""
_KINDS = frozenset({".yml", ".json"})


@dataclass(frozen=True, slots=True)
class Published:
    """What became of the files of a folder, by their names."""

    folder: Path
    written: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]

    @property
    def is_changed(self) -> bool:
        """Whether anything is other than it was."""
        return bool(self.written or self.removed)

    def __str__(self) -> str:
        """The numbers, for people."""
        return (
            f"{self.folder}: {len(self.written)} files written, {len(self.removed)} removed, "
            f"{len(self.unchanged)} as they were"
        )


def publish_into(folder: Path, files: Mapping[str, str]) -> Published:
    """Bring a folder in step with texts by file name; raises CannotRun or OSError.

    Each file is whole at any moment, and touched only where its bytes change. What a manifest says
    was published before and is no longer wanted is removed; files of others are left alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ours = _noted(folder)
    changed = tuple(name for name, text in files.items() if _differs(folder / name, text))
    # Noted before they are there: should this end halfway, the next run knows them for ours.
    _note(folder, ours | set(files))
    for name in changed:
        write_whole(files[name], folder / name)
    gone = tuple(sorted(name for name in ours - set(files) if _remove(folder / name)))
    _note(folder, files)
    unchanged = tuple(name for name in files if name not in changed)
    return Published(folder, changed, gone, unchanged)


def _differs(file: Path, text: str) -> bool:
    try:
        return file.read_bytes() != text.encode()
    except FileNotFoundError:
        return True


def _remove(file: Path) -> bool:
    try:
        file.unlink()
    except FileNotFoundError:
        return False
    return True


def _noted(folder: Path) -> set[str]:
    """The names of the manifest; none where it is missing or says something else."""
    try:
        document = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return set()
    names = document.get("files") if isinstance(document, dict) else None
    # Only files of the kinds that are published: whatever stands there, nothing else is ours.
    return {name for name in names if _is_ours(name)} if isinstance(names, list) else set()


def _is_ours(name: object) -> bool:
    return isinstance(name, str) and name == Path(name).name and Path(name).suffix in _KINDS


def _note(folder: Path, names: Collection[str]) -> None:
    text = json.dumps({"files": sorted(names)}, indent=1) + "\n"
    if _differs(folder / MANIFEST, text):
        write_whole(text, folder / MANIFEST)
