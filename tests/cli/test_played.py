"""When a run was played, as the command line says it."""

import time

import pytest

from slowatch.cli.failing import CannotRun
from slowatch.cli.played import (
    When,
    check_when,
    played,
    verifiable_later,
    without_arguments,
)
from slowatch.slo.slot import Span
from slowatch.verify.played import Played


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
