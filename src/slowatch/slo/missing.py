"""What a missing slot counts for, where an SLO wants it counted at all."""

from typing import Literal

from slowatch.slo.tally import MICRO, Tally


def filled(measured: Tally, missing: int, as_: Literal["good", "bad"]) -> Tally:
    """A tally with its missing slots counted as good or as bad.

    A missing slot weighs as much as the average measured slot; where none was measured, or none
    held an event, it weighs one event. The missing slots count as measured from here on.
    """
    if missing <= 0:
        return measured
    weight = measured.total // measured.measured if measured.total else MICRO
    added = missing * weight
    return Tally(
        good=measured.good + (added if as_ == "good" else 0),
        total=measured.total + added,
        measured=measured.measured + missing,
    )
