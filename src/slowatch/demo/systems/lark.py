"""`lark-service`: a pool of credentials and a message API for five apps."""

from slowatch.demo.systems.chance import Chance
from slowatch.demo.systems.system import Call, System, steps
from slowatch.demo.systems.users import Users

APPS = ("crm", "helpdesk", "hr", "payroll", "wiki")
METHODS = {"get_token": "GET", "send_message": "POST", "get_user": "GET"}
REFRESH_EVERY = 2


def _of_each_app(path: str) -> tuple[str, ...]:
    return tuple(f"{path}?app_id={app}" for app in APPS)


class LarkService(System):
    """110 API calls a second: half get a token, and every other of those refreshes it."""

    name = "lark-service"
    calls = (
        Call(_of_each_app("/get_token"), 55),
        Call(_of_each_app("/send_message"), 33),
        Call(_of_each_app("/get_user"), 22),
    )
    usual_users = 10
    most_users = 100

    def __init__(
        self, chance: Chance, users: Users | None = None, *, leak_per_s: float = 0.0
    ) -> None:
        super().__init__(chance, users, leak_per_s=leak_per_s)
        self._calls = self.counter(
            "api_requests_total", "API calls", ["method", "endpoint", "status", "app_id"]
        )
        self._times = self.histogram(
            "api_response_time_seconds",
            "Time of an API call",
            steps(0.05, 10),
            ["method", "endpoint"],
        )
        self._refreshes = self.counter(
            "token_refresh_total", "Token refreshes", ["app_id", "token_type", "result"]
        )
        self._refresh_times = self.histogram(
            "token_refresh_duration_seconds", "Time of a refresh", steps(0.05, 2.5)
        )
        self._queries = self.histogram(
            "db_query_duration_seconds", "Time of a query", steps(0.005, 0.25)
        )
        self._conflicts = self.counter(
            "token_refresh_conflicts_total", "Refreshes that got in each other's way", ["app_id"]
        )
        self._start_at_zero()

    def serve(self, path: str) -> bool:
        """Answer a call of an app."""
        endpoint, _, app = path.removeprefix("/").partition("?app_id=")
        failed = self.chance.fails(f"api {app}", ratio=0.0002)
        status = "error" if failed else "success"
        self._calls.labels(METHODS[endpoint], endpoint, status, app).inc()
        self._times.labels(METHODS[endpoint], endpoint).observe(
            self.chance.duration_s(0.35, spread=0.5)
        )
        self._queries.observe(self.chance.duration_s(0.02))
        if endpoint == "get_token" and self.chance.happens(f"cold {app}", 1 / REFRESH_EVERY):
            self._refresh(app)
        return not failed

    def _refresh(self, app: str) -> None:
        failed = self.chance.fails(f"refresh {app}")
        self._refreshes.labels(app, "tenant", "failure" if failed else "success").inc()
        self._refresh_times.observe(self.chance.duration_s(0.2))
        if self.chance.fails(f"conflict {app}"):
            self._conflicts.labels(app).inc()

    def _start_at_zero(self) -> None:
        for app in APPS:
            self._conflicts.labels(app)
            for result in ("success", "failure"):
                self._refreshes.labels(app, "tenant", result)
            for endpoint, method in METHODS.items():
                for status in ("success", "error"):
                    self._calls.labels(method, endpoint, status, app)
