"""Compiled SLOs: what a spec file says, checked, with every default filled in.

Nothing here knows YAML, and nothing asks Prometheus; expressions are PromQL text that parses.
`$window` in a free expression stands for the look-back it is asked over, such as `60s`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from slowatch.slo.objective import Objective
from slowatch.slo.policy import DEFAULT_POLICY, AlertPolicy, Severity
from slowatch.slo.window import Window

if TYPE_CHECKING:
    from slowatch.spec.compiled_runs import Check

DEFAULT_SOURCE = "default"
"""The Prometheus of the settings `prometheus_…`, which is asked where no other is named."""
MatchOp = Literal["=", "!=", "=~", "!~"]


@dataclass(frozen=True, slots=True, order=True)
class Matcher:
    """One label matcher of a selector; `value` is the plain text, not yet quoted."""

    label: str
    op: MatchOp
    value: str


@dataclass(frozen=True, slots=True)
class Below:
    """The observations of a native histogram at or below a bound, in the histogram's own unit."""

    bound: float


HistogramView = Literal["count"] | Below


@dataclass(frozen=True, slots=True)
class Counter:
    """A family of cumulative series: a metric and its matchers, sorted by label.

    `view` is None for a plain counter; for a native histogram it says which of its cumulative
    counts is meant.
    """

    metric: str
    matchers: tuple[Matcher, ...] = ()
    view: HistogramView | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """A counter and what one of its events counts for."""

    coefficient: Decimal
    counter: Counter


CounterSum = tuple[Term, ...]
"""A sum of counters, such as `hits_total + 2 * misses_total`; its events are theirs, added."""


@dataclass(frozen=True, slots=True)
class ClassicBound:
    """The bucket of a classic histogram that a latency SLI counts: its `le` must exist."""

    histogram: str
    matchers: tuple[Matcher, ...]
    bound: float


@dataclass(frozen=True, slots=True)
class CounterEvents:
    """Good and total events of a slot from counters; exactly one of `good` and `bad` is given.

    `bucket` is set for a latency SLI over a classic histogram.
    """

    total: CounterSum
    good: CounterSum | None = None
    bad: CounterSum | None = None
    bucket: ClassicBound | None = None


@dataclass(frozen=True, slots=True)
class FreeEvents:
    """Good and total events of a slot from two free expressions that hold `$window`."""

    total: str
    good: str | None = None
    bad: str | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a value must stay within, both ends included; at least one is given."""

    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """A number per slot, good while it is within its bounds.

    `query` may hold `$window`: the look-back `over_s` where given, else the slot and at least four
    scrapes; `$slot` is the slot's length. Where `while_query` is given, a slot in which it yields
    nothing, or only zeros, is idle. `histogram` is set for a quantile over a classic histogram,
    whose highest finite bucket limits what it can say.
    """

    query: str
    bounds: Bounds
    over_s: int | None = None
    while_query: str | None = None
    histogram: ClassicBound | None = None


Sli = CounterEvents | FreeEvents | Level
SliKind = Literal["ratio", "latency", "quantile", "rate", "value", "up", "promql"]
NoData = Literal["missing", "good", "bad"]


@dataclass(frozen=True, slots=True)
class Slicing:
    """Judge slots, not events.

    `timeslices`: a slot is one event, good when its share of good events is at least `target`.
    `ratio_timeslices`: a slot is one event, as good as its share of good events (`target` is None).
    """

    budgeting: Literal["timeslices", "ratio_timeslices"]
    target: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ThresholdAlert:
    """Alert while the SLI has broken its own bound without a pause for `for_s`.

    For a number per slot the bound is its own; for events it is the objective.
    """

    name: str
    for_s: int
    severity: Severity = "ticket"
    nfr: str | None = None


@dataclass(frozen=True, slots=True)
class CompiledSlo:
    """One SLO, ready to be asked, recorded, judged and rendered.

    `id` is `service/name`. `source` names the Prometheus that is asked. `by` lists the labels of
    which each set of values has its own budget. `slicing` is None where events are counted as they
    occur. `runbook` and `dashboard` are links. `path` and `line` say where it stands, and `text`
    what stands there. `checks` are what it promises of one whole run.
    """

    service: str
    name: str
    objective: Objective
    window: Window
    kind: SliKind
    sli: Sli
    nfr: str | None = None
    description: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    by: tuple[str, ...] = ()
    slicing: Slicing | None = None
    no_data: NoData = "missing"
    alerts: tuple[ThresholdAlert, ...] = ()
    policy: AlertPolicy = DEFAULT_POLICY
    runbook: str | None = None
    dashboard: str | None = None
    source: str = DEFAULT_SOURCE
    path: str = ""
    line: int = 0
    text: str = field(default="", compare=False, repr=False)
    checks: "tuple[Check, ...]" = field(default=(), compare=False, repr=False)

    @property
    def id(self) -> str:
        """`service/name`, unique among all specs."""
        return f"{self.service}/{self.name}"

    @property
    def is_by_slots(self) -> bool:
        """Whether its events are slots, good or bad, and not what was counted in them."""
        return isinstance(self.sli, Level) or self.slicing is not None
