"""Programmes: how many users each system has when, run after run.

Users go evenly to the number of a stage, and before each run they come so slowly that a system
takes them in without trouble; only a spike comes fast.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Stage:
    """A stretch of a run, or of what is between runs where `run` is None.

    There are `users` at its end. A stage that keeps its time is not shortened: users come and go,
    and recoveries are waited for, as long as in reality.
    """

    users: int
    for_s: float
    run: str | None = None
    phase: str = "load"
    keeps_time: bool = False


def _come(users: int, for_s: float) -> Stage:
    return Stage(users, for_s, phase="come", keeps_time=True)


def _burst(run: str, users: int) -> tuple[Stage, Stage]:
    """All come at once, and then there is time until it has been scraped."""
    return Stage(users, 1, run, keeps_time=True), Stage(users, 5, run, keeps_time=True)


STEADY = "steady"
"""A run that no pack declares: the SLOs of a system are judged by it."""

PROGRAMMES: dict[str, tuple[Stage, ...]] = {
    "lark-service": (
        _come(0, 4),
        *_burst("burst", 10),
        _come(0, 12),
        *_burst("burst-by-app", 10),
        _come(10, 8),
        Stage(10, 600, STEADY),
    ),
    "discord-economy-bot": (
        _come(1100, 30),
        Stage(1100, 300, "thousand-users"),
    ),
    "coze-shopify-chat": (
        _come(20, 20),
        Stage(20, 300, "regression"),
    ),
    "reflection-api": (
        _come(50, 12),
        Stage(50, 300, "regression"),
        _come(10, 12),
        Stage(10, 60, "load-10", "start"),
        Stage(10, 240, "load-10", "steady"),
        _come(50, 12),
        Stage(50, 180, "load-50"),
        _come(100, 14),
        Stage(100, 180, "load-100"),
        _come(0, 4),
        _come(0, 10),  # until all who left count as gone
        Stage(100, 10, "spike", "ramp", keeps_time=True),
        Stage(100, 60, "spike", "hold", keeps_time=True),
    ),
    "triflow-judgment": (
        _come(100, 8),
        Stage(100, 300, "baseline-100"),
        _come(500, 15),
        Stage(500, 120, "stress-500", "start"),
        Stage(500, 480, "stress-500", "hold"),
        _come(550, 4),
        Stage(550, 300, "users"),
        _come(200, 10),
        Stage(200, 30, "spike-1000", "before", keeps_time=True),
        Stage(1000, 10, "spike-1000", "ramp", keeps_time=True),
        Stage(1000, 60, "spike-1000", "hold", keeps_time=True),
    ),
}

RECORDINGS: dict[str, tuple[Stage, ...]] = {
    "coze-shopify-chat": (
        _come(20, 20),
        Stage(20, 300, "regression"),
    ),
    "reflection-api": (
        _come(10, 6),
        Stage(10, 60, "load-10", "start"),
        Stage(10, 240, "load-10", "steady"),
        _come(50, 12),
        Stage(50, 300, "regression"),
    ),
}
"""The runs that later ones are compared with, to be played before the build that is judged."""


def scaled(stages: Sequence[Stage], *, scale: float = 1.0, time_scale: float = 1.0) -> list[Stage]:
    """Stages with factors on their users and on their lengths."""
    return [
        replace(
            stage,
            users=round(stage.users * scale),
            for_s=stage.for_s if stage.keeps_time else stage.for_s * time_scale,
        )
        for stage in stages
    ]


def length_s(stages: Sequence[Stage]) -> float:
    """How long they last together."""
    return sum(stage.for_s for stage in stages)
