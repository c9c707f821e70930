"""`/slo`: where every SLO stands, from the snapshot, with an ETag."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Query, Request, Response

from slowatch.api.entries import (
    GroupHistory,
    HistoryAnswer,
    PointEntry,
    SloAnswer,
    moment,
    slo_entry,
)
from slowatch.api.problems import ApiError
from slowatch.api.times import parse_moment, parse_step
from slowatch.api.watching import Watching
from slowatch.evaluate.judging import State, Status
from slowatch.evaluate.snapshot import Snapshot
from slowatch.ledger.port import Point
from slowatch.slo.budget import compliance_ratio
from slowatch.slo.slot import Span
from slowatch.slo.tally import MICRO

MOST_POINTS = 11_000
PLAIN_FILTERS = ("service", "name", "nfr", "state")
LABEL_FILTER = "label."


@dataclass(frozen=True, slots=True)
class Rendered:
    """The entries of one snapshot, each as JSON once."""

    snapshot: Snapshot
    entries: tuple[bytes, ...]


class SloRoutes:
    """The routes under `/slo`; entries are rendered once per snapshot."""

    def __init__(self, watching: Watching) -> None:
        self._watching = watching
        self._rendered = Rendered(watching.snapshot, ())
        self._whole: Response | None = None
        self.router = APIRouter(tags=["SLOs"])
        self.router.get("/slo", response_model=SloAnswer, summary="All SLOs, worst first")(
            self.all_slos
        )
        self.router.get(
            "/slo/{service}/{name}", response_model=SloAnswer, summary="One SLO, all its groups"
        )(self.one_slo)
        self.router.get(
            "/slo/{service}/{name}/history",
            response_model=HistoryAnswer,
            summary="Good and bad events of one SLO over time",
        )(self.history)

    async def all_slos(
        self,
        request: Request,
        service: str | None = Query(None, description="Only this service."),  # noqa: ARG002
        name: str | None = Query(None, description="Only SLOs of this name."),  # noqa: ARG002
        nfr: str | None = Query(None, description="Only SLOs of this NFR."),  # noqa: ARG002
        state: State | None = Query(None, description="Only this state."),  # noqa: ARG002
    ) -> Response:
        """Filter by any label or group too: `label.team=integrations`."""
        wanted = _filters(request)
        return self._answer(request, wanted)

    async def one_slo(self, request: Request, service: str, name: str) -> Response:
        """All groups of one SLO."""
        _filters(request)
        self._find(service, name)
        return self._answer(request, {"service": service, "name": name})

    def history(
        self,
        service: str,
        name: str,
        from_: str | None = Query(
            None, alias="from", description="RFC 3339 or seconds; a day before `to` by default."
        ),
        to: str | None = Query(
            None, description="RFC 3339 or seconds; the newest slot by default."
        ),
        step: str = Query("1h", description="Length of a point, such as `5m`."),
    ) -> HistoryAnswer:
        """Points of each group; hours where single slots are no longer kept."""
        statuses = self._find(service, name)
        snapshot = self._watching.snapshot
        end_s = parse_moment(to, "to") if to else snapshot.as_of_s
        start_s = parse_moment(from_, "from") if from_ else end_s - 86_400
        step_s = parse_step(step, snapshot.slot_s)
        span = _bounded(start_s - start_s % step_s, end_s, step_s)
        return HistoryAnswer(
            id=statuses[0].slo.id,
            start=moment(span.start_s),
            end=moment(span.end_s),
            step_s=step_s,
            series=[
                GroupHistory(
                    group=dict(status.group),
                    points=[_point(p) for p in self._watching.history(status, span, step_s)],
                )
                for status in statuses
            ],
        )

    def _find(self, service: str, name: str) -> Sequence[Status]:
        found = [
            status
            for status in self._watching.snapshot.statuses
            if status.slo.service == service and status.slo.name == name
        ]
        if not found:
            raise ApiError(404, f"there is no SLO {service}/{name}; /slo lists all")
        return found

    def _answer(self, request: Request, wanted: Mapping[str, str]) -> Response:
        rendered = self._entries()
        snapshot = rendered.snapshot
        chosen = [
            entry
            for status, entry in zip(snapshot.statuses, rendered.entries, strict=True)
            if _matches(status, wanted)
        ]
        body = b"[" + b",".join(chosen) + b"]"
        etag = f'W/"{snapshot.as_of_s}-{hashlib.sha256(body).hexdigest()[:16]}"'
        headers = {"ETag": etag, "Cache-Control": "no-cache"}
        if etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        stale_s = round(max(0.0, time.time() - snapshot.as_of_s), 3)
        head = f'{{"as_of":"{moment(snapshot.as_of_s)}","stale_s":{stale_s},"slos":'
        return Response(head.encode() + body + b"}", media_type="application/json", headers=headers)

    def _entries(self) -> Rendered:
        snapshot = self._watching.snapshot
        if self._rendered.snapshot is not snapshot:
            entries = (slo_entry(status).model_dump_json().encode() for status in snapshot.statuses)
            self._rendered = Rendered(snapshot, tuple(entries))
        return self._rendered


def _filters(request: Request) -> dict[str, str]:
    """The filters of a request. Raises ApiError for one that is not known."""
    wanted = dict(request.query_params)
    for key in wanted:
        if key not in PLAIN_FILTERS and not key.startswith(LABEL_FILTER):
            known = ", ".join(PLAIN_FILTERS)
            raise ApiError(400, f"there is no filter {key!r}; there are {known} and label.NAME")
    return wanted


def _matches(status: Status, wanted: Mapping[str, str]) -> bool:
    slo = status.slo
    plain = {"service": slo.service, "name": slo.name, "nfr": slo.nfr, "state": status.state}
    for key, value in wanted.items():
        if key in plain:
            if plain[key] != value:
                return False
        else:
            label = key.removeprefix(LABEL_FILTER)
            if value not in (slo.labels.get(label), status.group.get(label)):
                return False
    return True


def _bounded(start_s: int, end_s: int, step_s: int) -> Span:
    if end_s <= start_s:
        raise ApiError(400, "`from` must be before `to`")
    if (end_s - start_s) // step_s > MOST_POINTS:
        raise ApiError(400, f"that is more than {MOST_POINTS} points; take a longer `step`")
    return Span(start_s, end_s)


def _point(point: Point) -> PointEntry:
    tally = point.tally
    return PointEntry(
        start=moment(point.start_s),
        length_s=point.length_s,
        good=tally.good / MICRO,
        bad=tally.bad / MICRO,
        total=tally.total / MICRO,
        compliance_ratio=compliance_ratio(tally),
        measured_slots=tally.measured,
    )
