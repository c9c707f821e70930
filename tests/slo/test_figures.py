"""Figures say what numbers say: nothing is rounded to good."""

from decimal import Decimal

import pytest

from slowatch.slo.figures import budget_left, burn, compliance, coverage, objective_percent, percent


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


def test_compliance_has_two_digits_more_than_its_objective() -> None:
    """So that 99.9% can be told from 99.899%."""
    assert compliance(0.99899, Decimal("0.999")) == "99.899%"
    assert compliance(0.5, Decimal("0.9")) == "50%"


@pytest.mark.parametrize(("ratio", "text"), [(0.001, "<1%"), (0.0, "0%"), (0.999, "99%")])
def test_little_coverage_is_not_none(ratio: float, text: str) -> None:
    """0% is said only where nothing was measured."""
    assert coverage(ratio) == text
