"""The body of `/slo`: each entry and the whole are rendered once per snapshot."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

from slowatch.api.entries import slo_entry
from slowatch.api.filters import Wanted, matches
from slowatch.evaluate.alert import alerts_of, open_alerts
from slowatch.evaluate.snapshot import Snapshot
from slowatch.evaluate.wording import moment


@dataclass(frozen=True, slots=True)
class Rendered:
    """A list of entries as JSON, and a tag that is the same as long as the list is."""

    as_of_s: int
    slos: bytes
    etag: str


class RenderedSnapshot:
    """The entries of one snapshot, worst first."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        raised = open_alerts(snapshot.alerts)
        self._entries = [
            slo_entry(status, alerts_of(status, raised)).model_dump_json().encode()
            for status in snapshot.statuses
        ]
        self._whole = _joined(snapshot.as_of_s, self._entries)

    def chosen(self, wanted: Wanted) -> Rendered:
        """What the filters leave of it, in its order."""
        if not wanted:
            return self._whole
        both = zip(self.snapshot.statuses, self._entries, strict=True)
        entries = [entry for status, entry in both if matches(status, wanted)]
        return _joined(self.snapshot.as_of_s, entries)


def respond(request: Request, rendered: Rendered, now_s: float) -> Response:
    """The answer, or 304 where the client has it; only `stale_s` differs from one to the next."""
    headers = {"ETag": rendered.etag, "Cache-Control": "no-cache"}
    if has_tag(request.headers.get("if-none-match", ""), rendered.etag):
        return Response(status_code=304, headers=headers)
    stale_s = round(max(0.0, now_s - rendered.as_of_s), 3)
    head = f'{{"as_of":"{moment(rendered.as_of_s)}","stale_s":{stale_s},"slos":'
    return _InParts((head.encode(), rendered.slos, b"}"), headers)


class _InParts(Response):
    """A body that is sent part by part, so that a large one is not copied for each answer."""

    media_type = "application/json"

    def __init__(self, parts: Sequence[bytes], headers: Mapping[str, str]) -> None:
        self._parts = parts
        length = str(sum(len(part) for part in parts))
        super().__init__(headers={**headers, "Content-Length": length})

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        start = {"status": self.status_code, "headers": self.raw_headers}
        await send({"type": "http.response.start", **start})
        for part in self._parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def _joined(as_of_s: int, entries: Iterable[bytes]) -> Rendered:
    slos = b"[" + b",".join(entries) + b"]"
    return Rendered(as_of_s, slos, f'W/"{as_of_s}-{hashlib.sha256(slos).hexdigest()[:16]}"')


def has_tag(if_none_match: str, etag: str) -> bool:
    """Weak comparison, as RFC 9110 has it for If-None-Match."""
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return "*" in tags or etag.removeprefix("W/") in tags
