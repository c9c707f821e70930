"""The table says what the answer says: nothing rounded to good, nothing that is not a number."""

from collections.abc import Mapping

import pytest
from rich.console import Console

from slowatch.terminal.table import print_answer, slo_table


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


def test_firing_alerts_are_told_below_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    """Also of an SLO whose state says something else; those that are pending are not."""
    alerts = [
        {"alert": "failing", "severity": "page", "state": "firing"},
        {"alert": "slow", "severity": "page", "state": "pending"},
    ]
    entries = [entry(name="calls", state="exhausted", alerts=alerts)]
    print_answer({"as_of": "2026-11-21T09:37:00Z", "slos": entries})
    told = capsys.readouterr().out
    assert "failing (page) fires:\n  shop/calls" in told
    assert "slow" not in told


def test_pipe_gets_rows_and_reasons_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    """However long they are."""
    long = "x" * 150
    entries = [entry(name=long, state="no_data", reason=f"no series match {long}"), entry()]
    print_answer({"as_of": "2026-11-21T09:37:00Z", "slos": entries})
    told = capsys.readouterr().out
    assert "…" not in told
    assert f"\nno series match {long}:\n  {entries[0]['service']}/{long}\n" in told
    assert told.count("\n\n") == 1
