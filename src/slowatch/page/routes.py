"""The routes of the status page."""

import time
from collections.abc import Callable, Mapping

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from slowatch.api.filters import NONE, matches, wanted
from slowatch.api.problems import ApiError
from slowatch.api.rendering import has_tag
from slowatch.api.watching import Watching
from slowatch.ledger.errors import LedgerError
from slowatch.page.asked_for import ORDERS, View, view_of
from slowatch.page.assets import FOR_EVER, assets
from slowatch.page.badge import badge, unknown_badge
from slowatch.page.detail import detail
from slowatch.page.keeping import Facts, Kept
from slowatch.page.live import MOST_STREAMS, Live
from slowatch.page.notices import Notices, notices
from slowatch.page.overview import overview
from slowatch.page.rendering import Rendered, get_ready, rendered

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {"Content-Security-Policy": POLICY, "Vary": "Accept-Encoding"}
BADGE_AGE_S = 30
MOST_TILES = 18


def page_router(
    watching: Watching, *, is_ending: Callable[[], bool], most_streams: int = MOST_STREAMS
) -> APIRouter:
    """All of the status page; of pages that are open, `most_streams` are told of news."""
    get_ready()
    pages = Pages(watching)
    live = Live(watching, is_ending=is_ending, most=most_streams)
    router = APIRouter(include_in_schema=False)
    router.get("/")(pages.overview)
    router.get("/view/{service}/{name}")(pages.detail)
    router.get("/badge/{service}/{name}.svg")(pages.badge)
    router.get("/static/{file}")(static)

    @router.get("/events")
    async def events() -> Response:
        return live.open()

    return router


class Pages:
    """The pages over a daemon; the overview is rendered once for a snapshot and a view."""

    def __init__(self, watching: Watching) -> None:
        self._watching = watching
        self._kept = Kept()

    async def overview(self, request: Request) -> Response:
        """All SLOs."""
        return await run_in_threadpool(self._answer, request, self._overview)

    async def detail(self, request: Request, service: str, name: str) -> Response:
        """One SLO, and one of its groups."""

        def page(request: Request) -> Rendered:
            filters = wanted(request, NONE)
            found = detail(self._watching, service, name, filters)
            return self._rendered("detail.html", self._notices(), root="../../", detail=found)

        return await run_in_threadpool(self._answer, request, page)

    async def badge(self, request: Request, service: str, name: str) -> Response:
        """The state of an SLO as a picture."""
        try:
            filters = wanted(request, NONE)
        except ApiError as error:
            return Response(str(error), error.status, media_type="text/plain")
        own = self._watching.snapshot.of_slo(service, name)
        status = next((one for one in own if matches(one, filters)), None)
        is_known = not self._notices().is_troubled
        drawn = badge(status, is_known=is_known) if status is not None else unknown_badge(name)
        return Response(
            drawn,
            200 if status is not None else 404,
            {"Cache-Control": f"max-age={BADGE_AGE_S}", **HEADERS},
            "image/svg+xml",
        )

    def _overview(self, request: Request) -> Rendered:
        view = view_of(request.query_params)
        told = self._notices()
        facts = (self._watching.snapshot, self._watching.trends, told)
        return self._kept.view(view, facts, lambda: self._draw(view, facts))

    def _draw(self, view: View, facts: Facts) -> Rendered:
        snapshot, trends, told = facts
        found = overview(snapshot, trends, view)
        if view.is_wall:
            tiles = [row for row in found.rows if row.state != "ok"]
            return self._rendered(
                "wall.html", told, root="", overview=found, tiles=tiles, most_tiles=MOST_TILES
            )
        return self._rendered("overview.html", told, root="", overview=found, orders=ORDERS)

    def _notices(self) -> Notices:
        return notices(self._watching, time.time())

    def _rendered(self, template: str, told: Notices, **values: object) -> Rendered:
        return rendered(template, notices=told, **values)

    def _answer(self, request: Request, page: Callable[[Request], Rendered]) -> Response:
        """A page, or one that says why there is none."""
        status = 200
        try:
            found = page(request)
        except ApiError as error:
            status, found = error.status, self._error(request, error.status, error.detail)
        except LedgerError:
            told = "The ledger cannot be read now; the log says more."
            status, found = 503, self._error(request, 503, told)
        return respond(request, found, status)

    def _error(self, request: Request, status: int, told: str) -> Rendered:
        root = "../../" if request.url.path.startswith("/view/") else ""
        return self._rendered("error.html", self._notices(), root=root, status=status, problem=told)


def respond(request: Request, page: Rendered, status: int) -> Response:
    """A page as the browser wants it, or 304 where it has it already."""
    headers = {"ETag": page.etag, "Cache-Control": "no-cache", **HEADERS}
    if status == 200 and has_tag(request.headers.get("if-none-match", ""), page.etag):
        return Response(status_code=304, headers=headers)
    body, encoding = _encoded(request, page.html, page.gzipped)
    return Response(body, status, {**headers, **encoding}, "text/html")


async def static(request: Request, file: str) -> Response:
    """A style, script or picture; for ever where it is asked for by its hash."""
    asset = assets().get(file)
    if asset is None:
        raise ApiError(404, "there is no such file")
    is_known = request.query_params.get("v") == asset.digest
    headers = {"Cache-Control": FOR_EVER if is_known else "no-cache", "Vary": "Accept-Encoding"}
    body, encoding = _encoded(request, asset.content, asset.gzipped)
    return Response(body, 200, {**headers, **encoding}, asset.media_type)


def _encoded(request: Request, plain: bytes, gzipped: bytes) -> tuple[bytes, Mapping[str, str]]:
    """The body that the browser takes, and the header that says which."""
    if "gzip" in request.headers.get("accept-encoding", ""):
        return gzipped, {"Content-Encoding": "gzip"}
    return plain, {}
