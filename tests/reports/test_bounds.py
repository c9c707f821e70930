"""Bounds in words, as somebody would say them."""

from dataclasses import replace
from decimal import Decimal

from slowatch.reports.bounds import (
    baseline_words,
    bound_words,
    change_words,
    interval_words,
    limit_words,
    measured_words,
)
from slowatch.spec.compiled_runs import Change, Limits
from tests.reports.making import (
    BACK,
    DEADLOCKS,
    EMPTY,
    ERRORS,
    MEMORY,
    NO_BASELINE,
    NOT_BACK,
    SLOWER,
    SUCCESS,
    THROUGHPUT,
    made_line,
)


def test_limits_are_said_as_they_were_written() -> None:
    assert bound_words(made_line()) == "at most 1 s"
    assert bound_words(SUCCESS) == "at least 99.9%"
    assert bound_words(ERRORS) == "at most 1%"
    between = Limits(at_least=Decimal(10), at_most=Decimal("20.25"))
    line = replace(THROUGHPUT, bound=between, at_least=10.0, at_most=20.25)
    assert bound_words(line) == "at least 10/s, at most 20.25/s"


def test_nothing_allowed_is_none() -> None:
    assert (measured_words(DEADLOCKS), bound_words(DEADLOCKS)) == ("3", "none")


def test_a_scaled_limit_says_what_it_is_at_full_load() -> None:
    assert limit_words(THROUGHPUT) == "at least 10/s"
    assert bound_words(THROUGHPUT) == "at least 10/s (100/s at full load)"
    shorter = replace(made_line("length", bound=Limits(at_most=Decimal(900))), at_most=90.0)
    assert bound_words(shorter) == "at most 90 s (15m at full length)"


def test_a_change_names_its_baseline_and_what_it_came_to() -> None:
    told = "at most +50% (or 20 ms) over load-10 (run 12): 720 ms"
    assert bound_words(SLOWER) == told
    assert limit_words(SLOWER) == "at most 720 ms"
    assert (measured_words(SLOWER), change_words(SLOWER)) == ("790 ms", "+64.6%")
    assert baseline_words(SLOWER) == "480 ms in load-10 (run 12)"
    assert baseline_words(MEMORY) == "1.8 GB in the median of 5 runs"


def test_a_change_downwards_is_said_without_a_minus() -> None:
    line = replace(SLOWER, bound=Change(at_least=Decimal("-0.1")), at_most=None, at_least=0.432)
    assert bound_words(line) == "at most 10% under load-10 (run 12): 432 ms"
    faster = replace(SLOWER, bound=Change(at_most=Decimal("-0.25")), at_most=0.36)
    assert bound_words(faster) == "at least 25% under load-10 (run 12): 360 ms"


def test_a_change_without_baseline_says_so() -> None:
    assert bound_words(NO_BASELINE) == "at most +50% (or 20 ms) over its baseline"
    assert limit_words(NO_BASELINE) == "at most +50%"
    assert change_words(NO_BASELINE) == ""


def test_a_recovery_says_how_soon_and_how_near() -> None:
    assert limit_words(BACK) == "back within 30 s"
    told = "back within 30 s of the end of ramp, to at most +20% over load-10 (run 12)"
    assert bound_words(BACK) == told
    assert (measured_words(BACK), interval_words(BACK)) == ("12 s", "10 – 14 s")  # noqa: RUF001
    assert measured_words(NOT_BACK) == "not back"


def test_what_was_not_measured_is_a_dash() -> None:
    assert measured_words(EMPTY) == "–"  # noqa: RUF001
    assert interval_words(EMPTY) == ""


def test_a_broken_limit_is_told_apart_from_what_broke_it() -> None:
    """Both ways: where a limit is a baseline's and has many digits too."""
    line = replace(made_line(measured=1.00001), verdict="fail", interval=None)
    assert measured_words(line) == "1.00001 s"
    near = replace(SLOWER, measured=0.72004, at_most=0.72)
    assert (measured_words(near), limit_words(near)) == ("720.04 ms", "at most 720 ms")
