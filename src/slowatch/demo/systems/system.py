"""What every system of the demo has: a name, its own metrics, and the calls that users make."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from slowatch.demo.systems.chance import Chance
from slowatch.demo.systems.users import SimulatedUsers, Users

BUSIEST = 0.95
IDLE_SHARE = 0.2
MEMORY_OF_LOAD = 0.02
STEPS = (
    *(1, 1.1, 1.2, 1.35, 1.5, 1.75),
    *(2, 2.25, 2.5, 2.75, 3, 3.5, 4, 4.5),
    *(5, 5.5, 6, 6.5, 7, 7.5, 8, 9),
)


@dataclass(frozen=True, slots=True)
class Call:
    """A kind of request that the usual users make `per_s` times a second, going round its paths."""

    paths: tuple[str, ...]
    per_s: float


class System(ABC):
    """One system: its metrics live in a registry of its own, so that names may clash.

    `usual_users` are those that make the `calls`; it can take `most_users`.
    """

    name: ClassVar[str]
    calls: ClassVar[tuple[Call, ...]]
    usual_users: ClassVar[int]
    most_users: ClassVar[int]

    def __init__(
        self, chance: Chance, users: Users | None = None, *, leak_per_s: float = 0.0
    ) -> None:
        self.chance = chance
        self.users = users or SimulatedUsers(
            lambda: chance.around(self.usual_users * chance.condition.traffic)
        )
        self.leak_per_s = leak_per_s
        self.registry = CollectorRegistry()

    @cached_property
    def paths(self) -> frozenset[str]:
        """Everything that can be called, with its query."""
        return frozenset(path for call in self.calls for path in call.paths)

    @abstractmethod
    def serve(self, path: str) -> bool:
        """Do what a call to one of the paths asks for, in no time; whether it succeeded."""

    def tick(self, passed_s: float) -> None:
        """Move what changes by itself (users, memory, CPU) on by `passed_s`."""
        self.users.tick(passed_s)

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


def steps(low: float, high: float) -> tuple[float, ...]:
    """Bounds of buckets from `low` to `high`, so near to each other that a quantile is told well.

    The mantissas are those of STEPS, and so are those of every NFR's bound.
    """
    every = (float(f"{step}e{power}") for power in range(-4, 3) for step in STEPS)
    return tuple(bound for bound in every if low <= bound <= high)


class ProcessGauges:
    """`process_*` of a system, simulated: the real ones would be those of the whole demo.

    One process plays all five systems, so its own CPU and memory say nothing about any of them.
    """

    def __init__(
        self, system: System, *, busy: float, memory: float, workers: Sequence[str] = ()
    ) -> None:
        label = ("worker",) if workers else ()
        self._system, self._busy, self._memory = system, busy, memory
        self._leaked = 0.0
        cpu = system.counter("process_cpu_seconds_total", "CPU time used (simulated)", label)
        rss = system.gauge("process_resident_memory_bytes", "Memory used (simulated)", label)
        self._cpus = [cpu.labels(worker) for worker in workers] or [cpu]
        self._rsss = [rss.labels(worker) for worker in workers] or [rss]

    def tick(self, passed_s: float) -> None:
        """Use CPU for `passed_s`: as the load takes, and nearly all while the system is slow."""
        chance, share = self._system.chance, self._system.users.share
        work = (IDLE_SHARE + (1 - IDLE_SHARE) * share) * chance.condition.slowness
        self._leaked += self._system.leak_per_s * passed_s
        kept = 1 + MEMORY_OF_LOAD * (share - 1) + self._leaked
        for cpu, rss in zip(self._cpus, self._rsss, strict=True):
            cpu.inc(chance.around(min(BUSIEST, self._busy * work), within=0.05) * passed_s)
            rss.set(chance.around(self._memory * kept, within=0.005))
