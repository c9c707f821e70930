"""The HTTP application of a running daemon."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse
from fastapi.telemetry import TelemetryConfig
from starlette.types import ASGIApp

from slowatch import __version__
from slowatch.api.access import Access, Guard, may_read
from slowatch.api.alerts import AlertRoutes
from slowatch.api.at_once import AtOnce
from slowatch.api.description import describe_openly
from slowatch.api.docs_page import POLICY, docs_page
from slowatch.api.entries import HealthAnswer, ReadyAnswer
from slowatch.api.heads import Heads
from slowatch.api.limits import Limits
from slowatch.api.metrics import MetricsPage
from slowatch.api.problems import answer_errors
from slowatch.api.reloading import ReloadRoute
from slowatch.api.slos import SloRoutes
from slowatch.api.watching import Watching

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
UNOBSERVED = TelemetryConfig(tracing=False, metrics=False, logs=False, auto_configure=False)
"""`/metrics` and the log tell of the daemon; no variable of the environment may have more sent."""
DESCRIPTION = """Where the SLOs stand, from an exact ledger of good and bad events.

Every number comes from a snapshot made once per slot; asking costs Prometheus nothing."""
OPEN = Access()
TOLD_TO_READERS = "why is told to who may read: send a token"


class Application(FastAPI):
    """FastAPI inside of what every request passes first, from the outermost in.

    FastAPI would put them inside of what answers an error that nobody expected.
    """

    def __init__(self, *around: Callable[[ASGIApp], ASGIApp], **described: Any) -> None:  # noqa: ANN401
        self._around = around
        super().__init__(**described)

    def build_middleware_stack(self) -> ASGIApp:
        """What uvicorn's requests go to."""
        app = super().build_middleware_stack()
        for wrap in reversed(self._around):
            app = wrap(app)
        return app


def create_app(
    watching: Watching,
    *,
    on_start: Callable[[], None],
    on_stop: Callable[[], None],
    routers: Sequence[APIRouter] = (),
    access: Access = OPEN,
    is_full: Callable[[], bool] = lambda: False,
) -> FastAPI:
    """The application; `on_start` runs once it listens, `on_stop` when it is asked to end.

    `routers` hold what it answers besides the API; `is_full` says when it is to send requests away.
    """
    slos = SloRoutes(watching)
    app = Application(
        Heads,
        partial(Limits, is_full=is_full),
        partial(Guard, access=access),
        partial(AtOnce, answers={"/slo": slos.whole}),
        title="slowatch",
        version=__version__,
        description=DESCRIPTION,
        lifespan=_lifespan(on_start, on_stop),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # no address is made from the Host that a request names
        telemetry=UNOBSERVED,
    )
    answer_errors(app)
    describe_openly(app, access.reads)
    app.include_router(slos.router)
    app.include_router(AlertRoutes(watching).router)
    app.include_router(ReloadRoute(watching).router)
    _add_health(app, watching)
    _add_metrics(app, watching)
    _add_docs(app)
    for router in routers:
        app.include_router(router)
    return app


def _lifespan(
    on_start: Callable[[], None], on_stop: Callable[[], None]
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        on_start()
        yield
        on_stop()

    return lifespan


def _add_health(app: FastAPI, watching: Watching) -> None:
    @app.get("/healthz", response_model=HealthAnswer, tags=["Health"], summary="The process lives")
    async def healthz() -> HealthAnswer:
        # Without a thread of the pool: it is answered also while all of them read the ledger.
        return HealthAnswer(version=__version__)

    @app.get(
        "/readyz",
        response_model=ReadyAnswer,
        tags=["Health"],
        summary="It has recent slots and a source that answers",
        responses={503: {"model": ReadyAnswer}},
    )
    def readyz(request: Request) -> Response:
        """Where reading takes a token it is answered without one, but does not say why."""
        readiness = watching.readiness()
        reasons, problems = readiness.reasons, map(str, readiness.problems)
        if may_read(request.scope):
            told = list(reasons), [*readiness.warnings, *problems]
        else:
            told = [TOLD_TO_READERS] if reasons else [], []
        answer = ReadyAnswer(ready=readiness.is_ready, reasons=told[0], warnings=told[1])
        return JSONResponse(answer.model_dump(), status_code=200 if answer.ready else 503)


def _add_metrics(app: FastAPI, watching: Watching) -> None:
    page = MetricsPage(watching)

    @app.get(
        "/metrics",
        response_class=PlainTextResponse,
        tags=["Health"],
        summary="Gauges of every SLO, counters of the daemon",
    )
    def metrics() -> Response:
        return Response(page.text(), media_type=METRICS_TYPE)


def _add_docs(app: FastAPI) -> None:
    @app.get("/docs", include_in_schema=False)
    def docs() -> Response:
        return HTMLResponse(docs_page(app.openapi()), headers={"Content-Security-Policy": POLICY})
