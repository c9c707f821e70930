"""What is asked of Prometheus and what comes back, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Grid:
    """The moments a question is asked for: `first_s`, `first_s + step_s`, …, `last_s`.

    Each moment is the end of a slot of `step_s` seconds.
    """

    first_s: int
    last_s: int
    step_s: int

    @property
    def ends(self) -> range:
        """The slots' ends, oldest first."""
        return range(self.first_s, self.last_s + 1, self.step_s)


@dataclass(frozen=True, slots=True)
class Series:
    """One series of an answer: its labels, and its value at each moment that has one."""

    labels: Labels
    points: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Samples:
    """Raw samples of one series, oldest first: seconds and values."""

    labels: Labels
    samples: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """The server will not answer this expression; `reason` is in its own words."""

    reason: str


Answer = tuple[Series, ...] | Refusal


def series_of(answer: Answer) -> tuple[Series, ...]:
    """The series of an answer; none where it was refused."""
    return () if isinstance(answer, Refusal) else answer


def number_of(answer: Answer) -> float | None:
    """The only value of an answer that is one number; None where there is none."""
    return next((value for one in series_of(answer) for value in one.points.values()), None)


@dataclass(slots=True)
class Effort:
    """What asking has cost so far, for `/metrics` and benchmarks."""

    queries: int = 0
    failures: int = 0
    refusals: int = 0
    samples_read: int = 0
    seconds: float = 0.0
    warnings: list[str] = field(default_factory=list)
