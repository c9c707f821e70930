"""What the ledger's values refuse to hold."""

import pytest

from slowatch.ledger.port import MOST_PER_HOUR, MOST_PER_SLOT, Fact
from slowatch.slo.tally import Tally
from tests.ledger.making import gap, hour, recording, slot, span


def test_fact_lies_inside_what_was_asked() -> None:
    """Else it would be written again the next time."""
    with pytest.raises(ValueError, match="outside of what was asked"):
        recording(0, 60, slot(60, 1, 1))
    with pytest.raises(ValueError, match="outside of what was asked"):
        recording(60, 120, gap(0, 120, "no data"))


def test_hour_starts_on_the_hour() -> None:
    """Windows cut hours at the hour."""
    with pytest.raises(ValueError, match="starts on the hour"):
        hour(60, 1, 1)


def test_fact_holds_no_more_than_can_be_added_up() -> None:
    """360 of the largest slots make the largest hour."""
    assert 360 * MOST_PER_SLOT <= MOST_PER_HOUR
    Fact({}, span(0, 3600), Tally(0, MOST_PER_HOUR, 60))
    with pytest.raises(ValueError, match="more events"):
        Fact({}, span(0, 60), Tally(0, MOST_PER_SLOT + 1, 1))
