"""The table says what the answer says: nothing rounded to good, nothing that is not a number."""

from collections.abc import Mapping
from decimal import Decimal

import pytest
from rich.console import Console

from slowatch.terminal.table import (
    budget_left,
    burn,
    objective_percent,
    percent,
    print_answer,
    slo_table,
)


def entry(**changes: object) -> dict[str, object]:
    """An SLO of the answer, healthy unless changed."""
    return {
        "service": "shop",
        "name": "checkout",
        "group": {},
        "objective": 0.999,
        "compliance_ratio": 1.0,
        "error_budget": {"remaining_ratio": 1.0},
        "burn_rates": {"5m": 0.0, "1h": 0.0},
        "coverage_ratio": 1.0,
        "state": "ok",
        "reason": None,
    } | changes


def shown(answer: Mapping[str, object], *, width: int = 100, rows: int | None = None) -> str:
    """The table as plain text."""
    console = Console(width=width)
    with console.capture() as capture:
        console.print(slo_table(answer, rows=rows))
    return capture.get()


@pytest.mark.parametrize(
    ("ratio", "digits", "text"),
    [
        (1.0, 3, "100%"),
        (0.9999999, 3, "99.999%"),
        (0.99982, 3, "99.982%"),
        (0.5, 1, "50%"),
        (None, 1, "–"),  # noqa: RUF001
    ],
)
def test_only_what_is_whole_shows_as_100_percent(
    ratio: float | None, digits: int, text: str
) -> None:
    """A share is rounded down."""
    assert percent(ratio, digits=digits) == text


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(1.0, "100%"), (0.0421, "4.2%"), (0.0, "0%"), (-1.25, "-125%"), (-47.8, "<-999%")],
)
def test_budget_below_zero_is_overspent(ratio: float, text: str) -> None:
    """-125 % is a budget spent more than twice."""
    assert budget_left(ratio) == text


@pytest.mark.parametrize(
    ("rate", "text"),
    [(None, "–"), (0.0, "0"), (0.01, "<0.1"), (14.4, "14.4"), (2.0, "2"), (251.3, "251")],  # noqa: RUF001
)
def test_burn_rates_are_short(rate: float | None, text: str) -> None:
    """At most five characters."""
    assert burn(rate) == text


@pytest.mark.parametrize(("ratio", "text"), [("0.999", "99.9%"), ("1", "100%"), ("0.9", "90%")])
def test_an_objective_has_the_digits_it_was_written_with(ratio: str, text: str) -> None:
    """No 99.90000000000001%."""
    assert objective_percent(Decimal(ratio)) == text


def test_row_holds_state_group_and_numbers() -> None:
    """The state is a word, not only a colour."""
    text = shown({"slos": [entry(state="page", group={"app_id": "crm"}, compliance_ratio=0.95)]})
    assert text.splitlines()[0].strip() == "1 SLO: 1 page"
    assert text.splitlines()[-2].split() == [
        *("page", "checkout", "app_id=crm", "·", "shop"),
        *("99.9%", "95%", "100%", "0", "0", "100%"),
    ]


def test_not_a_number_is_a_dash() -> None:
    """NaN never reaches a screen."""
    text = shown({"slos": [entry(burn_rates={"5m": float("nan")}, compliance_ratio=None)]})
    assert "nan" not in text.lower()
    assert text.splitlines()[-2].split().count("–") == 3  # noqa: RUF001


def test_rows_beyond_the_limit_are_counted() -> None:
    """The title counts all of them."""
    text = shown({"slos": [entry()] * 5, "as_of": "12:00"}, rows=2)
    assert "5 SLOs: 5 ok" in text
    assert "and 3 more, as of 12:00" in text


def test_eighty_columns_hold_every_number() -> None:
    """What is cut is the end of the name, never a number."""
    slo = entry(
        name="a-rather-long-name-of-an-slo-that-goes-on",
        compliance_ratio=0.123456789,
        error_budget={"remaining_ratio": -99.0},
        burn_rates={"5m": 876.5, "1h": 14.44},
    )
    last = shown({"slos": [slo]}, width=80).splitlines()[-2]
    assert last.split()[-6:] == ["99.9%", "12.345%", "<-999%", "876", "14.4", "100%"]


def test_an_answer_without_slos_is_said_so() -> None:
    """Before the first slot there is nothing to judge."""
    assert "no SLOs yet" in shown({"slos": []})


def test_pipe_gets_rows_and_reasons_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    """However long they are."""
    long = "x" * 150
    entries = [entry(name=long, state="no_data", reason=f"no series match {long}"), entry()]
    print_answer({"as_of": "2026-11-21T09:37:00Z", "slos": entries})
    told = capsys.readouterr().out
    assert "…" not in told
    assert f"\nno series match {long}:\n  {entries[0]['service']}/{long}\n" in told
    assert told.count("\n\n") == 1
