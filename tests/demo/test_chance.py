"""Failures are spread evenly, so that a young system is not judged by bad luck."""

from collections.abc import Callable
from random import Random

from slowatch.demo.systems.chance import Chance
from slowatch.demo.systems.incident import HEALTHY, Condition


def chance_when(condition: Callable[[], Condition]) -> Chance:
    """The same draws every time."""
    return Chance(Random(3), condition)  # noqa: S311


def test_failures_never_exceed_their_share_in_health() -> None:
    """At 1 %, 1,000 events hold ten failures, or nine when the first one came late."""
    chance = chance_when(lambda: HEALTHY)
    failures = 0
    for event in range(1, 1001):
        failures += chance.fails("calls", ratio=0.01)
        assert failures <= event * 0.01
    assert failures in {9, 10}


def test_what_never_fails_fails_only_in_an_incident() -> None:
    """5 % of 100 events are five."""
    condition = HEALTHY
    chance = chance_when(lambda: condition)
    assert not any(chance.fails("transfer") for _ in range(1000))
    condition = Condition(failure_ratio=0.05)
    assert sum(chance.fails("transfer") for _ in range(101)) == 5


def test_slowness_multiplies_latency() -> None:
    """The same draw takes six times as long."""
    healthy = chance_when(lambda: HEALTHY).duration_s(0.2)
    slow = chance_when(lambda: Condition(slowness=6.0)).duration_s(0.2)
    assert round(slow / healthy, 6) == 6.0
