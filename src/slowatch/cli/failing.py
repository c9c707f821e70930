"""Whatever goes wrong is said in one line on standard error, with an exit code; no traceback."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

COULD_NOT_RUN = 2
INTERRUPTED = 130
DEBUG = "SLOWATCH_DEBUG"


class CannotRun(Exception):
    """A command cannot do its work; the message says why and what to do."""


@contextmanager
def told_in_words() -> Iterator[None]:
    """Turn every exception into words and an exit code; with SLOWATCH_DEBUG set, let it through."""
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has gone; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(COULD_NOT_RUN)
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        sys.stderr.write(f"slowatch: {_words(error)}\n")
        sys.exit(COULD_NOT_RUN)


def _words(error: Exception) -> str:
    if _is_ours(error):
        return str(error)
    kind = type(error).__name__
    return f"this should not have happened: {kind}: {error} ({DEBUG}=1 shows where)"


def _is_ours(error: Exception) -> bool:
    return type(error).__module__.startswith("slowatch.")
