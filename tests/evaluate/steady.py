"""Steady events, in a Prometheus and in words: ten to a scrape, one of them bad."""

from slowatch.slo.slot import DAY_S, HOUR_S
from slowatch.slo.tally import MICRO, Tally

START_S = 1_700_006_400  # an hour
NOW_S = START_S + 4 * DAY_S
END_S = NOW_S + 2 * HOUR_S
SCRAPE_S, SLOT_S = 60, 300
PER_SCRAPE = {"good": 9, "bad": 1}


def steady(slots: int) -> Tally:
    """What so many slots of five scrapes hold."""
    return Tally(45 * MICRO * slots, 50 * MICRO * slots, slots)
