"""Connections: those that ask too slowly, or do not take what they asked for, are cut off."""

import asyncio
import resource
from typing import TYPE_CHECKING, Any

import structlog
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from uvicorn.protocols.http.h11_impl import RequestResponseCycle

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 10.0
"""What lasts from one look to the next, or two at most, is too slow."""
LEAST_TAKEN = 160_000
"""Bytes of an answer that have to be taken from one look to the next, if there are as many."""
MOST_HEAD = 32_768
"""Bytes of a request before its body."""
SPARE = 64
"""Connections beyond those that are answered, which are told that there are too many."""
OTHER_FILES = 256
"""Files that are open besides connections: the ledger, what is asked of sources, logs."""


class Connection(H11Protocol):
    """uvicorn's, which waits for ever for a request that has begun and for an answer to be taken.

    What slowatch itself takes its time for is not limited: a stream of events lasts.
    """

    most = 4000
    """Connections that are answered at once."""
    _looking: asyncio.TimerHandle | None = None
    _before: "tuple[RequestResponseCycle | None, bool, int]" = (None, False, 0)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let it begin, unless there are far too many."""
        super().connection_made(transport)  # type: ignore[arg-type]  # as uvicorn has it
        if len(self.connections) > self.most + SPARE:
            self.transport.abort()
        else:
            self._look_again()

    def connection_lost(self, exc: Exception | None) -> None:
        """Look no more."""
        super().connection_lost(exc)
        if self._looking is not None:
            self._looking.cancel()

    def _look_again(self) -> None:
        self._looking = self.loop.call_later(LOOK_EVERY_S, self._look)

    def _look(self) -> None:
        """Cut it off where it stands still since the last look."""
        now = (self.cycle, self._is_asking, self.transport.get_write_buffer_size())
        if _stands_still(self._before, now):
            self.transport.abort()
            return
        self._before = now
        self._look_again()

    @property
    def _is_asking(self) -> bool:
        """Whether it is the client's turn: nothing it asked for is being answered."""
        return self.cycle is None or self.cycle.response_complete


def _stands_still(before: tuple[Any, bool, int], now: tuple[Any, bool, int]) -> bool:
    cycle, was_asking, were_left = before
    if now[0] is not cycle:
        return False
    left = now[2]
    if left:
        return bool(were_left) and were_left - left < LEAST_TAKEN
    return was_asking and now[1]


def connections(most: int) -> type[Connection]:
    """Connections of which so many are answered at once."""
    return type("Connection", (Connection,), {"most": most})


def as_many_as_files(most: int) -> int:
    """So many connections, or fewer where the process may not open as many files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = most + SPARE + OTHER_FILES
    if soft == resource.RLIM_INFINITY or soft >= files:
        return most
    allowed = files if hard == resource.RLIM_INFINITY else min(files, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, allowed), hard))
    if allowed < files:
        most = max(1, allowed - SPARE - OTHER_FILES)
        log.warning("fewer_connections", connections=most, files=allowed)
    return most
