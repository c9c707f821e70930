"""What the API needs of a running daemon."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from slowatch.evaluate.asked import AskedExpression
from slowatch.evaluate.judging import Status
from slowatch.evaluate.snapshot import AlertingMode, Counts, Readiness, Reloaded, Snapshot
from slowatch.evaluate.trends import Trends
from slowatch.ledger.alert_port import Episode
from slowatch.ledger.port import Gap, Point, Size
from slowatch.notify.sent import Sent
from slowatch.slo.slot import Span
from slowatch.spec.compiled import CompiledSlo


class Watching(Protocol):
    """A daemon, as far as the API reads it. Nothing here asks Prometheus."""

    @property
    def snapshot(self) -> Snapshot:
        """What was judged last."""
        ...

    @property
    def seen_s(self) -> int:
        """End of the newest slot that was measured and judged; before there is one, the start."""
        ...

    @property
    def measured_ends_s(self) -> Mapping[str, int]:
        """Ends of the newest slots that sources were asked for since the start, by their names."""
        ...

    @property
    def stale_after_s(self) -> float:
        """How long after the end of a slot what it says is too old to be shown without a word."""
        ...

    @property
    def trends(self) -> Trends:
        """How the budgets went, as it was read last."""
        ...

    def readiness(self) -> Readiness:
        """Whether there are recent slots and a source that answers."""
        ...

    def reload(self) -> Reloaded:
        """Read the spec files again, and watch what is right in them. Raises LedgerError."""
        ...

    @property
    def reloaded(self) -> Reloaded:
        """What reading the spec files led to the last time."""
        ...

    def prometheus_of(self, slo: CompiledSlo) -> str:
        """Where people reach the Prometheus that is asked for an SLO."""
        ...

    def counts(self) -> Counts:
        """What was done since the start."""
        ...

    def size(self) -> Size:
        """How big the ledger is."""
        ...

    def history(self, status: Status, span: Span, step_s: int) -> Sequence[Point]:
        """Points of one status over a span."""
        ...

    def gaps(self, slo: CompiledSlo, span: Span) -> Sequence[Gap]:
        """Where an SLO's facts are missing in a span, and why, oldest first."""
        ...

    def asked(self, slo: CompiledSlo) -> Sequence[AskedExpression]:
        """The PromQL that is asked for a slot of an SLO."""
        ...

    @property
    def alerting(self) -> AlertingMode:
        """Who raises alerts."""
        ...

    def episodes(self, since_s: int, most: int) -> Sequence[Episode]:
        """The newest alerts that are pending, firing, or were resolved since a moment."""
        ...

    def episodes_of(self, slo_id: str, since_s: int, most: int) -> Sequence[Episode]:
        """The same of one SLO."""
        ...

    def sent(self) -> Sequence[Sent]:
        """What was sent to each target since the start."""
        ...

    def queue_lengths(self) -> Mapping[str, int]:
        """How much waits to be sent, by target, where anything does."""
        ...
