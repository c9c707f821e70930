"""The SLOs that a group of rules is for: no rule reads what another file's rules record."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from slowatch.render.promql import selector
from slowatch.source.promql_text import escape_regex
from slowatch.spec.compiled import CompiledSlo
from slowatch.spec.promql import quote


@dataclass(frozen=True, slots=True)
class Scope:
    """Some SLOs of one service, by their names.

    Rules that are one for all of them name them, for a service's SLOs may be rendered to several
    files: each would count what the others do once more.
    """

    service: str
    slos: tuple[str, ...]

    @classmethod
    def of(cls, slos: Sequence[CompiledSlo]) -> "Scope":
        """SLOs of one service."""
        return cls(slos[0].service, tuple(sorted(slo.name for slo in slos)))

    def some(self, names: Iterable[str]) -> "Scope":
        """Only these."""
        return Scope(self.service, tuple(sorted(names)))

    def series(self, metric: str, **labels: str) -> str:
        """A selector of their series that have these labels."""
        own = {"service": self.service, **labels}
        if len(self.slos) == 1:
            return selector(metric, {**own, "slo": self.slos[0]})
        return selector(metric, own, f"slo=~{quote(alternatives(self.slos))}")


def alternatives(names: Iterable[str]) -> str:
    """A regular expression that matches any of the names."""
    return "|".join(escape_regex(name) for name in names)
