"""What the panels of one SLO have in common: its series, its words, its colours."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from grafana_foundation_sdk.models.dashboard import ThresholdsConfig

from slowatch.dashboards.colours import FINE, OF_SEVERITY, SPENT, thresholds
from slowatch.dashboards.figures import Figures, Scope
from slowatch.dashboards.panels import Link, Query
from slowatch.evaluate.wording import page_url
from slowatch.slo.figures import percent_digits
from slowatch.slo.window import CalendarWindow
from slowatch.spec.alert_rules import published_label
from slowatch.spec.compiled import CompiledSlo
from slowatch.spec.promql import quote
from slowatch.spec.units import duration_text, share_text

_NOTHING = 1e-9
"""A threshold's colour begins at its value, and at 0 nothing is left any more."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where people reach slowatch and Prometheus, for links; None where that is not known."""

    slowatch: str | None = None
    prometheus: str | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """An SLO, where its numbers are found, and where links lead."""

    slo: CompiledSlo
    figures: Figures
    addresses: Addresses = field(default_factory=Addresses)

    @property
    def scope(self) -> Scope:
        """Its series, group by group."""
        matchers = (f"service={quote(self.slo.service)}", f"slo={quote(self.slo.name)}")
        return Scope(matchers, tuple(published_label(name) for name in self.slo.by))

    @property
    def has_window(self) -> bool:
        """Whether it is known what its whole window holds."""
        return self.figures.has_window(self.slo)

    @property
    def window(self) -> str:
        """Its window in words."""
        window = self.slo.window
        if isinstance(window, CalendarWindow):
            return f"calendar {window.unit}"
        return duration_text(window.length_s)

    @property
    def window_range(self) -> str:
        """A time range as long as its window."""
        return duration_text(self.slo.window.nominal_length_s)

    @property
    def promise(self) -> str:
        """What is promised, as sentences."""
        told = f"{self.slo.description.strip().rstrip('.')}. " if self.slo.description else ""
        return f"{told}{share_text(self.slo.objective.ratio)} over {self.window}."

    @property
    def digits(self) -> int:
        """Digits after the point of the objective in percent."""
        return percent_digits(self.slo.objective.ratio)

    @property
    def of_worst(self) -> str:
        """What is added to the title of a number that is the worst group's."""
        return f" (worst {', '.join(self.slo.by)})" if self.slo.by else ""

    @property
    def kept(self) -> ThresholdsConfig:
        """The colours of a share of good events."""
        return thresholds(SPENT, [(self.slo.objective.ratio, FINE)])

    @property
    def left(self) -> ThresholdsConfig:
        """The colours of a budget: used up, low where the policy has an alert on that, or fine."""
        low = self.slo.policy.budget_low
        if low is None or not self.slo.objective.budget_ratio:
            return thresholds(SPENT, [(_NOTHING, FINE)])
        return thresholds(SPENT, [(_NOTHING, OF_SEVERITY[low.severity]), (low.share, FINE)])

    def per_group(self, operation: str, metric: str, *matchers: str) -> str:
        """A number of each group."""
        return self.scope.aggregated(operation, self.scope.series(metric, *matchers))

    def worst(self, operation: str, metric: str) -> Query:
        """One number for all groups."""
        return Query(f"{operation}({self.scope.series(metric)})")

    def legend(self, otherwise: str, always: str = "") -> str:
        """What the series of a group is called: by the group's labels, and what is always told."""
        names = " ".join(f"{{{{{name}}}}}" for name in self.scope.groups)
        return f"{names} {always}".strip() or otherwise

    def links(self) -> Iterator[Link]:
        """Where more is told of it."""
        page = page_url(self.slo.id, self.addresses.slowatch)
        for title, url in (
            ("slowatch", page),
            ("Runbook", self.slo.runbook),
            ("Its own dashboard", self.slo.dashboard),
        ):
            if url is not None:
                yield Link(title, url)
