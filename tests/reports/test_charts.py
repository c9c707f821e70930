"""Charts: both courses on one scale, what was cut off, and the limit where it is near."""

from dataclasses import replace
from decimal import Decimal

from slowatch.reports.charts import Chart, Panel, chart
from slowatch.reports.places import Range, path, reach, time_ticks, value_ticks
from slowatch.slo.slot import Span
from slowatch.spec.compiled_runs import Change, Recovery
from slowatch.verify.result import Line, Point
from tests.reports.making import (
    BACK,
    DEADLOCKS,
    EMPTY,
    ERRORS,
    NOT_BACK,
    SLOWER,
    SUCCESS,
    made_line,
    made_run,
)


def drawn(line: Line) -> Chart:
    """The chart of a line in the run of these tests."""
    found = chart(line, made_run(line))
    assert found is not None
    return found


def bands(panel: Panel) -> list[tuple[str, str, str]]:
    """Where its bands begin, how wide they are, and their names."""
    return [(one.left, one.wide, one.name) for one in panel.bands]


def test_phases_and_what_was_cut_off_are_bands() -> None:
    """Of five minutes, the ramp is the first, and the first half of it is warm-up."""
    (panel,) = drawn(made_line()).panels
    assert bands(panel) == [
        ("0%", "20%", "ramp"),
        ("20%", "73.33%", "hold"),
        ("93.33%", "6.67%", "down"),
        ("0%", "10%", "warm-up"),
    ]
    assert [one.is_narrow for one in panel.bands] == [False, False, True, True]


def test_before_and_after_stand_side_by_side_on_one_scale() -> None:
    now, before = drawn(SLOWER).panels
    assert (now.title, before.title) == ("This run", "Before: load-10 (run 12)")
    assert [one.top for one in now.levels] == [one.top for one in before.levels]
    assert [one.text for one in now.levels] == ["at most 720 ms", "baseline 480 ms"]
    assert before.bands == []


def test_a_recovery_shows_when_it_was_back_and_when_it_should_be() -> None:
    """The ramp ends after one of five minutes; 12 s later it was back, and 30 s are allowed."""
    panel = drawn(BACK).panels[0]
    assert ("20%", "4%", "back after 12 s") in bands(panel)
    assert [(one.percent, one.text) for one in panel.marks] == [("30%", "30 s after")]
    assert panel.levels[0].text == "back below 600 ms"
    assert not [one for one in drawn(NOT_BACK).panels[0].bands if one.kind == "back"]


def test_a_recovery_of_one_phase_starts_with_the_run() -> None:
    judged = replace(made_run(), phases=())
    bound = Recovery(30, Change(at_most=Decimal("0.2")))
    found = chart(replace(BACK, bound=bound), judged)
    assert found is not None
    assert [one.percent for one in found.panels[0].marks] == ["10%"]


def test_how_many_events_there_may_be_in_all_is_no_level() -> None:
    assert drawn(DEADLOCKS).panels[0].levels == []


def test_a_limit_far_away_is_told_and_not_drawn() -> None:
    found = drawn(replace(made_line(measured=0.01), at_most=1.0))
    assert found.panels[0].levels == []
    told = "The limit (at most 1 s) lies outside of the drawing. What is hatched was cut off."
    assert found.note == told


def test_there_is_no_chart_of_nothing() -> None:
    assert chart(EMPTY, made_run(EMPTY)) is None
    assert chart(replace(EMPTY, course=(Point(60, None),)), made_run()) is None


def test_a_line_breaks_where_nothing_was_told() -> None:
    span = Span(0, 100)
    course = [Point(10, 1.0), Point(20, 2.0), Point(30, None), Point(40, 0.0)]
    assert path(course, span, Range(0.0, 2.0)) == "M59 50H60L120 0M239 100H240"


def test_bad_shares_start_at_nothing_and_good_ones_end_with_all() -> None:
    assert reach([0.01, 0.02], is_good_share=False).low == 0
    good = reach([0.9997, 0.999], is_good_share=True)
    assert 1 < good.high < 1.001
    assert 0.998 < good.low < 0.999
    assert drawn(SUCCESS).values[-1].text == "100%"
    assert drawn(ERRORS).values[0].text == "0%"


def test_ticks_are_round() -> None:
    shown = [tick.text for tick in value_ticks(Range(0.0, 1.0), "seconds")]
    assert shown == ["0 s", "200 ms", "400 ms", "600 ms", "800 ms", "1 s"]
    ticks = [(tick.percent, tick.text) for tick in time_ticks(Span(60, 360))]
    assert ticks[:2] == [("0%", "0s"), ("20%", "1m")]
    assert ticks[-1] == ("100%", "5m")


def test_a_constant_nothing_can_be_drawn() -> None:
    line = replace(made_line(), at_most=None, course=(Point(1_795_254_060, 0.0),) * 2)
    assert drawn(line).panels[0].path.startswith("M")
