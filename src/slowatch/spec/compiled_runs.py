"""Compiled runs: what a spec file says of load runs, checked, with every default filled in.

A check is a measure over the whole run and what it must keep; a run is a load and its checks.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from slowatch.spec.compiled import DEFAULT_SOURCE, Counter, CounterEvents, FreeEvents

Statistic = Literal["mean", "max", "min", "p95", "last"]
Unit = Literal["ratio", "seconds", "bytes", "per_second", "events", "number"]
Severity = Literal["fail", "warn"]

DEFAULT_CONFIDENCE = Decimal("0.95")
DEFAULT_LEAST_EVENTS = 30


@dataclass(frozen=True, slots=True)
class ShareMeasure:
    """The share of good events, or of bad ones."""

    sli: CounterEvents | FreeEvents
    of: Literal["good", "bad"]


@dataclass(frozen=True, slots=True)
class QuantileMeasure:
    """A quantile of all observations of a run; `histogram` has its base name."""

    p: Decimal
    histogram: Counter
    is_native: bool = False


@dataclass(frozen=True, slots=True)
class MeanMeasure:
    """The mean of all observations of a run, exact: their sum over their count."""

    histogram: Counter
    is_native: bool = False


@dataclass(frozen=True, slots=True)
class RateMeasure:
    """Events per second; the mean is that of the whole run, others are of its slots."""

    counter: Counter
    statistic: Statistic = "mean"


@dataclass(frozen=True, slots=True)
class CountMeasure:
    """How many events there were."""

    counter: Counter


@dataclass(frozen=True, slots=True)
class ValueMeasure:
    """A statistic of the values that an expression has over a run; it may hold `$window`.

    `$window` is as long as `over_s`, or four scrapes; `$slot` is a scrape.
    """

    query: str
    statistic: Statistic
    over_s: int | None = None


Measure = ShareMeasure | QuantileMeasure | MeanMeasure | RateMeasure | CountMeasure | ValueMeasure


@dataclass(frozen=True, slots=True)
class Limits:
    """What a measure must stay within, both ends included; at least one is given.

    A share's limits are of the share that it measures, exact: `Decimal("0.999")`.
    """

    at_least: Decimal | None = None
    at_most: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """How far a measure may be from its baseline, relative to it.

    `at_most` of 0.5 means at most 50 % above, `at_least` of -0.1 at most 10 % below. A difference
    of up to `floor`, in the measure's own unit, does not count.
    """

    at_least: Decimal | None = None
    at_most: Decimal | None = None
    floor: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Recovery:
    """How soon a measure must be back within a change of its baseline, and stay there.

    The clock starts when the phase `after` ends; None stands for the first of several phases, or
    for the start of a run of one.
    """

    within_s: int
    change: Change
    after: str | None = None


Bound = Limits | Change | Recovery


@dataclass(frozen=True, slots=True)
class RunBaseline:
    """An earlier run of the same service by its name.

    The one that is marked as baseline, else the newest that passed; with `last` the median of the
    last so many that passed.
    """

    run: str
    last: int | None = None


@dataclass(frozen=True, slots=True)
class OffsetBaseline:
    """The same stretch of time, so many seconds before."""

    offset_s: int


@dataclass(frozen=True, slots=True)
class PhaseBaseline:
    """A phase of the very same run."""

    phase: str


@dataclass(frozen=True, slots=True)
class StoredBaseline:
    """A stored run by its id; never written in a spec."""

    id: int


@dataclass(frozen=True, slots=True)
class SpanBaseline:
    """A stretch of time in seconds since the epoch; never written in a spec."""

    start_s: int
    end_s: int


Baseline = RunBaseline | OffsetBaseline | PhaseBaseline | StoredBaseline | SpanBaseline


@dataclass(frozen=True, slots=True)
class Check:
    """A measure and what it must keep, for each set of values of the labels `by`.

    `severity` is what it costs when it is broken. `scales` says that its limits grow with the load:
    they are multiplied by the scale that a run was played at.
    """

    name: str
    measure: Measure
    bound: Bound
    unit: Unit
    nfr: str | None = None
    description: str = ""
    by: tuple[str, ...] = ()
    severity: Severity = "fail"
    scales: bool = False
    baseline: Baseline | None = None
    source: str = DEFAULT_SOURCE


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of a run's load: its length, and how many users there are at its end."""

    name: str
    length_s: int
    users: int | None = None


@dataclass(frozen=True, slots=True)
class CompiledRun:
    """A declared run: the load it stands for, and what must hold over it.

    `requires` are checks of whether the run can be judged at all: where one does not hold, nothing
    is shown. A run that lasts longer than `ends_within_s` fails. Where a share, a quantile or a
    mean rests on fewer than `least_events` events, nothing is shown by it. `confidence` is that of
    all intervals, one-sided.
    """

    service: str
    name: str
    checks: tuple[Check, ...]
    nfr: str | None = None
    description: str = ""
    phases: tuple[Phase, ...] = ()
    warm_up_s: int = 0
    cool_down_s: int = 0
    ends_within_s: int | None = None
    requires: tuple[Check, ...] = ()
    confidence: Decimal = DEFAULT_CONFIDENCE
    least_events: int = DEFAULT_LEAST_EVENTS
    path: str = ""
    line: int = 0
    text: str = field(default="", compare=False, repr=False)

    @property
    def id(self) -> str:
        """`service/name`, unique among all specs."""
        return f"{self.service}/{self.name}"

    @property
    def users(self) -> int | None:
        """The most users there are at once, where it says how many."""
        return max((p.users for p in self.phases if p.users is not None), default=None)

    @property
    def length_s(self) -> int:
        """How long its load lasts; 0 where it does not say."""
        return sum(phase.length_s for phase in self.phases)
