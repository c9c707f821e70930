"""Files that are whole at any moment."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from slowatch.cli.failing import CannotRun

_OPEN_TO_ALL = 0o666


def write_whole(text: str, output: Path | None) -> None:
    """Write to standard output, or replace a file as a whole. Raises CannotRun."""
    if output is None:
        sys.stdout.write(text)
        return
    if output.exists() and not output.is_file():
        # A pipe or a terminal, which may have a name that leads nowhere.
        output.write_text(text, encoding="utf-8")
        return
    target = output.resolve()
    if not target.parent.is_dir():
        raise CannotRun(f"-o {output}: there is no folder {target.parent}")
    with NamedTemporaryFile(
        "w", encoding="utf-8", dir=target.parent, prefix=f".{target.name}.", delete=False
    ) as beside:
        try:
            beside.write(text)
            beside.flush()
            os.fchmod(beside.fileno(), _mode(target))
            os.fsync(beside.fileno())
            Path(beside.name).replace(target)
        except BaseException:
            with suppress(OSError):
                Path(beside.name).unlink()
            raise


def _mode(target: Path) -> int:
    """The permissions that a file has, or would be given."""
    with suppress(FileNotFoundError):
        return target.stat().st_mode & 0o7777
    mask = os.umask(0)
    os.umask(mask)
    return _OPEN_TO_ALL & ~mask
