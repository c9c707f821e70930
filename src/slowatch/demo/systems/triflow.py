"""`triflow-judgment`: judgments by rules or by rules and a model, and BI queries."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slowatch.demo.systems.chance import Chance
from slowatch.demo.systems.system import Call, System, answer

TYPICAL_S = {"rule": 0.25, "hybrid": 1.0}
CACHED_S = 0.06
BUCKETS_S = (0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2, 1.8, 2.5, 5, 10)
USERS = 620


class TriflowJudgment(System):
    """60 judgments a second, a third of them from the cache, and a few BI queries."""

    name = "triflow-judgment"
    calls = (
        Call(("/judgments/rule",), 40),
        Call(("/judgments/hybrid",), 20),
        Call(("/bi/query",), 5),
    )

    def __init__(self, chance: Chance) -> None:
        super().__init__(chance)
        self._judgments = self.counter(
            "judgment_requests_total", "Judgments asked for", ["mode", "result"]
        )
        self._times = self.histogram(
            "judgment_duration_seconds", "Time of a judgment", BUCKETS_S, ["mode", "cache"]
        )
        self._bi_times = self.histogram(
            "bi_query_duration_seconds", "Time of a BI query", (0.5, 1, 1.5, 2, 3, 5, 10)
        )
        self._users = self.gauge("active_users", "Users at work")
        for mode in TYPICAL_S:
            for result in ("success", "failure"):
                self._judgments.labels(mode, result)
        self.tick(0)

    def routes(self) -> list[Route]:
        """Judgments of both modes, and BI queries."""
        return [Route("/judgments/{mode}", self._judge), Route("/bi/query", self._query)]

    def tick(self, passed_s: float) -> None:  # noqa: ARG002  users do not add up over time
        """Users come and go, with the traffic."""
        self._users.set(round(self.chance.around(USERS * self.chance.condition.traffic)))

    async def _judge(self, request: Request) -> Response:
        mode: str = request.path_params["mode"]
        failed = self.chance.fails(f"judgment {mode}", ratio=0.001)
        is_cached = self.chance.fails(f"computed {mode}", ratio=1 / 3)
        typical_s = CACHED_S if is_cached else TYPICAL_S[mode]
        self._judgments.labels(mode, "failure" if failed else "success").inc()
        self._times.labels(mode, "hit" if is_cached else "miss").observe(
            self.chance.duration_s(typical_s)
        )
        return answer(request, failed=failed)

    async def _query(self, request: Request) -> Response:
        self._bi_times.observe(self.chance.duration_s(1.1, spread=0.2))
        return answer(request, failed=False)
