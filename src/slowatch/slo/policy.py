"""Alert policies as data: which burns, and what else, are worth a page or a ticket.

Source of the default pairs: Google SRE Workbook, chapter 5, "Alerting on SLOs".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from slowatch.slo.burn import BurnPair
from slowatch.slo.slot import DAY_S, HOUR_S, ceil_to

Severity = Literal["page", "ticket"]
SEVERITIES: tuple[Severity, ...] = ("page", "ticket")

MINUTE_S = 60
WORKBOOK_WINDOW_S = 30 * DAY_S


@dataclass(frozen=True, slots=True)
class BurnAlert:
    """Burns of one severity: any pair that holds for `for_s` seconds raises it."""

    pairs: tuple[BurnPair, ...]
    for_s: int = 0


@dataclass(frozen=True, slots=True)
class LowTraffic:
    """What few events must show before they count as a burn.

    At least `bad_events` bad ones in the long look-back, and so many that the true bad share is
    above the threshold with this `confidence` (one-sided, 0.5 or more; 0.5 asks for nothing). The
    confidence is for counted events alone: slots are not a sample of anything.
    """

    bad_events: int = 3
    confidence: Decimal = Decimal("0.95")


@dataclass(frozen=True, slots=True)
class BudgetLow:
    """Raised while less than `share` of the budget is left, and some still is."""

    share: Decimal
    severity: Severity


@dataclass(frozen=True, slots=True)
class BudgetEnding:
    """Raised while the budget would be used up within so many seconds at the present burn.

    At least `least_bad` events must have been bad in the last hour.
    """

    within_s: int
    severity: Severity
    least_bad: int = 3


@dataclass(frozen=True, slots=True)
class SliAbsent:
    """Raised when nothing of the SLI was measured for so many seconds; idle is not absent."""

    for_s: int
    severity: Severity


@dataclass(frozen=True, slots=True)
class AlertPolicy:
    """What an SLO raises alerts on; None, or no entry in `burn`, raises none.

    An alert goes on firing for `keep_firing_s` seconds after its condition, so that it does not
    flap at its threshold. `labels` are for routing, by severity.
    """

    burn: Mapping[Severity, BurnAlert]
    low_traffic: LowTraffic = LowTraffic()
    budget_exhausted: Severity | None = "ticket"
    budget_low: BudgetLow | None = BudgetLow(Decimal("0.10"), "ticket")
    budget_ending: BudgetEnding | None = BudgetEnding(DAY_S, "ticket")
    sli_absent: SliAbsent | None = SliAbsent(15 * MINUTE_S, "ticket")
    keep_firing_s: int = 5 * MINUTE_S
    labels: Mapping[Severity, Mapping[str, str]] = field(default_factory=dict)


WORKBOOK_BURN: Mapping[Severity, BurnAlert] = {
    "page": BurnAlert(
        (
            BurnPair(5 * MINUTE_S, HOUR_S, Decimal("0.02")),
            BurnPair(30 * MINUTE_S, 6 * HOUR_S, Decimal("0.05")),
        )
    ),
    "ticket": BurnAlert(
        (
            BurnPair(2 * HOUR_S, DAY_S, Decimal("0.10")),
            BurnPair(6 * HOUR_S, 3 * DAY_S, Decimal("0.10")),
        )
    ),
}
DEFAULT_POLICY = AlertPolicy(WORKBOOK_BURN)


def scaled_policy(window_s: int) -> AlertPolicy:
    """The default policy with its look-backs as long to `window_s` as they are to 30 days.

    The factors stay what they are for 30 days, give or take the rounding to whole minutes.
    """
    burn = {
        severity: replace(alert, pairs=tuple(_scaled(pair, window_s) for pair in alert.pairs))
        for severity, alert in WORKBOOK_BURN.items()
    }
    return replace(DEFAULT_POLICY, burn=burn)


def _scaled(pair: BurnPair, window_s: int) -> BurnPair:
    short_s, long_s = (
        ceil_to(length_s * window_s / WORKBOOK_WINDOW_S, MINUTE_S)
        for length_s in (pair.short_s, pair.long_s)
    )
    return replace(pair, short_s=short_s, long_s=max(long_s, 2 * short_s))
