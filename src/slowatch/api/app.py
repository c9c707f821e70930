"""The HTTP application of a running daemon."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse
from fastapi.telemetry import TelemetryConfig

from slowatch import __version__
from slowatch.api.alerts import AlertRoutes
from slowatch.api.at_once import AtOnce
from slowatch.api.description import describe_openly
from slowatch.api.docs_page import POLICY, docs_page
from slowatch.api.entries import HealthAnswer, ReadyAnswer
from slowatch.api.heads import Heads
from slowatch.api.metrics import MetricsPage
from slowatch.api.problems import answer_errors
from slowatch.api.slos import SloRoutes
from slowatch.api.watching import Watching

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
UNOBSERVED = TelemetryConfig(tracing=False, metrics=False, logs=False, auto_configure=False)
"""`/metrics` and the log tell of the daemon; no variable of the environment may have more sent."""
DESCRIPTION = """Where the SLOs stand, from an exact ledger of good and bad events.

Every number comes from a snapshot made once per slot; asking costs Prometheus nothing."""


def create_app(
    watching: Watching,
    *,
    on_start: Callable[[], None],
    on_stop: Callable[[], None],
    routers: Sequence[APIRouter] = (),
) -> FastAPI:
    """The application; `on_start` runs once it listens, `on_stop` when it is asked to end.

    `routers` hold what it answers besides the API.
    """
    app = FastAPI(
        title="slowatch",
        version=__version__,
        description=DESCRIPTION,
        lifespan=_lifespan(on_start, on_stop),
        docs_url=None,
        redoc_url=None,
        telemetry=UNOBSERVED,
    )
    slos = SloRoutes(watching)
    app.add_middleware(AtOnce, answers={"/slo": slos.whole})
    app.add_middleware(Heads)
    answer_errors(app)
    describe_openly(app)
    app.include_router(slos.router)
    app.include_router(AlertRoutes(watching).router)
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
    def healthz() -> HealthAnswer:
        return HealthAnswer(version=__version__)

    @app.get(
        "/readyz",
        response_model=ReadyAnswer,
        tags=["Health"],
        summary="It has recent slots and a source that answers",
        responses={503: {"model": ReadyAnswer}},
    )
    def readyz() -> Response:
        readiness = watching.readiness()
        answer = ReadyAnswer(
            ready=readiness.is_ready,
            reasons=list(readiness.reasons),
            warnings=[*readiness.warnings, *(str(problem) for problem in readiness.problems)],
        )
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
