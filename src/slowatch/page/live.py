"""`/events`: pages that are open are told of each new snapshot (server-sent events)."""

import asyncio
import contextlib
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from slowatch.api.watching import Watching
from slowatch.evaluate.wording import moment

LOOK_EVERY_S = 1.0
HEARTBEAT_S = 15.0
"""A stream says something at least this often, so that nothing on its way takes it for dead."""
MOST_STREAMS = 2000
RETRY_MS = 5000
_HEARTBEAT = b": still here\n\n"


class Live:
    """Looks for a new snapshot while anybody listens, and wakes all who do.

    Streams end once `is_ending` says so: a server that stops waits for what it is answering. All of
    this runs in the server's event loop.
    """

    def __init__(
        self, watching: Watching, *, is_ending: Callable[[], bool], most: int = MOST_STREAMS
    ) -> None:
        self._watching, self._is_ending, self._most = watching, is_ending, most
        self._seen = watching.snapshot
        self._changed = asyncio.Condition()
        self.version = 0
        self._looking: asyncio.Task[None] | None = None
        self._streams = 0
        self.is_over = False

    def open(self) -> Response:
        """A stream, or 503 where there are too many."""
        if self.is_over or self._streams >= self._most:
            return Response(status_code=503, headers={"Retry-After": "60"})
        return Stream(self)

    @property
    def event(self) -> bytes:
        """What is told: as of when the snapshot is."""
        as_of = moment(self._watching.snapshot.as_of_s)
        return f"event: snapshot\ndata: {as_of}\n\n".encode()

    async def after(self, version: int) -> tuple[int, bytes]:
        """The event that follows a version, and which that is; a heartbeat where none comes."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HEARTBEAT_S), self._changed:
                await self._changed.wait_for(lambda: self.version != version)
            return self.version, self.event
        return version, _HEARTBEAT

    def enter(self) -> None:
        """Note that a stream begins."""
        self._streams += 1
        if self._looking is None:
            self._seen = self._watching.snapshot
            self._looking = asyncio.create_task(self._look())

    def leave(self) -> None:
        """Note that one has ended."""
        self._streams -= 1

    async def _look(self) -> None:
        """Wake everybody when there is something new; until nobody listens."""
        while self._streams and not self.is_over:
            await asyncio.sleep(LOOK_EVERY_S)
            self.is_over = self._is_ending()
            if self.is_over or self._watching.snapshot is not self._seen:
                self._seen = self._watching.snapshot
                async with self._changed:
                    self.version += 1
                    self._changed.notify_all()
        self._looking = None


class Stream(Response):
    """One open page's stream of events."""

    media_type = "text/event-stream"

    def __init__(self, live: Live) -> None:
        # What buffers answers on their way, as nginx does, is asked not to.
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._live = live
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send events until the page goes away or slowatch ends."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        self._live.enter()
        gone = asyncio.create_task(_gone(receive))
        coming: asyncio.Task[tuple[int, bytes]] | None = None
        try:
            version = self._live.version
            part = f"retry: {RETRY_MS}\n".encode() + self._live.event
            while not self._live.is_over:
                await send({"type": "http.response.body", "body": part, "more_body": True})
                coming = asyncio.create_task(self._live.after(version))
                await asyncio.wait({gone, coming}, return_when=asyncio.FIRST_COMPLETED)
                if gone.done():
                    return
                version, part = coming.result()
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            for task in (gone, coming):
                if task is not None:
                    task.cancel()
            self._live.leave()


async def _gone(receive: Receive) -> None:
    """Wait until the other side has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
