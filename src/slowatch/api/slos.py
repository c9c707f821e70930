"""`/slo`: where every SLO stands, from the snapshot, with an ETag."""

import time
from collections.abc import Sequence

from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import Headers

from slowatch.api.entries import GroupHistory, HistoryAnswer, PointEntry, SloAnswer
from slowatch.api.filters import NONE, OF_ALL, OF_ONE_SLO, Wanted, described, matches, wanted
from slowatch.api.problems import ApiError
from slowatch.api.rendering import RenderedSnapshot, respond
from slowatch.api.times import parse_moment, parse_step
from slowatch.api.watching import Watching
from slowatch.evaluate.judging import Status
from slowatch.evaluate.wording import moment
from slowatch.ledger.port import Point
from slowatch.slo.budget import compliance_ratio
from slowatch.slo.slot import DAY_S, Span
from slowatch.slo.tally import MICRO

MOST_POINTS = 11_000
MOST_POINTS_OF_ALL_GROUPS = 110_000
HISTORY = ("from", "to", "step")


class SloRoutes:
    """The routes under `/slo`; entries are rendered once per snapshot."""

    def __init__(self, watching: Watching) -> None:
        self._watching = watching
        self._rendered = RenderedSnapshot(watching.snapshot)
        self.router = APIRouter(tags=["SLOs"])
        get = self.router.get
        get(
            "/slo",
            response_model=SloAnswer,
            summary="All SLOs, worst first",
            openapi_extra=described(OF_ALL),
        )(self.all_slos)
        get(
            "/slo/{service}/{name}",
            response_model=SloAnswer,
            summary="One SLO, all its groups",
            openapi_extra=described(OF_ONE_SLO),
        )(self.one_slo)
        get(
            "/slo/{service}/{name}/history",
            response_model=HistoryAnswer,
            summary="Good and bad events of one SLO over time",
        )(self.history)

    async def all_slos(self, request: Request) -> Response:
        """Filter by any label of an SLO or of its group too: `label.team=integrations`.

        A filter that is given several times takes any of its values. The `ETag` is the same as long
        as the entries are: send it back as `If-None-Match`.
        """
        chosen = self._current().chosen(wanted(request, OF_ALL))
        return respond(request.headers, chosen, time.time())

    def whole(self, headers: Headers) -> Response:
        """What `/slo` answers without filters."""
        return respond(headers, self._current().whole, time.time())

    async def one_slo(self, request: Request, service: str, name: str) -> Response:
        """Filter its groups by their labels: `label.app_id=crm`."""
        filters = wanted(request, OF_ONE_SLO)
        self._find(service, name)
        one = {**filters, "service": frozenset([service]), "name": frozenset([name])}
        return respond(request.headers, self._current().chosen(one), time.time())

    def history(
        self,
        request: Request,
        service: str,
        name: str,
        from_: str | None = Query(
            None, alias="from", description="RFC 3339 or seconds; a day before `to` by default."
        ),
        to: str | None = Query(
            None, description="RFC 3339 or seconds; the newest slot by default."
        ),
        step: str = Query(
            "1h", description="Length of a point, a multiple of the slot, such as `5m` or `300`."
        ),
    ) -> HistoryAnswer:
        """Points of each group, aligned to `step`; hours where slots are no longer kept.

        A point without a measured slot is left out. Filter groups by label: `label.app_id=crm`.
        """
        statuses = self._find(service, name, wanted(request, NONE, HISTORY))
        snapshot = self._watching.snapshot
        end_s = parse_moment(to, "to") if to else snapshot.as_of_s
        start_s = parse_moment(from_, "from") if from_ else max(0, end_s - DAY_S)
        step_s = parse_step(step, snapshot.slot_s)
        span = _bounded(start_s - start_s % step_s, end_s, step_s, len(statuses))
        return HistoryAnswer(
            id=statuses[0].slo.id,
            start=moment(span.start_s),
            end=moment(span.end_s),
            step_s=step_s,
            series=[self._group_history(status, span, step_s) for status in statuses],
        )

    def _group_history(self, status: Status, span: Span, step_s: int) -> GroupHistory:
        points = self._watching.history(status, span, step_s)
        return GroupHistory(group=dict(status.group), points=[_point(point) for point in points])

    def _find(self, service: str, name: str, filters: Wanted | None = None) -> Sequence[Status]:
        found = self._watching.snapshot.of_slo(service, name)
        if not found:
            raise ApiError(404, f"there is no SLO {service}/{name}; /slo lists all")
        chosen = [status for status in found if matches(status, filters or {})]
        if not chosen:
            raise ApiError(404, f"no group of {service}/{name} has these labels")
        return chosen

    def _current(self) -> RenderedSnapshot:
        snapshot = self._watching.snapshot
        if self._rendered.snapshot is not snapshot:
            self._rendered = RenderedSnapshot(snapshot)
        return self._rendered


def _bounded(start_s: int, end_s: int, step_s: int, groups: int) -> Span:
    if end_s <= start_s:
        raise ApiError(400, "`from` must be before `to`")
    points = -(-(end_s - start_s) // step_s)
    if points > MOST_POINTS or points * groups > MOST_POINTS_OF_ALL_GROUPS:
        most = f"{MOST_POINTS} for a group, {MOST_POINTS_OF_ALL_GROUPS} for all of them"
        raise ApiError(400, f"that is more points than {most}; take a longer `step`")
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
