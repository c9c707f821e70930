"""Rules as values: what is recorded, what is alerted on, and the groups they are evaluated in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording rule: the series `record`, with `labels`, is what `expr` yields."""

    record: str
    expr: str
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alerting:
    """An alerting rule; `labels` and `annotations` are Go templates."""

    alert: str
    expr: str
    for_s: int
    keep_firing_s: int
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


Rule = Recording | Alerting


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """Rules of one service that are evaluated one after the other, once a minute.

    Without a service they are about slowatch itself.
    """

    service: str | None
    rules: tuple[Rule, ...]
    interval_s: int = MINUTE_S

    @property
    def name(self) -> str:
        """What the group is called, unique in a file."""
        return "slowatch" if self.service is None else f"slowatch-{self.service}"
