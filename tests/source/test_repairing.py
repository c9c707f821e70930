"""Repairing: consecutive slots add up to what scrapes could see."""

from dataclasses import dataclass
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from slowatch.source.repairing import Origin, growth_within

SLOT_S = 60
HOUR_S = 3600


@dataclass(frozen=True)
class Scrape:
    """Seconds since the one before, events since then, and whether the process is a new one."""

    after_s: float
    events: int
    is_new: bool


scrapes = st.lists(
    st.builds(
        Scrape,
        st.one_of(st.floats(1, 30), st.floats(30, 3600)),
        st.integers(0, 50),
        st.booleans(),
    ),
    min_size=1,
    max_size=60,
)


@given(plan=scrapes, is_born=st.booleans(), first=st.integers(0, 1000))
def test_slots_add_up_to_what_scrapes_could_see(
    plan: list[Scrape], is_born: bool, first: int
) -> None:
    """For any resets, gaps and births; a slot without a sample says nothing and loses nothing."""
    samples = _samples(plan, first)
    seen = sum(now - was if now >= was else now for (_, was), (_, now) in pairwise(samples))
    expected = seen + (first if is_born else 0)
    end_s = int(samples[-1][0]) // SLOT_S * SLOT_S + SLOT_S
    grown = [
        growth_within(samples, start_s, start_s + SLOT_S, Origin(is_new=is_born))
        for start_s in range(0, end_s, SLOT_S)
    ]
    assert sum(value or 0 for value in grown) == expected
    has_sample = {int(-(-at_s // SLOT_S)) - 1 for at_s, _ in samples}
    assert {index for index, value in enumerate(grown) if value is not None} == has_sample


@given(plan=scrapes, first=st.integers(0, 1000), cut_s=st.integers(60, HOUR_S))
def test_carried_value_stands_for_samples_out_of_sight(
    plan: list[Scrape], first: int, cut_s: int
) -> None:
    """Knowing only the last value before is as good as seeing all samples before."""
    samples = _samples(plan, first)
    before = [value for at_s, value in samples if at_s <= cut_s]
    after = [(at_s, value) for at_s, value in samples if at_s > cut_s]
    carried = Origin(last_known=before[-1] if before else None, is_new=not before)
    whole = growth_within(samples, cut_s, cut_s + HOUR_S, Origin(is_new=True))
    assert growth_within(after, cut_s, cut_s + HOUR_S, carried) == whole


def test_series_that_merely_comes_into_sight_counts_from_its_first_sample() -> None:
    """What it had counted before is not of this slot."""
    samples = [(10.0, 1000.0), (25.0, 1004.0)]
    assert growth_within(samples, 0, 60, Origin()) == 4
    assert growth_within(samples, 0, 60, Origin(is_new=True)) == 1004
    assert growth_within(samples, 0, 60, Origin(last_known=990.0)) == 14
    assert growth_within(samples, 0, 60, Origin(last_known=2000.0, is_new=True)) == 1004


def _samples(plan: list[Scrape], first: int) -> list[tuple[float, float]]:
    at_s, value = 1.0, float(first)
    samples = [(at_s, value)]
    for scrape in plan:
        at_s += scrape.after_s
        value = scrape.events + (0 if scrape.is_new else value)
        samples.append((at_s, value))
    return samples
