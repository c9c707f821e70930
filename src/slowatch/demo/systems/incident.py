"""Incidents: which system has a bad half-minute when, the same in every run of a seed."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Literal

SYSTEMS = (
    "lark-service",
    "discord-economy-bot",
    "coze-shopify-chat",
    "reflection-api",
    "triflow-judgment",
)

FIRST_S = 10.0
EVERY_S = 60.0
LENGTH_S = 30.0

Kind = Literal["errors", "slow", "slump"]
KINDS: tuple[Kind, ...] = ("errors", "slow", "slump")


@dataclass(frozen=True, slots=True)
class Condition:
    """How a system fares: the least share of calls that fail, latency and traffic as factors.

    `bad_luck` is a factor on the failures that there are even in health.
    """

    failure_ratio: float = 0.0
    slowness: float = 1.0
    traffic: float = 1.0
    bad_luck: float = 1.0


HEALTHY = Condition()
CONDITIONS: dict[Kind, Condition] = {
    "errors": Condition(failure_ratio=0.05),
    "slow": Condition(slowness=6.0),
    "slump": Condition(traffic=0.6),
}


@dataclass(frozen=True, slots=True)
class Incident:
    """One system's bad half-minute."""

    system: str
    kind: Kind


def incident_at(elapsed_s: float, seed: int) -> Incident | None:
    """What goes wrong `elapsed_s` after the start, if anything.

    Systems take turns in an order that the seed decides, kinds in the order of `KINDS`; five and
    three have no common factor, so every system sees every kind.
    """
    index, into_s = divmod(elapsed_s - FIRST_S, EVERY_S)
    if index < 0 or into_s >= LENGTH_S:
        return None
    order = Random(seed).sample(SYSTEMS, len(SYSTEMS))  # noqa: S311  a play, not a secret
    return Incident(order[int(index) % len(order)], KINDS[int(index) % len(KINDS)])


def condition_of(system: str, clock: Callable[[], float], seed: int) -> Callable[[], Condition]:
    """How `system` fares whenever it is asked, from now on."""
    start_s = clock()

    def condition() -> Condition:
        incident = incident_at(clock() - start_s, seed)
        if incident is None or incident.system != system:
            return HEALTHY
        return CONDITIONS[incident.kind]

    return condition
