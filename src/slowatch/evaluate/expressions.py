"""What expressions leave open, filled in: the slot's length and the look-back."""

from dataclasses import dataclass

from slowatch.slo.slot import HOUR_S
from slowatch.source.promql_text import as_vector

SCRAPES_IN_LOOK_BACK = 4


@dataclass(frozen=True, slots=True)
class Lengths:
    """Seconds of a slot and of a scrape interval."""

    slot_s: int
    scrape_s: int

    def filled(self, query: str, over_s: int | None = None) -> str:
        """The expression as a vector, with `$window` and `$slot` filled in."""
        window_s = over_s or max(self.slot_s, SCRAPES_IN_LOOK_BACK * self.scrape_s)
        text = query.replace("$window", f"{window_s}s").replace("$slot", f"{self.slot_s}s")
        return as_vector(text)

    def over_hour(self, function: str, expression: str) -> str:
        """`function` over the values an expression has at the end of each slot of the hour.

        The subquery is a second short of the hour, so that its steps are the hour's slots and no
        more, whether or not the engine counts the far end of a range in.
        """
        return f"{function}(({expression}\n)[{HOUR_S - 1}s:{self.slot_s}s])"
