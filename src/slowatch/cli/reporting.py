"""A verdict as it is asked for: printed for people or as JSON, and written to files."""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from slowatch.cli.failing import CannotRun
from slowatch.cli.writing import write_whole

if TYPE_CHECKING:
    from slowatch.verify.result import Judged


@dataclass(frozen=True, slots=True)
class Outputs:
    """What is written of a verdict, besides what is printed."""

    as_json: bool = False
    junit: Path | None = None
    markdown: Path | None = None
    html: Path | None = None

    def check_folders(self) -> None:
        """Check that reports have a place before anything is played. Raises CannotRun."""
        for path in self._paths:
            if not path.resolve().parent.is_dir():
                raise CannotRun(f"{path}: there is no folder {path.resolve().parent}")

    def remove_older(self) -> None:
        """Remove the reports of an earlier run, which nobody shall take for those of this one.

        Terminals and pipes stay. Raises CannotRun.
        """
        for path in self._paths:
            if path.is_file() and not _is_stream(path):
                try:
                    path.resolve().unlink()
                except OSError as error:
                    told = f"the report of an earlier run cannot be removed: {error.strerror}"
                    raise CannotRun(f"{path}: {told}") from error

    @property
    def _paths(self) -> list[Path]:
        return [path for path in (self.junit, self.markdown, self.html) if path is not None]


def report(judged: "Judged", outputs: Outputs) -> None:
    """Write the files first, for that one cannot be written is no verdict; then print."""
    for path, text in _files(judged, outputs):
        write_whole(text, path)
    if outputs.as_json:
        from slowatch.verify.document import document_of

        print_json(document_of(judged))
        return
    from slowatch.reports.text import print_judged

    print_judged(judged)


def print_json(document: Mapping[str, object]) -> None:
    """Print a document on standard output."""
    sys.stdout.write(json.dumps(document, indent=2, allow_nan=False) + "\n")


def _is_stream(path: Path) -> bool:
    """Whether it is one such as /dev/stdout, which may lead to a file."""
    return path.is_symlink() and path.absolute().parts[1] in ("dev", "proc")


def _files(judged: "Judged", outputs: Outputs) -> Iterator[tuple[Path, str]]:
    if outputs.junit is not None:
        from slowatch.reports.junit import junit

        yield outputs.junit, junit(judged)
    if outputs.markdown is not None:
        from slowatch.reports.markdown import markdown

        yield outputs.markdown, markdown(judged)
    if outputs.html is not None:
        from slowatch.reports.html import html

        yield outputs.html, html(judged)
