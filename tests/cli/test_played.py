"""When a run was played, and against what it is held, as the command line says it."""

import time
from pathlib import Path

import pytest

from slowatch.cli.failing import CannotRun
from slowatch.cli.played import When, check_when, played, read_marks
from slowatch.cli.verifying import baseline_of
from slowatch.slo.slot import Span
from slowatch.spec.compiled_runs import (
    Baseline,
    CompiledRun,
    OffsetBaseline,
    RunBaseline,
    SpanBaseline,
    StoredBaseline,
)
from slowatch.verify.played import Mark

RUN = CompiledRun("shop", "quick", ())


def _span(**when: str) -> Span:
    return played(When(**when), settle_s=10, child_output=None).span  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("when", "told"),
    [
        (When(), "say when the run was: `--from` and `--to`, `--last 5m`, or `--run -- COMMAND`"),
        (When(last="5m", is_command=True, command=["true"]), "only one of them"),
        (When(start="1", end="2", last="5m"), "only one of them"),
        (When(start="1700000000"), "go together"),
        (When(is_command=True), "needs a command"),
        (When(last="5m", command=["k6", "run"]), "to run it write `--run -- k6 run`"),
        (When(last="5m", scale=0), "--scale 0 is no factor"),
        (When(last="5m", time_scale=-1), "--time-scale -1 is no factor"),
        (When(last="5m", scale=float("nan")), "--scale nan is no factor"),
    ],
)
def test_a_time_is_told_in_one_way(when: When, told: str) -> None:
    """And a scale is a factor."""
    with pytest.raises(CannotRun) as raised:
        check_when(when)
    assert told in str(raised.value)


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ({"start": "1700000100", "end": "1700000000"}, "ends before it starts"),
        ({"start": "0", "end": "1700000000"}, "longer than 7 days"),
        ({"start": "1", "end": "9999999999"}, "lies in the future"),
        ({"start": "soon", "end": "1700000000"}, "--from 'soon' is no moment"),
        ({"start": "1", "end": "1e999"}, "--to '1e999' is no moment"),
        ({"last": "5 minutes"}, "is not a duration"),
        ({"last": "100ms"}, "ends before it starts"),
        ({"last": "8d"}, "longer than 7 days"),
    ],
)
def test_a_time_that_cannot_be_is_told(when: dict[str, str], told: str) -> None:
    with pytest.raises(CannotRun) as raised:
        _span(**when)
    assert told in str(raised.value)


def test_a_run_between_moments_holds_both() -> None:
    """Whole seconds around them."""
    assert _span(start="1700000000.7", end="2023-11-14T22:14:20.2Z") == Span(
        1_700_000_000, 1_700_000_061
    )


def test_the_last_minutes_ended_when_scrapes_had_settled() -> None:
    """Ten seconds ago."""
    before_s = int(time.time())
    span = _span(last="5m")
    assert span.length_s == 300
    assert before_s - 11 <= span.end_s <= int(time.time()) - 10


@pytest.mark.parametrize(
    ("text", "baseline"),
    [
        ("load-10", RunBaseline("load-10")),
        ("17", StoredBaseline(17)),
        ("last:5", RunBaseline("quick", 5)),
        ("offset:1d", OffsetBaseline(86_400)),
        ("1700000000/1700000060", SpanBaseline(1_700_000_000, 1_700_000_060)),
        ("2023-11-14T22:13:20Z/2023-11-14T22:14:20Z", SpanBaseline(1_700_000_000, 1_700_000_060)),
        (None, None),
    ],
)
def test_baselines_are_written_in_one_word(text: str | None, baseline: Baseline | None) -> None:
    assert baseline_of(text, RUN) == baseline


@pytest.mark.parametrize("text", ["offset:soon", "offset:", "a/b", "1700000000/"])
def test_a_baseline_that_is_none_is_told(text: str) -> None:
    with pytest.raises(CannotRun):
        baseline_of(text, RUN)


def test_marks_are_lines_of_json(tmp_path: Path) -> None:
    """Blank lines are none; a phase is `load` unless it is named."""
    path = tmp_path / "marks"
    path.write_text('{"at": 1.5, "phase": "ramp", "users": 3}\n\n{"at": 2}\n')
    assert list(read_marks(path)) == [Mark(1.5, "ramp", 3), Mark(2.0, "load", None)]


@pytest.mark.parametrize(
    "line",
    [
        "soon",
        "[]",
        "{}",
        '{"at": "1"}',
        '{"at": true}',
        '{"at": NaN}',
        '{"at": 1, "users": 1.5}',
        '{"at": 1, "users": true}',
        '{"at": 1, "phase": ""}',
        '{"at": 1, "phase": 7}',
        "[" * 100_000,
    ],
)
def test_a_line_that_is_no_mark_is_told_with_its_place(tmp_path: Path, line: str) -> None:
    path = tmp_path / "marks"
    path.write_text(f'{{"at": 1}}\n{line}\n')
    with pytest.raises(CannotRun) as raised:
        list(read_marks(path))
    assert f"{path}:2: no mark; write it like" in str(raised.value)


def test_marks_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    for name, told in (("none", "No such file"), ("bytes", "no UTF-8")):
        with pytest.raises(CannotRun) as raised:
            list(read_marks(tmp_path / name))
        assert told in str(raised.value)
