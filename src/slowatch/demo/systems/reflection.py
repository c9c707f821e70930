"""`reflection-api`: reflection on cases, and their consolidation."""

from slowatch.demo.systems.chance import Chance
from slowatch.demo.systems.system import Call, ProcessGauges, System, steps
from slowatch.demo.systems.users import Users

TYPICAL_S = {
    "/reflection/analyze": 0.4,
    "/reflection/batch": 4.0,
    "/consolidation/run": 1.2,
    "/consolidation/dry-run": 0.8,
}
POOL = 50
IDLE_IN_USE = 2
LOAD_IN_USE = 20
MOST_IN_USE = 46


class ReflectionApi(System):
    """120 requests a second on four workers."""

    name = "reflection-api"
    calls = (
        Call(("/reflection/analyze",), 76),
        Call(("/reflection/batch",), 11),
        Call(("/consolidation/run",), 11),
        Call(("/consolidation/dry-run",), 22),
    )
    usual_users = most_users = 100

    def __init__(
        self, chance: Chance, users: Users | None = None, *, leak_per_s: float = 0.0
    ) -> None:
        super().__init__(chance, users, leak_per_s=leak_per_s)
        self._requests = self.counter("http_requests_total", "Requests", ["route", "code"])
        self._times = self.histogram(
            "http_request_duration_seconds", "Time of a request", steps(0.1, 30), ["route"]
        )
        self._queries = self.histogram(
            "db_query_duration_seconds", "Time of a query", steps(0.01, 0.5)
        )
        self._pool = self.gauge("db_pool_connections", "Database connections", ["state"])
        self._deadlocks = self.counter("db_deadlocks_total", "Deadlocks")
        self._process = ProcessGauges(self, busy=0.45, memory=1.1e9, workers=("1", "2", "3", "4"))
        for route in TYPICAL_S:
            for code in ("200", "500"):
                self._requests.labels(route, code)
        self.tick(0)

    def tick(self, passed_s: float) -> None:
        """The pool fills with the load, and while things are slow."""
        super().tick(passed_s)
        self._process.tick(passed_s)
        wanted = IDLE_IN_USE + LOAD_IN_USE * self.users.share * self.chance.condition.slowness
        in_use = min(MOST_IN_USE, round(self.chance.around(wanted)))
        self._pool.labels("in_use").set(in_use)
        self._pool.labels("idle").set(POOL - in_use)

    def serve(self, path: str) -> bool:
        """Answer one of the catalogue's four routes."""
        failed = self.chance.fails(f"http {path}", ratio=0.001)
        self._requests.labels(path, "500" if failed else "200").inc()
        self._times.labels(path).observe(self.chance.duration_s(TYPICAL_S[path], spread=0.2))
        self._queries.observe(self.chance.duration_s(0.035))
        if self.chance.fails("deadlock"):
            self._deadlocks.inc()
        return not failed
