"""A mistake in one value, on its way to becoming a problem with a place."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from slowatch.spec.problem import ProblemCode

Location = tuple[str | int, ...]
"""Keys and indexes that lead from the root of a document to a value."""


class Mistake(ValueError):
    """What is wrong with one value and what to do about it.

    `offset` counts characters into the value's text; `at` leads from the value that was read to
    the part of it that is wrong.
    """

    def __init__(
        self, code: ProblemCode, message: str, *, offset: int | None = None, at: Location = ()
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.offset = offset
        self.at = at


@contextmanager
def placed(*keys: str | int) -> Iterator[None]:
    """Says of a mistake that it stands below these keys."""
    try:
        yield
    except Mistake as mistake:
        mistake.at = (*keys, *mistake.at)
        raise


@dataclass(frozen=True, slots=True)
class Finding:
    """A mistake and the location in its document; `at_key` points at the key, not at its value."""

    location: Location
    code: ProblemCode
    message: str
    offset: int | None = None
    at_key: bool = False


def similar(word: str, known: list[str]) -> str:
    """A hint such as `; did you mean `objective`?`; empty where nothing known is close."""
    from difflib import get_close_matches

    lowered = {name.lower(): name for name in known}
    close = get_close_matches(word[:100].lower(), lowered, n=1, cutoff=0.6)
    return f"; did you mean `{lowered[close[0]]}`?" if close else ""


def nearest(word: str, known: list[str]) -> str:
    """The same hint, or else what there is to choose from."""
    choices = ", ".join(f"`{name}`" for name in known)
    return similar(word, known) or (f"; choose from {choices}" if known else "")
