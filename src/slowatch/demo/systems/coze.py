"""`coze-shopify-chat`: a chat proxy for shops."""

from prometheus_client import Counter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slowatch.demo.systems.chance import Chance
from slowatch.demo.systems.system import Call, ProcessGauges, System, answer

TYPICAL_S = {
    "/api/coze/chat": 4.0,
    "/api/coze/chat/stream": 2.5,
    "/health": 0.003,
    "/api/auth/login": 0.08,
}
QUERIES_S = {"history": 0.12, "conversations": 0.09, "user": 0.06}
BUCKETS_S = (0.005, 0.01, 0.05, 0.1, 0.2, 0.5, 1, 2, 4, 6, 8, 10, 20)


class CozeShopifyChat(System):
    """A few chats a second, each of which asks caches and the database, and WebSockets.

    WebSocket traffic is played over plain HTTP: a call to `/ws/…` stands for a connect or a frame.
    """

    name = "coze-shopify-chat"
    calls = (
        Call(("/api/coze/chat",), 4),
        Call(("/api/coze/chat/stream",), 4),
        Call(("/health",), 2),
        Call(("/api/auth/login",), 2),
        Call(("/ws/connect",), 1),
        Call(("/ws/message",), 10),
    )

    def __init__(self, chance: Chance) -> None:
        super().__init__(chance)
        self._requests = self.counter("http_requests_total", "Requests", ["route", "code"])
        self._times = self.histogram(
            "http_request_duration_seconds", "Time of a request", BUCKETS_S, ["route"]
        )
        self._queries = self.histogram(
            "db_query_duration_seconds",
            "Time of a query",
            (0.025, 0.05, 0.1, 0.15, 0.2, 0.5, 1),
            ["query"],
        )
        self._pool = self.gauge("db_pool_connections", "Database connections", ["state"])
        self._ws_times = self.histogram(
            "ws_message_duration_seconds", "Time of a frame", (0.005, 0.01, 0.025, 0.05, 0.1, 0.25)
        )
        self._tokens = self._results("token_cache_requests_total", "Token look-ups", "hit", "miss")
        self._replies = self._results("chat_replies_total", "Chat replies")
        self._connects = self._results("ws_connects_total", "WebSocket connects")
        self._languages = self._results("chat_language_checks_total", "Checks of the language")
        self._process = ProcessGauges(self, busy=0.3, memory=420e6)
        self._start_at_zero()

    def routes(self) -> list[Route]:
        """The catalogue's four, and two that stand for WebSocket traffic."""
        return [
            *(Route(path, self._request) for path in TYPICAL_S),
            Route("/ws/connect", self._connect),
            Route("/ws/message", self._message),
        ]

    def tick(self, passed_s: float) -> None:
        """The pool fills while things are slow."""
        self._process.tick(passed_s)
        is_slow = self.chance.condition.slowness > 1
        self._pool.labels("in_use").set(9 if is_slow else 4)
        self._pool.labels("idle").set(1 if is_slow else 2)

    async def _request(self, request: Request) -> Response:
        route = request.url.path
        failed = self.chance.fails(f"http {route}", ratio=0.0002)
        self._requests.labels(route, "500" if failed else "200").inc()
        self._times.labels(route).observe(self.chance.duration_s(TYPICAL_S[route], spread=0.2))
        if route != "/health":
            self._token()
        if "chat" in route:
            self._reply()
        return answer(request, failed=failed)

    def _token(self) -> None:
        missed = self.chance.fails("token cache", ratio=0.002)
        self._tokens.labels("miss" if missed else "hit").inc()

    def _reply(self) -> None:
        self._replies.labels("failure" if self.chance.fails("reply") else "success").inc()
        self._languages.labels("failure" if self.chance.fails("language") else "success").inc()
        for query, typical_s in QUERIES_S.items():
            self._queries.labels(query).observe(self.chance.duration_s(typical_s, spread=0.15))

    async def _connect(self, request: Request) -> Response:
        failed = self.chance.fails("connect")
        self._connects.labels("failure" if failed else "success").inc()
        return answer(request, failed=failed)

    async def _message(self, request: Request) -> Response:
        self._ws_times.observe(self.chance.duration_s(0.012))
        return answer(request, failed=False)

    def _results(
        self, name: str, says: str, good: str = "success", bad: str = "failure"
    ) -> Counter:
        counter = self.counter(name, says, ["result"])
        counter.labels(good)
        counter.labels(bad)
        return counter

    def _start_at_zero(self) -> None:
        for route in TYPICAL_S:
            for code in ("200", "500"):
                self._requests.labels(route, code)
        self.tick(0)
