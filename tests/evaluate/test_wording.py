"""What alerts say."""

from dataclasses import replace
from decimal import Decimal

import pytest

from slowatch.evaluate.wording import annotations, duration
from slowatch.slo.alert_rule import BreaksBound, BudgetExhausted, Burns, When
from slowatch.slo.policy import BudgetEnding, BudgetLow, SliAbsent
from slowatch.slo.slot import DAY_S
from tests.evaluate.raised import SLO, rule, status


def said(when: When, **told: int) -> tuple[str, str]:
    """Summary and description of an alert of 1000 events."""
    one = rule(when=when)
    words = annotations(status(True, of=one, region="eu", **told), one)  # type: ignore[arg-type]
    return words["summary"], words["description"]


@pytest.mark.parametrize(
    ("when", "summary"),
    [
        (Burns(()), "shop/checkout (region=eu) burns its error budget too fast"),
        (BudgetExhausted(), "shop/checkout (region=eu) has used up its error budget"),
        (
            BudgetLow(Decimal("0.10"), "page"),
            "shop/checkout (region=eu) has less than 10% of its error budget left",
        ),
        (
            BudgetEnding(DAY_S, "page"),
            "shop/checkout (region=eu) will have used up its error budget within 1d",
        ),
        (SliAbsent(900, "page"), "shop/checkout has not been measured for 15m"),
        (BreaksBound(300), "shop/checkout (region=eu) has broken its bound for 5m"),
    ],
)
def test_summary_says_what_is_wrong(when: When, summary: str) -> None:
    """In a line, with the group where it concerns one."""
    assert said(when)[0] == summary


def test_description_says_how_fast_and_until_when() -> None:
    """99 % of 1000 events: 10 may be bad, 5 are: half is left at a burn of 0.5."""
    assert said(Burns(()), bad=5)[1] == (
        "The objective is 99% good over 30d. Over the last hour the budget burns 0.5 times as fast "
        "as it may. 50.0% of the budget is left."
    )


def test_description_of_a_budget_that_ends() -> None:
    """Nothing is left of 10 when 10 are bad; 40 are four times what may be."""
    assert said(Burns(()), bad=10)[1].endswith("Nothing of the budget is left.")
    assert said(Burns(()), bad=40)[1].endswith(": 4 times what was allowed is used up.")
    burning = replace(status(True, bad=5), exhausts_in_s=93_600.0)
    told = annotations(burning, rule())["description"]
    assert told.endswith("50.0% of the budget is left; at this rate it ends in 1d 2h.")


def test_description_of_an_absent_sli_says_why() -> None:
    """What Prometheus said, or that nobody knows."""
    absent = rule(when=SliAbsent(900, "page"))
    missing = replace(status(True, of=absent), reason="no series matches x")
    assert annotations(missing, absent)["description"] == "no series matches x."


def test_links_are_there_where_they_are_known() -> None:
    """Else there is none; slowatch's own page stands in for a dashboard."""
    assert set(annotations(status(True), rule())) == {"summary", "description"}
    linked = replace(SLO, runbook="https://wiki/1")
    words = annotations(status(True, slo=linked), rule(), "https://slo.example.org")
    assert words["runbook_url"] == "https://wiki/1"
    assert words["dashboard_url"] == "https://slo.example.org/view/shop/checkout"
    own = annotations(status(True, slo=replace(linked, dashboard="https://d")), rule(), "https://s")
    assert own["dashboard_url"] == "https://d"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0s"),
        (59.4, "59s"),
        (3600, "1h"),
        (3661, "1h 1m"),
        (86_460, "1d"),
        (200_000, "2d 7h"),
    ],
)
def test_duration_has_its_two_largest_units(seconds: float, told: str) -> None:
    """More is noise."""
    assert duration(seconds) == told
