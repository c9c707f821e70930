"""What takes a while, said on a terminal as long as it does."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from slowatch.verify.played import Played


def wait_until_scraped(one: Played, *, settle_s: float, scrape_s: int) -> None:
    """Wait until all that belongs to the run has been scraped, and say so on a terminal."""
    pad_s = scrape_s if one.is_isolated else 0
    left_s = one.span.end_s + pad_s + settle_s - time.time()
    if left_s > 0:
        with said_meanwhile(f"waiting {left_s:.0f} s for the last scrapes …"):
            time.sleep(left_s)


@contextmanager
def said_meanwhile(words: str) -> Iterator[None]:
    """Say on a terminal what takes a while, as long as it does."""
    if not sys.stderr.isatty():
        yield
        return
    sys.stderr.write(words)
    sys.stderr.flush()
    try:
        yield
    finally:
        sys.stderr.write(cleared())
        sys.stderr.flush()


def cleared() -> str:
    """What clears the line of a terminal; nothing elsewhere."""
    return "\r\033[K" if sys.stderr.isatty() else ""
