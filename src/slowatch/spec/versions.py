"""What tells that a file is not the one that was read, without reading it."""

from pathlib import Path

Version = tuple[int, ...] | None
"""Which file it is, when it was written, how long it is and who may read it; None where none is."""


def version_of(path: Path) -> Version:
    """The version of a file; a symbolic link's is that of where it leads."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size, found.st_mode)
