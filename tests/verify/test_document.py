"""A verdict as JSON says everything, and nothing that JSON has no word for."""

import json
import math
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slowatch.slo.slot import Span
from slowatch.slo.verdict import WORST_FIRST
from slowatch.spec.compiled_runs import Bound, Change, Limits, Recovery, Unit
from slowatch.verify.document import UnreadableRun, document_of, judged_of
from slowatch.verify.result import (
    BaselineRef,
    Contributor,
    Interval,
    Judged,
    Line,
    Notice,
    PlayedPhase,
    Point,
)
from tests.reports.making import RUNS, SLOWER, made_run

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
EXACT = st.decimals(allow_nan=False, allow_infinity=False)
WORDS = st.text(max_size=8)
MOMENTS = st.integers(min_value=0, max_value=4_000_000_000)
UNITS = st.sampled_from(get_args(Unit))
SPANS = st.tuples(MOMENTS, MOMENTS).map(lambda ends: Span(*sorted(ends)))
CHANGES = st.builds(Change, st.none() | EXACT, st.none() | EXACT, EXACT)
BOUNDS: st.SearchStrategy[Bound] = st.one_of(
    st.builds(Limits, st.none() | EXACT, st.none() | EXACT),
    CHANGES,
    st.builds(Recovery, st.integers(min_value=1), CHANGES, st.none() | WORDS),
)
COURSES = st.lists(st.builds(Point, MOMENTS, st.none() | NUMBERS), max_size=3).map(tuple)
INTERVALS = st.none() | st.builds(Interval, NUMBERS, NUMBERS)
REFS = st.builds(BaselineRef, WORDS, st.none() | SPANS, st.none() | st.integers())
CONTRIBUTORS = st.lists(st.builds(Contributor, WORDS, WORDS, NUMBERS, NUMBERS), max_size=2)
LINES = st.builds(
    Line,
    name=WORDS,
    nfr=st.none() | WORDS,
    description=WORDS,
    group=st.dictionaries(WORDS, WORDS, max_size=2),
    bound=BOUNDS,
    unit=UNITS,
    verdict=st.sampled_from(WORST_FIRST),
    **{
        name: st.none() | NUMBERS
        for name in (
            *("measured", "at_least", "at_most", "baseline", "change", "events"),
            *("course_at_least", "course_at_most"),
        )
    },
    interval=INTERVALS,
    change_interval=INTERVALS,
    reason=st.none() | WORDS,
    baseline_ref=st.none() | REFS,
    course=COURSES,
    before=COURSES,
    contributors=CONTRIBUTORS.map(tuple),
    course_unit=st.none() | UNITS,
)
PHASES = st.builds(PlayedPhase, WORDS, SPANS, st.none() | st.integers())
JUDGED = st.builds(
    Judged,
    service=WORDS,
    name=WORDS,
    nfr=st.none() | WORDS,
    description=WORDS,
    span=SPANS,
    judged_span=SPANS,
    lines=st.lists(LINES, max_size=3).map(tuple),
    notices=st.lists(st.builds(Notice, WORDS, st.booleans()), max_size=2).map(tuple),
    phases=st.lists(PHASES, max_size=2).map(tuple),
    users=st.none() | st.integers(),
    scale=NUMBERS,
    time_scale=NUMBERS,
    confidence=NUMBERS,
    digest=WORDS,
    command=st.lists(WORDS, max_size=2).map(tuple),
    exit_code=st.none() | st.integers(),
    id=st.none() | st.integers(),
)


def written(judged: Judged) -> dict[str, Any]:
    """What a reader of the JSON gets."""
    told: dict[str, Any] = json.loads(json.dumps(document_of(judged), allow_nan=False))
    return told


@given(JUDGED)
def test_nothing_is_lost_on_the_way(judged: Judged) -> None:
    assert judged_of(written(judged)) == judged


@pytest.mark.parametrize("name", RUNS)
def test_a_run_made_by_hand_is_read_again(name: str) -> None:
    judged = RUNS[name]()
    assert judged_of(written(judged)) == judged


def test_the_verdict_comes_first_and_numbers_stay_exact() -> None:
    told = written(made_run(SLOWER))
    assert list(told)[:3] == ["version", "verdict", "run"]
    assert (told["version"], told["verdict"], told["run"]) == (1, "fail", "reflection-api/load-50")
    assert told["span"] == {
        "start": "2026-11-21T09:40:00Z",
        "end": "2026-11-21T09:45:00Z",
        "length_s": 300,
    }
    line = told["lines"][0]
    assert (line["check"], line["measured"], line["unit"]) == (
        "analyze-p95-change",
        0.79,
        "seconds",
    )
    bound = {"kind": "change", "at_least": None, "at_most": "0.5", "floor": "0.02"}
    assert line["bound"] == bound


def test_what_is_no_number_is_null() -> None:
    line = replace(
        SLOWER,
        measured=math.nan,
        change=math.inf,
        interval=Interval(0.1, math.inf),
        course=(Point(60, math.nan),),
    )
    told = written(made_run(line))["lines"][0]
    assert (told["measured"], told["change"], told["interval"]) == (None, None, None)
    assert told["course"] == [["1970-01-01T00:01:00Z", None]]


def test_another_form_is_refused_in_words() -> None:
    with pytest.raises(UnreadableRun, match="form 2, and this slowatch reads 1"):
        judged_of({"version": 2})


@pytest.mark.parametrize("left_out", ["lines", "span", "scale"])
def test_what_is_not_whole_is_refused_in_words(left_out: str) -> None:
    told = written(made_run(SLOWER))
    del told[left_out]
    with pytest.raises(UnreadableRun, match=left_out):
        judged_of(told)


def test_a_bound_of_another_kind_is_refused_in_words() -> None:
    told = written(made_run(SLOWER))
    told["lines"][0]["bound"]["kind"] = "wish"
    with pytest.raises(UnreadableRun, match="no bound is a 'wish'"):
        judged_of(told)
