"""`coze-shopify-chat`: a chat proxy for shops."""

from prometheus_client import Counter

from slowatch.demo.systems.chance import Chance
from slowatch.demo.systems.system import Call, ProcessGauges, System, steps
from slowatch.demo.systems.users import Users

TYPICAL_S = {
    "/api/coze/chat": 4.0,
    "/api/coze/chat/stream": 2.5,
    "/health": 0.003,
    "/api/auth/login": 0.08,
}
QUERIES_S = {"history": 0.12, "conversations": 0.09, "user": 0.06}
CONNECTIONS = 5
MOST_IN_USE = 9


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
    usual_users = most_users = 20

    def __init__(
        self, chance: Chance, users: Users | None = None, *, leak_per_s: float = 0.0
    ) -> None:
        super().__init__(chance, users, leak_per_s=leak_per_s)
        self._requests = self.counter("http_requests_total", "Requests", ["route", "code"])
        self._times = self.histogram(
            "http_request_duration_seconds", "Time of a request", steps(0.002, 20), ["route"]
        )
        self._queries = self.histogram(
            "db_query_duration_seconds", "Time of a query", steps(0.02, 1), ["query"]
        )
        self._pool = self.gauge("db_pool_connections", "Database connections", ["state"])
        self._ws_times = self.histogram(
            "ws_message_duration_seconds", "Time of a frame", steps(0.004, 0.25)
        )
        self._tokens = self._results("token_cache_requests_total", "Token look-ups", "hit", "miss")
        self._replies = self._results("chat_replies_total", "Chat replies")
        self._connects = self._results("ws_connects_total", "WebSocket connects")
        self._languages = self._results("chat_language_checks_total", "Checks of the language")
        self._process = ProcessGauges(self, busy=0.3, memory=420e6)
        self._start_at_zero()

    def tick(self, passed_s: float) -> None:
        """The pool fills with the load, and while things are slow."""
        super().tick(passed_s)
        self._process.tick(passed_s)
        wanted = CONNECTIONS * self.users.share * self.chance.condition.slowness
        in_use = min(MOST_IN_USE, round(wanted))
        self._pool.labels("in_use").set(in_use)
        self._pool.labels("idle").set(max(1, CONNECTIONS + 1 - in_use))

    def serve(self, path: str) -> bool:
        """Answer one of the catalogue's four routes, or a WebSocket's call."""
        if path == "/ws/connect":
            failed = self.chance.fails("connect")
            self._connects.labels("failure" if failed else "success").inc()
            return not failed
        if path == "/ws/message":
            self._ws_times.observe(self.chance.duration_s(0.02))
            return True
        return self._request(path)

    def _request(self, route: str) -> bool:
        failed = self.chance.fails(f"http {route}", ratio=0.0002)
        self._requests.labels(route, "500" if failed else "200").inc()
        self._times.labels(route).observe(self.chance.duration_s(TYPICAL_S[route], spread=0.2))
        if route != "/health":
            self._token()
        if "chat" in route:
            self._reply()
        return not failed

    def _token(self) -> None:
        missed = self.chance.fails("token cache", ratio=0.002)
        self._tokens.labels("miss" if missed else "hit").inc()

    def _reply(self) -> None:
        self._replies.labels("failure" if self.chance.fails("reply") else "success").inc()
        self._languages.labels("failure" if self.chance.fails("language") else "success").inc()
        for query, typical_s in QUERIES_S.items():
            self._queries.labels(query).observe(self.chance.duration_s(typical_s, spread=0.15))

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
