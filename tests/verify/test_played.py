"""A run as it was played: its phases, by marks or as declared, and what of it is judged."""

from slowatch.slo.slot import Span
from slowatch.spec.compiled_runs import CompiledRun, Phase
from slowatch.verify.played import Mark, Played, most_users, phases_of, usual_users
from slowatch.verify.result import PlayedPhase

SPAN = Span(1000, 1100)


def _run(*phases: Phase, warm_up_s: int = 0, cool_down_s: int = 0) -> CompiledRun:
    return CompiledRun(
        "shop", "load", (), phases=phases, warm_up_s=warm_up_s, cool_down_s=cool_down_s
    )


def test_a_phase_lasts_until_another_begins() -> None:
    """Marks of one phase tell of its users; the first one begins with the run."""
    marks = [
        Mark(1002.4, "ramp", 10),
        Mark(1030, "ramp", 50),
        Mark(1040.2, "hold", 50),
        Mark(1090, "hold"),
    ]
    assert phases_of(marks, SPAN) == (
        PlayedPhase("ramp", Span(1000, 1040), 50, 10),
        PlayedPhase("hold", Span(1040, 1100), 50, 50),
    )
    assert most_users(marks, SPAN) == 50


def test_marks_need_not_be_in_order_nor_in_the_run() -> None:
    """What lies just outside is cut to it; what lies far from it is of another run."""
    marks = [Mark(1130, "after"), Mark(970, "before", 3), Mark(1050, "in"), Mark(7, "past", 900)]
    assert phases_of(marks, SPAN) == (
        PlayedPhase("before", Span(1000, 1050), 3, 3),
        PlayedPhase("in", Span(1050, 1100), None, 3),
        PlayedPhase("after", Span(1100, 1100)),
    )
    assert most_users(marks, SPAN) == 3


def test_nothing_is_marked() -> None:
    """No phases, and nobody knows of users."""
    assert phases_of([], SPAN) == ()
    assert most_users([Mark(1000, "load")], SPAN) is None


def test_usual_users_are_those_of_half_of_the_time() -> None:
    """A peak of 50 for 2 s is not the load; 40 for 60 of 100 s is."""
    peak = [Mark(1000, "load", 50), Mark(1002, "load", 3)]
    most = [Mark(1000, "load", 50), Mark(1010, "load", 40), Mark(1070, "load", 1)]
    assert usual_users(peak, SPAN) == 3
    assert usual_users(most, SPAN) == 40
    assert usual_users([], SPAN) is None


def test_declared_phases_follow_each_other_at_the_time_scale() -> None:
    """10 s and 300 s, at a quarter; the last one lasts as long as the run does."""
    run = _run(Phase("ramp", 40, 100), Phase("hold", 300, 100))
    found = Played(SPAN, time_scale=0.25).with_phases_of(run)
    assert [(phase.name, phase.span) for phase in found.phases] == [
        ("ramp", Span(1000, 1010)),
        ("hold", Span(1010, 1100)),
    ]


def test_what_was_marked_counts_more_than_what_was_declared() -> None:
    """Marks tell what happened."""
    marked = (PlayedPhase("x", SPAN),)
    played = Played(SPAN, marked)
    assert played.with_phases_of(_run(Phase("ramp", 10))) == played


def test_declared_phases_do_not_outlast_the_run() -> None:
    """A run that ended early has the phases that it came to."""
    run = _run(Phase("ramp", 80), Phase("hold", 80), Phase("down", 80))
    found = Played(SPAN).with_phases_of(run)
    assert [phase.span for phase in found.phases] == [
        Span(1000, 1080),
        Span(1080, 1100),
        Span(1100, 1100),
    ]


def test_warm_up_and_cool_down_are_cut_off() -> None:
    """20 s and 10 s of 100; at half the time half of it."""
    run = _run(warm_up_s=20, cool_down_s=10)
    assert Played(SPAN).judged_span(run) == Span(1020, 1090)
    assert Played(SPAN, time_scale=0.5).judged_span(run) == Span(1010, 1095)


def test_nothing_is_left_of_a_run_that_never_warmed_up() -> None:
    """100 s with a warm-up of 200 s."""
    assert Played(SPAN).judged_span(_run(warm_up_s=200)).length_s == 0
