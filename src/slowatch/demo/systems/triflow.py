"""`triflow-judgment`: judgments by rules or by rules and a model, and BI queries."""

from slowatch.demo.systems.chance import Chance
from slowatch.demo.systems.system import Call, System, steps
from slowatch.demo.systems.users import Users

TYPICAL_S = {"rule": 0.4, "hybrid": 1.3}
CACHED_S = 0.12


class TriflowJudgment(System):
    """60 judgments a second, a third of them from the cache, and a few BI queries."""

    name = "triflow-judgment"
    calls = (
        Call(("/judgments/rule",), 40),
        Call(("/judgments/hybrid",), 20),
        Call(("/bi/query",), 5),
    )
    usual_users = 620
    most_users = 1000

    def __init__(
        self, chance: Chance, users: Users | None = None, *, leak_per_s: float = 0.0
    ) -> None:
        super().__init__(chance, users, leak_per_s=leak_per_s)
        self._judgments = self.counter(
            "judgment_requests_total", "Judgments asked for", ["mode", "result"]
        )
        self._times = self.histogram(
            "judgment_duration_seconds", "Time of a judgment", steps(0.04, 10), ["mode", "cache"]
        )
        self._bi_times = self.histogram(
            "bi_query_duration_seconds", "Time of a BI query", steps(0.5, 10)
        )
        self._users = self.gauge("active_users", "Users at work")
        for mode in TYPICAL_S:
            for result in ("success", "failure"):
                self._judgments.labels(mode, result)
        self.tick(0)

    def tick(self, passed_s: float) -> None:
        """Users come and go."""
        super().tick(passed_s)
        self._users.set(self.users.count)

    def serve(self, path: str) -> bool:
        """Judge, or answer a BI query."""
        if path == "/bi/query":
            self._bi_times.observe(self.chance.duration_s(1.5, spread=0.2))
            return True
        mode = path.removeprefix("/judgments/")
        failed = self.chance.fails(f"judgment {mode}", ratio=0.001)
        is_cached = self.chance.happens(f"cached {mode}", 1 / 3)
        self._judgments.labels(mode, "failure" if failed else "success").inc()
        self._times.labels(mode, "hit" if is_cached else "miss").observe(
            self.chance.duration_s(CACHED_S if is_cached else TYPICAL_S[mode])
        )
        return not failed
