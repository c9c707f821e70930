"""What a daemon knows at the end of a slot: made once, read by everyone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from slowatch.evaluate.alert import Alert
from slowatch.evaluate.judging import Status
from slowatch.spec.problem import Problem

AlertingMode = Literal["off", "rules", "notify"]
"""Who raises alerts: nobody, rules that Prometheus evaluates, or slowatch itself."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All statuses, worst first, at one moment; `slot_s` is the length of a slot.

    `alerts` are those that are pending or firing, or were resolved lately, newest first.
    """

    as_of_s: int
    slot_s: int
    statuses: tuple[Status, ...]
    alerts: tuple[Alert, ...] = ()

    def of_slo(self, service: str, name: str) -> list[Status]:
        """The statuses of one SLO's groups, worst first; none where there is no such SLO."""
        return [s for s in self.statuses if s.slo.service == service and s.slo.name == name]


@dataclass(frozen=True, slots=True)
class Counts:
    """What a daemon has done since it started.

    Slots are counted once for each question. `late` slots were recorded by backfill although they
    ended while the daemon ran; `missed` and `overlapped` are runs of the schedule.
    """

    slots_due: int = 0
    slots_recorded: int = 0
    slots_missing: int = 0
    slots_late: int = 0
    runs_missed: int = 0
    runs_overlapped: int = 0
    run_failures: int = 0
    queries: int = 0
    query_failures: int = 0
    query_refusals: int = 0
    query_seconds: float = 0.0
    samples_read: int = 0
    backfill_pending: int = 0


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What reading the spec files led to, in seconds since the epoch when.

    `kept` are files whose last good version still counts, since what stands in them is wrong.
    """

    at_s: float
    slos: int
    kept: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def mistakes(self) -> int:
        """How many of the problems are more than warnings."""
        return sum(problem.is_mistake for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a daemon has recent slots and a source that answers; else why not.

    `warnings` do not stand in the way: problems in spec files, what Prometheus warns of.
    """

    reasons: Sequence[str]
    warnings: Sequence[str]
    problems: Sequence[Problem]

    @property
    def is_ready(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.reasons
