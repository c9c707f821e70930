"""What a run may name: SLOs and runs of its document, and phases of its own load."""

from collections.abc import Mapping
from dataclasses import dataclass

from slowatch.spec.compiled import CompiledSlo
from slowatch.spec.mistake import Mistake, nearest


@dataclass(frozen=True, slots=True)
class Names:
    """The SLOs of a document by their names, the names of its runs, and the phases of one run.

    An SLO that something is wrong with is None.
    """

    slos: Mapping[str, CompiledSlo | None]
    runs: tuple[str, ...]
    phases: tuple[str, ...] = ()

    def slo(self, name: str) -> CompiledSlo:
        """The SLO of a name; raises Mistake where there is none that can be used."""
        slo = self.slos.get(name)
        if slo is None:
            message = f"this document has no SLO `{name}`{nearest(name, list(self.slos))}"
            raise Mistake("unknown-slo", message)
        return slo

    def check_run(self, name: str) -> None:
        """Raise Mistake where there is no run of that name."""
        if name not in self.runs:
            message = f"this document has no run `{name}`{nearest(name, list(self.runs))}"
            raise Mistake("unknown-run", message)

    def check_phase(self, name: str) -> None:
        """Raise Mistake where the run's load has no phase of that name."""
        if name not in self.phases:
            hint = nearest(name, list(self.phases)) or "; add it under `load`"
            raise Mistake("unknown-phase", f"the load of this run has no phase `{name}`{hint}")
