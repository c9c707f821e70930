"""Variants: how a system fares for as long as it is under load."""

from dataclasses import dataclass
from typing import Literal, get_args

from slowatch.demo.systems.incident import Condition
from slowatch.demo.systems.users import SETTLES_S

VariantName = Literal["healthy", "slower", "faster", "leaking", "failing", "slow-to-recover"]
VARIANT_NAMES: tuple[VariantName, ...] = get_args(VariantName)


@dataclass(frozen=True, slots=True)
class Variant:
    """A condition that lasts, and what only load brings out.

    `leak_per_s` is the share of its memory that a system does not give back each second.
    """

    condition: Condition
    leak_per_s: float = 0.0
    settles_s: float = SETTLES_S


_CALM = Condition(bad_luck=0.0)
VARIANTS: dict[VariantName, Variant] = {
    "healthy": Variant(_CALM),
    "slower": Variant(Condition(bad_luck=0.0, slowness=2.2)),
    "faster": Variant(Condition(bad_luck=0.0, slowness=0.7)),
    "leaking": Variant(_CALM, leak_per_s=0.02),
    "failing": Variant(Condition(failure_ratio=0.12)),
    "slow-to-recover": Variant(_CALM, settles_s=120.0),
}
