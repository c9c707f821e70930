"""Load by real users: which variant is played, for how many of them, and how fast they call."""

from dataclasses import dataclass

from slowatch.demo.systems.system import System
from slowatch.demo.systems.variants import VARIANTS, Variant, VariantName

LEAST_PAUSE_S = 3.0


@dataclass(frozen=True, slots=True)
class Load:
    """`scale` is a factor on users, `haste` on how often each of them calls."""

    variant: VariantName = "healthy"
    scale: float = 1.0
    haste: float = 1.0

    @property
    def plays(self) -> Variant:
        """What the variant says."""
        return VARIANTS[self.variant]

    def pause_s(self, kind: type[System]) -> float:
        """Seconds from one look of a user to the next, each with one call or more."""
        calls_per_s = sum(call.per_s for call in kind.calls) / kind.usual_users
        return max(LEAST_PAUSE_S, 1 / (calls_per_s * self.haste))

    def seen_for_s(self, kind: type[System]) -> float:
        """Seconds after a call for which its user still counts as being there."""
        return 2 * self.pause_s(kind) + 1
