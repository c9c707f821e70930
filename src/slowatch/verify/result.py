"""What a verdict on a run says: the run, and a line for each check and group.

These are the values that are stored, printed, and written as reports.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from slowatch.slo.slot import Span
from slowatch.slo.verdict import Verdict, worst
from slowatch.spec.compiled_runs import Bound, Unit


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a number lies, with the run's confidence on each side; in the number's own unit."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Point:
    """A measure over a short stretch of the run that ends at `at_s`; None where nothing was told.

    Moments are seconds since the epoch.
    """

    at_s: int
    value: float | None


@dataclass(frozen=True, slots=True)
class Contributor:
    """A label's value, its share of what is bad, and its share of everything, from 0 to 1."""

    label: str
    value: str
    bad_share: float
    total_share: float


@dataclass(frozen=True, slots=True)
class BaselineRef:
    """What a measure was compared with: in words, when that was, and the stored run if it is one.

    `told` is such as `load-10 (run 12)` or `the median of 5 runs`.
    """

    told: str
    span: Span | None
    run_id: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One check of one group: what was measured, what it was held against, and the verdict.

    `measured`, `baseline`, `at_least` and `at_most` are in `unit`; the last two are the limits that
    counted, with scale and baseline in them. A recovery is measured in seconds, and its unit is
    `seconds`. `change` is relative to the baseline, 0.1 for 10 % more; its interval is
    `change_interval`. `events` is how many events, or values, the number rests on. `reason` says
    why nothing is shown, or what to know of the verdict. `course` is how the measure went, `before`
    how it went in the baseline; both are in `course_unit`, which is `unit` but for a recovery,
    whose `baseline` is in it too. `course_at_least` and `course_at_most` are what a recovery has to
    be back within. Its verdict `stands` whatever else is missing, where it is a fact and no
    estimate: it was down, it lost something.
    """

    name: str
    nfr: str | None
    description: str
    group: Mapping[str, str]
    bound: Bound
    unit: Unit
    verdict: Verdict
    measured: float | None = None
    interval: Interval | None = None
    at_least: float | None = None
    at_most: float | None = None
    baseline: float | None = None
    change: float | None = None
    change_interval: Interval | None = None
    events: float | None = None
    reason: str | None = None
    baseline_ref: BaselineRef | None = None
    course: tuple[Point, ...] = ()
    before: tuple[Point, ...] = ()
    contributors: tuple[Contributor, ...] = ()
    course_unit: Unit | None = None
    course_at_least: float | None = None
    course_at_most: float | None = None
    stands: bool = False


@dataclass(frozen=True, slots=True)
class PlayedPhase:
    """A phase as it was played, and how many users there were at its end, where that is known.

    `usual_users` are as many as there were for at least half of it.
    """

    name: str
    span: Span
    users: int | None = None
    usual_users: int | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know of the run as a whole; where it `blocks`, no line can be shown by it."""

    text: str
    blocks: bool = False


def title_of(service: str, name: str) -> str:
    """What people call a run: `reflection-api/load-50`, `every SLO of shop`, or `every SLO`."""
    if name:
        return f"{service}/{name}"
    return f"every SLO of {service}" if service else "every SLO"


@dataclass(frozen=True, slots=True)
class Judged:
    """A run and the verdict on it.

    `service` and `name` are empty where every SLO of some packs was judged, of no declared run.
    `span` is the whole run, `judged_span` what is left without warm-up and cool-down. `digest` is
    that of the run's checks, without what the command line says otherwise. `id` is None until it is
    stored. `command` is what was run, where slowatch ran it, with its exit code.
    """

    service: str
    name: str
    nfr: str | None
    description: str
    span: Span
    judged_span: Span
    lines: tuple[Line, ...]
    notices: tuple[Notice, ...] = ()
    phases: tuple[PlayedPhase, ...] = ()
    users: int | None = None
    scale: float = 1.0
    time_scale: float = 1.0
    confidence: float = 0.95
    digest: str = ""
    command: tuple[str, ...] = ()
    exit_code: int | None = None
    id: int | None = None

    @property
    def verdict(self) -> Verdict:
        """The worst of its lines; of those that stand, where something blocks the others."""
        if not any(notice.blocks for notice in self.notices):
            return worst(line.verdict for line in self.lines)
        standing = [line.verdict for line in self.lines if line.stands]
        return worst([*standing, "inconclusive"])

    @property
    def title(self) -> str:
        """What people call it."""
        return title_of(self.service, self.name)
