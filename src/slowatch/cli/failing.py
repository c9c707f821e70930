"""Whatever goes wrong is said in one line on standard error, with an exit code; no traceback."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

COULD_NOT_RUN = 2
COULD_NOT_VERIFY = 3
INTERRUPTED = 130
DEBUG = "SLOWATCH_DEBUG"


class CannotRun(Exception):
    """A command cannot do its work; the message says why and what to do."""


def tell(sentence: str) -> None:
    """Say something besides what a command prints, on standard error."""
    sys.stderr.write(f"slowatch: {sentence}\n")
    sys.stderr.flush()


@contextmanager
def told_in_words(exit_code: int = COULD_NOT_RUN) -> Iterator[None]:
    """Turn every exception into words and an exit code; with SLOWATCH_DEBUG set, let it through."""
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        tell(in_words(error))
        sys.exit(exit_code)


@contextmanager
def left_at_once() -> Iterator[None]:
    """End the process on Ctrl-C without waiting for requests that are under way."""
    try:
        yield
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        sys.stderr.flush()
        os._exit(INTERRUPTED)


def in_words(error: Exception) -> str:
    """What went wrong, for people."""
    if _is_ours(error):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    kind = type(error).__name__
    return f"this should not have happened: {kind}: {error} ({DEBUG}=1 shows where)"


def _is_ours(error: Exception) -> bool:
    return type(error).__module__.startswith("slowatch.")
