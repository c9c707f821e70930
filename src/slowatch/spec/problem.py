"""What is wrong with a file: a value with a place, a stable code, and what to do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a spec file.

    `line` and `column` count from 1 and point at the offending text; `code` is stable and listed in
    `docs/problems.md`; `message` says what is wrong and what to do about it.
    """

    path: str
    line: int
    column: int
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.message} [{self.code}]"
