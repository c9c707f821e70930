"""Which windows are still being filled with what their source remembers."""

import threading
from collections.abc import Collection, Mapping

from slowatch.evaluate.watch import Need
from slowatch.slo.slot import HOUR_S

FILLED_WITHIN_S = HOUR_S
"""How long budgets raise no alert while their windows are still being filled, at most."""


class Filling:
    """Needs, each with the moment since when it is being filled; threads share this."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since_s: dict[Need, float] = {}

    def begin(self, new: Collection[Need], needed: Collection[Need], at_s: float) -> None:
        """Note new needs, and forget what is none any more."""
        with self._lock:
            kept = {need: s for need, s in self._since_s.items() if need in needed}
            self._since_s = kept | dict.fromkeys(new, at_s)

    def under_way(self) -> Mapping[Need, float]:
        """Those being filled now, for `done`."""
        with self._lock:
            return dict(self._since_s)

    def done(self, begun: Mapping[Need, float]) -> None:
        """Note that nothing is missing for these; not for one that began anew since then."""
        with self._lock:
            for need, since_s in begun.items():
                if self._since_s.get(need) == since_s:
                    del self._since_s[need]

    def unknown(self, now_s: float) -> Collection[Need]:
        """Those of which nothing that depends on the whole window is known yet."""
        under_way = self.under_way()
        return {need for need, since_s in under_way.items() if now_s - since_s <= FILLED_WITHIN_S}
