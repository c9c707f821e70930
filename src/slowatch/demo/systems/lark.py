"""`lark-service`: a pool of credentials and a message API for five apps."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slowatch.demo.systems.chance import Chance
from slowatch.demo.systems.system import Call, System, answer

APPS = ("crm", "helpdesk", "hr", "payroll", "wiki")
METHODS = {"get_token": "GET", "send_message": "POST", "get_user": "GET"}
REFRESH_EVERY = 10


def _of_each_app(path: str) -> tuple[str, ...]:
    return tuple(f"{path}?app_id={app}" for app in APPS)


class LarkService(System):
    """110 API calls a second: half get a token, and every tenth of those refreshes it."""

    name = "lark-service"
    calls = (
        Call(_of_each_app("/get_token"), 55),
        Call(_of_each_app("/send_message"), 33),
        Call(_of_each_app("/get_user"), 22),
    )

    def __init__(self, chance: Chance) -> None:
        super().__init__(chance)
        self._calls = self.counter(
            "api_requests_total", "API calls", ["method", "endpoint", "status", "app_id"]
        )
        self._times = self.histogram(
            "api_response_time_seconds",
            "Time of an API call",
            (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10),
            ["method", "endpoint"],
        )
        self._refreshes = self.counter(
            "token_refresh_total", "Token refreshes", ["app_id", "token_type", "result"]
        )
        self._refresh_times = self.histogram(
            "token_refresh_duration_seconds", "Time of a refresh", (0.05, 0.1, 0.25, 0.5, 1, 2.5)
        )
        self._queries = self.histogram(
            "db_query_duration_seconds", "Time of a query", (0.005, 0.01, 0.025, 0.05, 0.1, 0.25)
        )
        self._conflicts = self.counter(
            "token_refresh_conflicts_total", "Refreshes that got in each other's way", ["app_id"]
        )
        self._start_at_zero()

    def routes(self) -> list[Route]:
        """One per endpoint; the app is a query parameter."""
        return [Route(f"/{endpoint}", self._call) for endpoint in METHODS]

    async def _call(self, request: Request) -> Response:
        endpoint, app = request.url.path[1:], request.query_params["app_id"]
        failed = self.chance.fails(f"api {app}", ratio=0.0002)
        status = "error" if failed else "success"
        self._calls.labels(METHODS[endpoint], endpoint, status, app).inc()
        self._times.labels(METHODS[endpoint], endpoint).observe(
            self.chance.duration_s(0.25, spread=0.4)
        )
        self._queries.observe(self.chance.duration_s(0.01))
        if endpoint == "get_token" and self.chance.fails(f"cached {app}", ratio=1 / REFRESH_EVERY):
            self._refresh(app)
        return answer(request, failed=failed)

    def _refresh(self, app: str) -> None:
        result = "failure" if self.chance.fails(f"refresh {app}") else "success"
        self._refreshes.labels(app, "tenant", result).inc()
        self._refresh_times.observe(self.chance.duration_s(0.12))

    def _start_at_zero(self) -> None:
        for app in APPS:
            self._conflicts.labels(app)
            for result in ("success", "failure"):
                self._refreshes.labels(app, "tenant", result)
            for endpoint, method in METHODS.items():
                for status in ("success", "error"):
                    self._calls.labels(method, endpoint, status, app)
