"""Spec files: which there are, and their text."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from slowatch.spec.mistake import Mistake

MAX_BYTES = 1024 * 1024
_NO_SUCH = "there is no such file or folder: check the path"
_SUFFIXES = frozenset({".yaml", ".yml"})


def shown_path(path: Path) -> str:
    """A path as text that can be encoded, whatever bytes its names have."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def find_files(path: Path) -> list[Path]:
    """The spec files at a path: itself, or those in a folder and its folders, sorted.

    Hidden files and folders are passed over; a mounted ConfigMap keeps its versions in them.
    Raises Mistake where there is nothing to read.
    """
    try:
        if not path.exists():
            raise Mistake("file-not-found", _NO_SUCH)
        if not path.is_dir():
            return [path]
        found = list(_walk(path, set()))
    except OSError as error:
        raise _unreadable(error) from error
    if not found:
        message = "there is no `.yaml` or `.yml` file in this folder: add one or name another"
        raise Mistake("no-spec-files", message)
    return found


def distinct(paths: Sequence[Path]) -> list[Path]:
    """Each file once, however many links and folders lead to it."""
    first: dict[str, Path] = {}
    for path in paths:
        first.setdefault(os.path.realpath(path), path)
    return list(first.values())


def read_bytes(path: Path) -> bytes:
    """A file's content; raises Mistake where it cannot be read or is too large."""
    try:
        if not path.exists():
            raise Mistake("file-not-found", _NO_SUCH)
        if not path.is_file():
            raise Mistake("unreadable-file", "this is not a file: name a file or a folder")
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _unreadable(error) from error


def decode(content: bytes | str) -> str:
    """Content as text; raises Mistake where it is no UTF-8 or too large."""
    try:
        encoded = content.encode() if isinstance(content, str) else content
        text = encoded.decode("utf-8-sig")
    except UnicodeError as error:
        message = "the file is not UTF-8 text: save it as UTF-8"
        raise Mistake("not-utf-8", message) from error
    if len(encoded) > MAX_BYTES:
        message = f"the file is larger than {MAX_BYTES // 1024:,} KiB: split it into several files"
        raise Mistake("too-large", message)
    return text


def _unreadable(error: OSError) -> Mistake:
    reason = error.strerror or type(error).__name__
    message = f"this cannot be read ({reason}): check its permissions"
    return Mistake("unreadable-file", message)


def _walk(folder: Path, seen: set[str]) -> Iterator[Path]:
    """The spec files below a folder, each folder once so that links cannot make it endless."""
    real = os.path.realpath(folder)
    if real in seen:
        return
    seen.add(real)
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _walk(entry, seen)
        elif entry.suffix in _SUFFIXES:
            yield entry
