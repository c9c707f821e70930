"""What every system of the demo has: a name, its own metrics, routes, and calls made to it."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from slowatch.demo.systems.chance import Chance

BUSY_WHEN_SLOW = 0.95


@dataclass(frozen=True, slots=True)
class Call:
    """A kind of request that users make `per_s` times a second, going round its paths."""

    paths: tuple[str, ...]
    per_s: float


class System(ABC):
    """One system: its metrics live in a registry of its own, so that names may clash."""

    name: ClassVar[str]
    calls: ClassVar[tuple[Call, ...]]

    def __init__(self, chance: Chance) -> None:
        self.chance = chance
        self.registry = CollectorRegistry()

    @abstractmethod
    def routes(self) -> list[Route]:
        """Its handlers; `/metrics` is added by who serves it."""

    def tick(self, passed_s: float) -> None:  # noqa: B027  some systems have nothing to move
        """Move what changes by itself (users, memory, CPU) on by `passed_s`."""

    def counter(self, name: str, says: str, labels: Sequence[str] = ()) -> Counter:
        """A counter of this system."""
        return Counter(name, says, labels, registry=self.registry)

    def gauge(self, name: str, says: str, labels: Sequence[str] = ()) -> Gauge:
        """A gauge of this system."""
        return Gauge(name, says, labels, registry=self.registry)

    def histogram(
        self, name: str, says: str, buckets: Sequence[float], labels: Sequence[str] = ()
    ) -> Histogram:
        """A classic histogram of this system; the bounds of its NFRs must be among the buckets."""
        return Histogram(name, says, labels, buckets=buckets, registry=self.registry)


class ProcessGauges:
    """`process_*` of a system, simulated: the real ones would be those of the whole demo.

    One process plays all five systems, so its own CPU and memory say nothing about any of them.
    """

    def __init__(
        self, system: System, *, busy: float, memory: float, workers: Sequence[str] = ()
    ) -> None:
        label = ("worker",) if workers else ()
        self._chance, self._busy, self._memory = system.chance, busy, memory
        cpu = system.counter("process_cpu_seconds_total", "CPU time used (simulated)", label)
        rss = system.gauge("process_resident_memory_bytes", "Memory used (simulated)", label)
        self._cpus = [cpu.labels(worker) for worker in workers] or [cpu]
        self._rsss = [rss.labels(worker) for worker in workers] or [rss]

    def tick(self, passed_s: float) -> None:
        """Use CPU for `passed_s`, nearly all of it while the system is slow."""
        busy = BUSY_WHEN_SLOW if self._chance.condition.slowness > 1 else self._busy
        for cpu, rss in zip(self._cpus, self._rsss, strict=True):
            cpu.inc(self._chance.around(busy, within=0.1) * passed_s)
            rss.set(self._chance.around(self._memory, within=0.005))


def answer(request: Request, *, failed: bool) -> Response:
    """What a handler sends: 200, or 500 when it failed."""
    body = {"path": request.url.path, "ok": not failed}
    return JSONResponse(body, status_code=500 if failed else 200)
