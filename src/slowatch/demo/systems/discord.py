"""`discord-economy-bot`: commands, balances and transfers."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slowatch.demo.systems.chance import Chance
from slowatch.demo.systems.system import Call, ProcessGauges, System, answer

TYPICAL_S = {"balance": 0.15, "transfer": 0.4, "shop": 0.4, "work": 0.35}
USERS = 1200


class DiscordEconomyBot(System):
    """30 commands a second from about 1,200 users."""

    name = "discord-economy-bot"
    calls = (
        Call(("/commands/balance",), 10),
        Call(("/commands/transfer",), 5),
        Call(("/commands/shop",), 5),
        Call(("/commands/work",), 10),
    )

    def __init__(self, chance: Chance) -> None:
        super().__init__(chance)
        self._users = self.gauge("bot_active_users", "Users served at the moment")
        self._times = self.histogram(
            "bot_command_duration_seconds",
            "Time to the answer of a command",
            (0.1, 0.2, 0.3, 0.5, 1, 2, 5),
            ["command"],
        )
        self._cache = self.counter("bot_cache_requests_total", "Cache look-ups", ["result"])
        self._transfers = self.counter("bot_transfers_total", "Transfers", ["result"])
        self._process = ProcessGauges(self, busy=0.35, memory=310e6)
        for result in ("hit", "miss"):
            self._cache.labels(result)
        for result in ("success", "failure"):
            self._transfers.labels(result)
        self.tick(0)

    def routes(self) -> list[Route]:
        """One for all commands."""
        return [Route("/commands/{command}", self._command)]

    def tick(self, passed_s: float) -> None:
        """Users come and go, with the traffic."""
        self._process.tick(passed_s)
        self._users.set(round(self.chance.around(USERS * self.chance.condition.traffic)))

    async def _command(self, request: Request) -> Response:
        command: str = request.path_params["command"]
        self._times.labels(command).observe(self.chance.duration_s(TYPICAL_S[command]))
        is_ill = self.chance.condition.failure_ratio > 0
        missed = self.chance.fails("cache", ratio=0.4 if is_ill else 0.08)
        self._cache.labels("miss" if missed else "hit").inc()
        failed = command == "transfer" and self.chance.fails("transfer")
        if command == "transfer":
            self._transfers.labels("failure" if failed else "success").inc()
        return answer(request, failed=failed)
