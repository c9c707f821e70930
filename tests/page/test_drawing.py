"""Drawings: numbers become places, worked by hand."""

import pytest

from slowatch.evaluate.trends import Trend
from slowatch.page.drawing import Line, bars, line, log_place, sparkline, time_ticks
from slowatch.page.overview import levels
from slowatch.slo.slot import DAY_S, HOUR_S, Span


def test_a_line_goes_from_left_to_right_and_its_area_to_the_bottom() -> None:
    """Shares of 600 by 100: nothing gone at the start, half of it at the end."""
    assert line([(0, 0), (1, 0.5)]) == Line("M0 0L600 50", "M0 0L600 50V100H0Z")


def test_one_place_is_no_line() -> None:
    assert line([(0.5, 0.5)]) == Line("", "")


def test_a_sparkline_has_a_margin_and_ends_at_the_bottom() -> None:
    """90 by 20 with a margin of 1: full is at 1, nothing at 19, and below nothing too."""
    assert sparkline([1.0, 0.5, -3.0]).line == "M0 1L45 10L90 19"


def test_a_sparkline_begins_where_something_is_known() -> None:
    assert sparkline([None, 1.0, 1.0]).line == "M45 1L90 1"


def test_levels_begin_with_all_and_end_with_what_is_left_now() -> None:
    trend = Trend(Span(0, 40), 10, (None, 0.8, 0.6, None))
    assert levels(trend, 0.5) == [None, 1.0, 0.8, 0.6, 0.5]
    assert levels(Trend(Span(0, 20), 10, (None, None)), None) == ()


def test_bars_are_as_high_as_their_values_and_never_too_low_to_be_seen() -> None:
    assert bars([(0, 0.5, 10), (0.5, 1, 0)], 10) == "M0 100h240v-100h-240z"
    assert "v-1.5h" in bars([(0, 0.5, 1)], 1_000_000)
    assert bars([(0, 1, 0)], 0) == ""


@pytest.mark.parametrize(
    ("span", "texts"),
    [
        (Span(0, 60), ["00:00:10", "00:00:20", "00:00:30", "00:00:40", "00:00:50"]),
        (Span(0, 6 * HOUR_S), ["01:00", "02:00", "03:00", "04:00", "05:00"]),
        (Span(0, 30 * DAY_S), ["6 Jan", "11 Jan", "16 Jan", "21 Jan", "26 Jan"]),
    ],
)
def test_words_along_time_stand_at_round_moments(span: Span, texts: list[str]) -> None:
    """None stands so near to an end that it would be cut."""
    assert [tick.text for tick in time_ticks(span)] == texts


def test_a_logarithmic_axis_shows_what_is_small_and_what_is_huge() -> None:
    """log(1 + 9) is half of log(1 + 99)."""
    assert log_place(9, 99) == pytest.approx(0.5)
    assert (log_place(0, 99), log_place(99, 99), log_place(1000, 99)) == (0, 1, 1)
