"""The body of `/slo`: each entry and the whole are rendered once per snapshot."""

import hashlib
from collections.abc import Iterable

from fastapi import Response
from starlette.datastructures import Headers

from slowatch.api.entries import slo_entry, stale
from slowatch.api.filters import Wanted, matches
from slowatch.evaluate.alert import alerts_of, open_alerts
from slowatch.evaluate.snapshot import Snapshot
from slowatch.evaluate.wording import moment


class Rendered:
    """A list of entries as JSON, and a tag that is the same as long as the list is."""

    def __init__(self, as_of_s: int, entries: Iterable[bytes]) -> None:
        slos = b"[" + b",".join(entries) + b"]"
        self.etag = f'W/"{as_of_s}-{hashlib.sha256(slos).hexdigest()[:16]}"'
        self._as_of_s = as_of_s
        self._slos = slos
        self._body = (-1.0, b"")

    def body(self, now_s: float) -> bytes:
        """The answer; its age is told in tenths of a second, and each is put together once."""
        stale_s = stale(self._as_of_s, now_s)
        kept_s, body = self._body
        if kept_s != stale_s:
            head = f'{{"as_of":"{moment(self._as_of_s)}","stale_s":{stale_s},"slos":'
            body = b"".join((head.encode(), self._slos, b"}"))
            self._body = (stale_s, body)
        return body


class RenderedSnapshot:
    """The entries of one snapshot, worst first."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        raised = open_alerts(snapshot.alerts)
        self._entries = [
            slo_entry(status, alerts_of(status, raised)).model_dump_json().encode()
            for status in snapshot.statuses
        ]
        self.whole = Rendered(snapshot.as_of_s, self._entries)

    def chosen(self, wanted: Wanted) -> Rendered:
        """What the filters leave of it, in its order."""
        if not wanted:
            return self.whole
        both = zip(self.snapshot.statuses, self._entries, strict=True)
        entries = [entry for status, entry in both if matches(status, wanted)]
        return Rendered(self.snapshot.as_of_s, entries)


def respond(headers: Headers, rendered: Rendered, now_s: float) -> Response:
    """The answer, or 304 where the client has it; only `stale_s` differs from one to the next."""
    tagged = {"ETag": rendered.etag, "Cache-Control": "no-cache"}
    if has_tag(headers.get("if-none-match", ""), rendered.etag):
        return Response(status_code=304, headers=tagged)
    return Response(rendered.body(now_s), headers=tagged, media_type="application/json")


def has_tag(if_none_match: str, etag: str) -> bool:
    """Weak comparison, as RFC 9110 has it for If-None-Match."""
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return "*" in tags or etag.removeprefix("W/") in tags
