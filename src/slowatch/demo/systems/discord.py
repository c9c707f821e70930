"""`discord-economy-bot`: commands, balances and transfers."""

from slowatch.demo.systems.chance import Chance
from slowatch.demo.systems.system import Call, ProcessGauges, System, steps
from slowatch.demo.systems.users import Users

TYPICAL_S = {"balance": 0.2, "transfer": 0.9, "shop": 0.9, "work": 0.8}
MISSES = 0.08
MISSES_WHEN_ILL = 0.4


class DiscordEconomyBot(System):
    """30 commands a second from about 1,200 users."""

    name = "discord-economy-bot"
    calls = (
        Call(("/commands/balance",), 10),
        Call(("/commands/transfer",), 5),
        Call(("/commands/shop",), 5),
        Call(("/commands/work",), 10),
    )
    usual_users = most_users = 1200

    def __init__(
        self, chance: Chance, users: Users | None = None, *, leak_per_s: float = 0.0
    ) -> None:
        super().__init__(chance, users, leak_per_s=leak_per_s)
        self._users = self.gauge("bot_active_users", "Users served at the moment")
        self._times = self.histogram(
            "bot_command_duration_seconds",
            "Time to the answer of a command",
            steps(0.05, 6),
            ["command"],
        )
        self._cache = self.counter("bot_cache_requests_total", "Cache look-ups", ["result"])
        self._transfers = self.counter("bot_transfers_total", "Transfers", ["result"])
        self._process = ProcessGauges(self, busy=0.42, memory=310e6)
        for result in ("hit", "miss"):
            self._cache.labels(result)
        for result in ("success", "failure"):
            self._transfers.labels(result)
        self.tick(0)

    def tick(self, passed_s: float) -> None:
        """Users come and go."""
        super().tick(passed_s)
        self._process.tick(passed_s)
        self._users.set(self.users.count)

    def serve(self, path: str) -> bool:
        """Answer a command."""
        command = path.removeprefix("/commands/")
        self._times.labels(command).observe(self.chance.duration_s(TYPICAL_S[command]))
        is_ill = self.chance.condition.failure_ratio > 0
        missed = self.chance.happens("cache", MISSES_WHEN_ILL if is_ill else MISSES)
        self._cache.labels("miss" if missed else "hit").inc()
        return command != "transfer" or self._transfer()

    def _transfer(self) -> bool:
        failed = self.chance.fails("transfer")
        self._transfers.labels("failure" if failed else "success").inc()
        return not failed
