"""What the API needs of a running daemon."""

from collections.abc import Sequence
from typing import Protocol

from slowatch.evaluate.judging import Status
from slowatch.evaluate.snapshot import Counts, Readiness, Snapshot
from slowatch.ledger.port import Point, Size
from slowatch.slo.slot import Span


class Watching(Protocol):
    """A daemon, as far as the API reads it. Nothing here asks Prometheus."""

    @property
    def snapshot(self) -> Snapshot:
        """What was judged last."""
        ...

    def readiness(self) -> Readiness:
        """Whether there are recent slots and a source that answers."""
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
