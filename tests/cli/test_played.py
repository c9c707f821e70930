"""When a run was played, and against what it is held, as the command line says it."""

import time
from contextlib import nullcontext
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from slowatch.cli.baselines import against, check_apart
from slowatch.cli.failing import CannotRun
from slowatch.cli.played import (
    When,
    check_when,
    played,
    read_marks,
    verifiable_later,
    without_arguments,
)
from slowatch.slo.slot import Span
from slowatch.spec.compiled import Counter
from slowatch.spec.compiled_runs import (
    Baseline,
    Change,
    Check,
    CompiledRun,
    CountMeasure,
    Limits,
    OffsetBaseline,
    PhaseBaseline,
    Recovery,
    RunBaseline,
    SpanBaseline,
    StoredBaseline,
)
from slowatch.verify.played import Mark, Played

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
        (When(last="5m", command=["k6", "run"]), "to run it write `--run -- k6 …`"),
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
        ("shop/load-10", RunBaseline("load-10")),
        ("17", StoredBaseline(17)),
        ("offset:1d", OffsetBaseline(86_400)),
        ("1700000000/1700000060", SpanBaseline(1_700_000_000, 1_700_000_060)),
        ("2023-11-14T22:13:20Z/2023-11-14T22:14:20Z", SpanBaseline(1_700_000_000, 1_700_000_060)),
        (None, None),
    ],
)
def test_baselines_are_written_in_one_word(text: str | None, baseline: Baseline | None) -> None:
    assert against(text, RUN) == (RUN, baseline)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "write a run's name or id"),
        ("offset:soon", "is not a duration"),
        ("offset:", "is not a duration"),
        ("offset:0s", "that is the run itself"),
        ("offset:400ms", "that is the run itself"),
        ("last:", "such as last:5"),
        ("last:0", "such as last:5"),
        ("last:five", "such as last:5"),
        ("cart/load-10", "a run of the same service, and this run is of `shop`"),
        ("1700000000/", "'' is no moment"),
        ("1700000000/load-10", "'load-10' is no moment"),
        ("1700000060/1700000000", "ends before it starts"),
        ("1700000000/9999999999", "in the future"),
    ],
)
def test_a_baseline_that_is_none_is_told(text: str, told: str) -> None:
    with pytest.raises(CannotRun) as raised:
        against(text, RUN)
    assert told in str(raised.value)


def test_the_last_runs_are_those_of_each_checks_own_baseline() -> None:
    """Where that is a run; else those of the run's own name. A phase stays what it is."""
    over = partial(Check, "p95", CountMeasure(Counter("requests_total")), unit="events")
    change, back = Change(at_most=Decimal("0.1")), Recovery(30, Change(at_most=Decimal("0.1")))
    checks = (
        over(bound=change, baseline=RunBaseline("load-10")),
        over(bound=back, baseline=RunBaseline("load-10", 9)),
        over(bound=change, baseline=OffsetBaseline(86_400)),
        over(bound=change),
        over(bound=back, baseline=PhaseBaseline("before")),
        over(bound=Limits(at_most=Decimal(1))),
    )
    run, baseline = against("last:5", CompiledRun("shop", "quick", checks))
    assert baseline is None
    assert [check.baseline for check in run.checks] == [
        RunBaseline("load-10", 5),
        RunBaseline("load-10", 5),
        RunBaseline("quick", 5),
        RunBaseline("quick", 5),
        PhaseBaseline("before"),
        None,
    ]


@pytest.mark.parametrize(
    ("baseline", "is_apart"),
    [
        (None, True),
        (RunBaseline("quick"), True),
        (OffsetBaseline(60), True),
        (OffsetBaseline(59), False),
        (SpanBaseline(900, 1000), True),
        (SpanBaseline(1060, 1100), True),
        (SpanBaseline(900, 1001), False),
        (SpanBaseline(1059, 1100), False),
    ],
)
def test_a_run_is_not_compared_with_a_part_of_itself(
    baseline: Baseline | None, is_apart: bool
) -> None:
    """It lasted from 1000 to 1060."""
    with nullcontext() if is_apart else pytest.raises(CannotRun, match="--baseline: "):
        check_apart(baseline, Span(1000, 1060))


@pytest.mark.parametrize(
    ("command", "kept"),
    [
        (["k6"], ("k6",)),
        (["/opt/bin/k6", "run", "--env", "TOKEN=hunter2"], ("k6", "…")),
        (["env", "TOKEN=hunter2", "k6"], ("env", "…")),
    ],
)
def test_of_a_command_its_program_is_kept(command: list[str], kept: tuple[str, ...]) -> None:
    assert without_arguments(command) == kept


def test_what_goes_wrong_after_a_command_says_how_to_verify_its_run() -> None:
    """Whatever it is; a run between two moments needs no such words."""
    span = Span(1_700_000_000, 1_700_000_060)
    with pytest.raises(CannotRun) as raised, verifiable_later(Played(span, command=("k6", "…"))):
        raise CannotRun("no such phases")
    assert str(raised.value) == (
        "no such phases; the run was played: to verify it, write `--from 2023-11-14T22:13:20Z "
        "--to 2023-11-14T22:14:20Z --isolated` in place of `--run`"
    )
    with pytest.raises(KeyError), verifiable_later(Played(span)):
        raise KeyError


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
