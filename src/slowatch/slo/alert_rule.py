"""What an SLO may raise: alert rules, made from its policy for its own window."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from statistics import NormalDist

from slowatch.slo.burn import BurnPair
from slowatch.slo.objective import Objective
from slowatch.slo.policy import (
    SEVERITIES,
    AlertPolicy,
    BudgetEnding,
    BudgetLow,
    Severity,
    SliAbsent,
)

BURN = "ErrorBudgetBurn"
EXHAUSTED = "ErrorBudgetExhausted"
LOW = "ErrorBudgetLow"
ENDING = "ErrorBudgetEnding"
ABSENT = "SliAbsent"
RULE_NAMES = (BURN, EXHAUSTED, LOW, ENDING, ABSENT)
BLIND = "SlowatchBlind"
RESERVED_NAMES = frozenset({*RULE_NAMES, BLIND, "SlowatchAbsent", "SlowatchStale"})
"""Names that no alert of a spec may have: slowatch, or its rules, raise these themselves."""


@dataclass(frozen=True, slots=True)
class BurnThreshold:
    """Two look-backs that must both burn faster than `factor`, which is above `bad_ratio`.

    In the long one at least `least_bad` events must be bad, and their number must exceed
    `bad_ratio * n + z * sqrt(bad_ratio * (1 - bad_ratio) * n)` among n: then the lower end of
    Wilson's interval for the true bad share lies above `bad_ratio` (Wilson 1927).
    """

    short_s: int
    long_s: int
    factor: Decimal
    bad_ratio: Decimal
    least_bad: int
    z: float


@dataclass(frozen=True, slots=True)
class Burns:
    """Raised while any of the thresholds is exceeded."""

    thresholds: tuple[BurnThreshold, ...]


@dataclass(frozen=True, slots=True)
class BudgetExhausted:
    """Raised while nothing is left of the budget."""


@dataclass(frozen=True, slots=True)
class BreaksBound:
    """Raised while the SLI has broken its own bound without a pause for `held_s`.

    For a number per slot the bound is its own; for events it is the objective.
    """

    held_s: int


When = Burns | BudgetExhausted | BudgetLow | BudgetEnding | SliAbsent | BreaksBound


@dataclass(frozen=True, slots=True)
class AlertRule:
    """One alert that an SLO may raise, for each of its groups (`SliAbsent`: for all together).

    It fires once `when` has held for `for_s` seconds, and on for `keep_firing_s` after that.
    `labels` are those that its policy gives to the severity. `nfr` is None where it is the SLO's.
    """

    name: str
    severity: Severity
    when: When
    for_s: int
    keep_firing_s: int
    labels: Mapping[str, str]
    nfr: str | None = None


def policy_rules(
    policy: AlertPolicy, objective: Objective, window_s: int, *, is_sampled: bool
) -> Iterator[AlertRule]:
    """The rules of a policy for an objective over a window of so many seconds.

    `is_sampled` says whether events are counted, so that few of them tell little.
    """

    def rule(name: str, severity: Severity, when: When, for_s: int = 0) -> AlertRule:
        labels = policy.labels.get(severity, {})
        return AlertRule(name, severity, when, for_s, policy.keep_firing_s, labels)

    for severity in SEVERITIES:
        burn = policy.burn.get(severity)
        if burn is None:
            continue
        thresholds = tuple(
            _threshold(pair, policy, objective, window_s, is_sampled=is_sampled)
            for pair in burn.pairs
            if can_fire(pair, objective, window_s)
        )
        if thresholds:
            yield rule(BURN, severity, Burns(thresholds), burn.for_s)
    if policy.budget_exhausted is not None:
        yield rule(EXHAUSTED, policy.budget_exhausted, BudgetExhausted())
    # An objective of 100 % has nothing that could be low, or end some day.
    if policy.budget_low is not None and objective.budget_ratio:
        yield rule(LOW, policy.budget_low.severity, policy.budget_low)
    if policy.budget_ending is not None and objective.budget_ratio:
        ending = replace(policy.budget_ending, least_bad=policy.low_traffic.bad_events)
        yield rule(ENDING, ending.severity, ending)
    if policy.sli_absent is not None:
        yield rule(ABSENT, policy.sli_absent.severity, policy.sli_absent)


def can_fire(pair: BurnPair, objective: Objective, window_s: int) -> bool:
    """Whether a pair can ever hold, and its burn could do the budget harm.

    Burning slower than 1 over no more than the window never spends the budget; no share of bad
    events exceeds 1.
    """
    factor = pair.factor(window_s)
    return factor >= 1 and pair.long_s <= window_s and factor * objective.budget_ratio < 1


def _threshold(
    pair: BurnPair,
    policy: AlertPolicy,
    objective: Objective,
    window_s: int,
    *,
    is_sampled: bool,
) -> BurnThreshold:
    factor, guard = pair.factor(window_s), policy.low_traffic
    return BurnThreshold(
        short_s=pair.short_s,
        long_s=pair.long_s,
        factor=factor,
        bad_ratio=factor * objective.budget_ratio,
        least_bad=guard.bad_events,
        z=NormalDist().inv_cdf(float(guard.confidence)) if is_sampled else 0.0,
    )
