"""`reflection-api`: reflection on cases, and their consolidation."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slowatch.demo.systems.chance import Chance
from slowatch.demo.systems.system import Call, ProcessGauges, System, answer

TYPICAL_S = {
    "/reflection/analyze": 0.3,
    "/reflection/batch": 3.0,
    "/consolidation/run": 0.9,
    "/consolidation/dry-run": 0.6,
}
BUCKETS_S = (0.1, 0.25, 0.5, 1, 1.5, 2, 3, 5, 10, 15, 30)
POOL = 50


class ReflectionApi(System):
    """110 requests a second on four workers."""

    name = "reflection-api"
    calls = (
        Call(("/reflection/analyze",), 70),
        Call(("/reflection/batch",), 10),
        Call(("/consolidation/run",), 10),
        Call(("/consolidation/dry-run",), 20),
    )

    def __init__(self, chance: Chance) -> None:
        super().__init__(chance)
        self._requests = self.counter("http_requests_total", "Requests", ["route", "code"])
        self._times = self.histogram(
            "http_request_duration_seconds", "Time of a request", BUCKETS_S, ["route"]
        )
        self._queries = self.histogram(
            "db_query_duration_seconds", "Time of a query", (0.01, 0.025, 0.05, 0.1, 0.25, 0.5)
        )
        self._pool = self.gauge("db_pool_connections", "Database connections", ["state"])
        self._deadlocks = self.counter("db_deadlocks_total", "Deadlocks")
        self._process = ProcessGauges(self, busy=0.45, memory=1.1e9, workers=("1", "2", "3", "4"))
        for route in TYPICAL_S:
            for code in ("200", "500"):
                self._requests.labels(route, code)
        self.tick(0)

    def routes(self) -> list[Route]:
        """The catalogue's four."""
        return [Route(path, self._request) for path in TYPICAL_S]

    def tick(self, passed_s: float) -> None:
        """The pool fills while things are slow."""
        self._process.tick(passed_s)
        in_use = 46 if self.chance.condition.slowness > 1 else round(self.chance.around(22))
        self._pool.labels("in_use").set(in_use)
        self._pool.labels("idle").set(POOL - in_use)

    async def _request(self, request: Request) -> Response:
        route = request.url.path
        failed = self.chance.fails(f"http {route}", ratio=0.001)
        self._requests.labels(route, "500" if failed else "200").inc()
        self._times.labels(route).observe(self.chance.duration_s(TYPICAL_S[route], spread=0.2))
        self._queries.observe(self.chance.duration_s(0.025))
        return answer(request, failed=failed)
