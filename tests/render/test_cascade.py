"""Long sums are made of shorter ones, whatever their length."""

from hypothesis import given
from hypothesis import strategies as st

from slowatch.render.cascade import LONGEST_DIRECT_MIN, Part, Sum, plan

HOUR, DAY = 60, 1440
USUAL = (5, 30, HOUR, 2 * HOUR, 6 * HOUR, DAY, 3 * DAY)


def test_usual_look_backs_are_made_of_each_other() -> None:
    """2h = 2 * 1h, 6h = 3 * 2h, 1d = 4 * 6h, 3d = 3 * 1d, 30d = 10 * 3d."""
    told = {one.length_min: len(one.parts) for one in plan([*USUAL, 30 * DAY])}
    assert told == {5: 0, 30: 0, 60: 0, 120: 2, 360: 3, DAY: 4, 3 * DAY: 3, 30 * DAY: 10}


def test_a_window_alone_is_made_of_the_usual_steps() -> None:
    """28d = 7 * 4d, 4d = 4 * 1d, and so on down to an hour."""
    assert [one.length_min for one in plan([28 * DAY])] == [
        *(HOUR, 2 * HOUR, 6 * HOUR, DAY),
        *(4 * DAY, 28 * DAY),
    ]


def test_parts_follow_each_other_into_the_past() -> None:
    assert plan([60, 120])[1] == Sum(120, (Part(60, 0), Part(60, 60)))


def test_a_year_has_steps_between() -> None:
    """366 days are 122 * 3 days: no factor of 122 but 2 and 61, so what is left over comes last."""
    whole = plan([*USUAL, 366 * DAY])[-1]
    assert (whole.length_min, len(whole.parts)) == (366 * DAY, 11)


def test_a_length_that_nothing_divides_has_a_rest() -> None:
    """61 minutes are an hour and a minute."""
    assert plan([61])[-1] == Sum(61, (Part(60, 0), Part(1, 60)))


@given(st.lists(st.integers(1, 366 * DAY), min_size=1, max_size=5))
def test_every_minute_is_summed_once(lengths: list[int]) -> None:
    """Parts lie side by side, are recorded earlier, and are few."""
    known: set[int] = set()
    for one in plan(lengths):
        at = 0
        for part in one.parts:
            assert (part.ago_min, part.length_min in known) == (at, True)
            at += part.length_min
        assert at == (one.length_min if one.parts else 0)
        assert len(one.parts) <= 13
        assert one.parts or one.length_min <= LONGEST_DIRECT_MIN
        known.add(one.length_min)
    assert known >= set(lengths)
