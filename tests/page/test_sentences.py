"""The plain sentences, worked by hand."""

from dataclasses import replace

from slowatch.evaluate.judging import Status
from slowatch.page.sentences import sentences
from slowatch.slo.slot import DAY_S
from slowatch.slo.window import CalendarWindow
from tests.api.standing import Standing
from tests.page.standing import MORE, Paged

PAGES = (
    "It pages when the last 6 hours and the last 30 minutes both burn more than 6 times as fast as "
    "they may (60% bad); now it is 2 and 2 times."
)


def status(paged: Standing, name: str) -> Status:
    """The worst group of an SLO."""
    return next(one for one in paged.judge().snapshot.statuses if one.slo.name == name)


def test_an_exhausted_slo() -> None:
    """5 slots of 10: 40 of 50 good, 10 bad of the 5 that 90 % allow, which is twice the budget.

    A burn of 2: the page's thresholds, 14.4 * 10 % and more, can never be reached at 90 %, while
    6 * 10 % can.
    """
    paged = Paged()
    paged.record("checkout", good=8, total=10, region="eu")
    assert sentences(status(paged, "checkout")) == [
        "At least 90% of all events of the last 30 days are to be good.",
        "80% of 50 were; 10 bad, where 5 may be.",
        "Less than 1% of the window has been measured so far.",
        "The error budget is spent 2.0 times over.",
        PAGES,
    ]


def test_a_healthy_slo() -> None:
    """10 bad of 100,000 where 100 may be: 90 % left, a burn of 0.1 lasts."""
    paged = Paged()
    paged.record("search", good=19_998, total=20_000)
    told = sentences(status(paged, "search"))
    assert told[1] == "99.990% of 100,000 were; 10 bad, where 100 may be."
    assert told[3] == "90% of the error budget is left, and at the pace of the last hour it lasts."
    assert told[4].endswith("(1.44% bad); now it is 0.1 and 0.1 times.")


def test_a_burning_slo_tells_when_its_budget_ends() -> None:
    """Burn 2 with 0.9 of the budget left over 30 days: 0.9 * 30 d / 2 = 13.5 days."""
    paged = Paged()
    paged.record("search", good=19_998, total=20_000)
    burning = replace(status(paged, "search"), exhausts_in_s=13.5 * DAY_S)
    assert "90% of the error budget is left, and ends in 13d 12h at the pace of the last hour." in (
        sentences(burning)
    )


def test_an_slo_of_which_nothing_is_known() -> None:
    told = sentences(status(Paged(), "silent"))
    assert told[:2] == [
        "At least 99% of all slots of the last 30 days are to be good.",
        "Nothing is known of it: not measured yet.",
    ]


def test_an_slo_that_promises_all() -> None:
    """At 100 % one bad event is one too many, and nothing is left that could be told of."""
    paged = Paged(rules=MORE)
    paged.record("transfers", good=9, total=10)
    told = sentences(status(paged, "transfers"))
    assert told[0] == "All events of the last day are to be good."
    assert told[1] == "90% of 50 were; 5 bad, where none may be."
    assert "The error budget is used up." in told


def test_an_idle_slo() -> None:
    paged = Paged()
    paged.record("search", good=0, total=0)
    assert "It was measured, and there were no events." in sentences(status(paged, "search"))


def test_a_calendar_window_is_called_by_its_name() -> None:
    paged = Paged()
    paged.record("search", good=1, total=1)
    found = status(paged, "search")
    monthly = replace(
        found, slo=replace(found.slo, window=CalendarWindow("month", "Europe/Berlin"))
    )
    assert sentences(monthly)[0] == (
        "At least 99.9% of all events of this month (Europe/Berlin) are to be good."
    )


def test_what_pages_now_is_said() -> None:
    """All bad: every burn is as high as it gets."""
    paged = Paged()
    paged.record("search", good=0, total=1000)
    assert "It is worth a page now: ErrorBudgetBurn." in sentences(status(paged, "search"))


def test_what_burns_and_does_not_page_says_why() -> None:
    """1 bad of 64 is a burn of 15.6, above 14.4; yet one event may be an accident."""
    paged = Paged()
    paged.record("search", good=63, total=64, slots=1)
    assert sentences(status(paged, "search"))[-1].endswith(
        "burn more than 14.4 times as fast as they may (1.44% bad); now it is 15.6 and 15.6 times, "
        "of too few bad events to tell."
    )


def test_a_promise_of_all_pages_for_events_and_not_for_burns() -> None:
    paged = Paged(rules=MORE.replace("window: 1d", "window: 30d"))
    paged.record("transfers", good=10, total=10)
    assert sentences(status(paged, "transfers"))[-1] == (
        "It pages when 3 or more are bad in the last hour, and anything in the last 5 minutes."
    )
