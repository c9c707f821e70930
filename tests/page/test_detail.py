"""The page of one SLO: what stands on it, for the group that was asked for."""

import pytest

from tests.api.standing import Client
from tests.page.reading import Page
from tests.page.standing import HOSTILE, MORE, Paged, reader


def page(pages: Client, path: str) -> Page:
    """A page that is there."""
    answer = pages.get(path)
    assert answer.status_code == 200
    return Page(answer.text)


def test_the_worst_group_is_shown_first_and_the_others_are_one_step_away(pages: Client) -> None:
    found = page(pages, "/view/shop/checkout")
    assert "checkout region=eu exhausted" in found.text
    assert "2 groups" in found.text
    other = next(link for link in found.links if "script" in link)
    assert "80%" not in page(pages, f"/view/shop/{other.rpartition('/')[2]}").text


def test_facts_are_those_of_the_api(pages: Client) -> None:
    """5 slots of 8 good in 10."""
    found = page(pages, "/view/shop/checkout?label.region=eu")
    for words in (
        "Objective 90% the last 30 days",
        "Compliance 80% 40 of 50",
        "Budget left spent 2×",
        "Bad events 10 of 5 allowed",
        "Burn rate, 1h 2 5m: 2",
        "Coverage <1% 5 slots measured",
    ):
        assert words in found.text, words


def test_words_of_the_nfr_and_links_are_there(pages: Client) -> None:
    found = page(pages, "/view/shop/checkout")
    assert "N1 Orders that go through /orders" in found.text
    assert "https://runbooks.example.org/checkout" in found.links
    assert "../../?nfr=N1" in found.links


def test_the_course_tells_when_the_budget_was_used_up(pages: Client) -> None:
    """2 bad in each minute since 07:55, 5 allowed: used up in the third, which ends at 07:58."""
    found = page(pages, "/view/shop/checkout?label.region=eu")
    assert "over the last 10 minutes; used up 15 Jan, 07:58 UTC" in found.text


def test_burn_rates_stand_beside_their_thresholds(pages: Client) -> None:
    """A burn of 2 is above the ticket's 1 of 3d and 6h, below its 3 and the page's 6."""
    found = page(pages, "/view/shop/checkout?label.region=eu")
    assert "6h 2 page 6 with 30m ticket 1 with 3d" in found.text
    assert "1d 2 ticket 3 with 2h" in found.text


def test_what_would_alert_says_how_far_that_is(pages: Client) -> None:
    found = page(pages, "/view/shop/search")
    assert "page ErrorBudgetBurn 0.1 and 0.1 times over" in found.text or (
        "page ErrorBudgetBurn <0.1 and <0.1 times over" in found.text
    )
    assert "ticket ErrorBudgetLow 95% is left" in found.text
    assert "ticket SliAbsent measured" in found.text
    exhausted = page(pages, "/view/shop/checkout?label.region=eu")
    assert "ticket ErrorBudgetExhausted holds now: spent 2×" in exhausted.text
    assert "ticket ErrorBudgetLow it is used up" in exhausted.text


def test_alert_history_is_that_of_the_group(pages: Client) -> None:
    found = page(pages, "/view/shop/checkout?label.region=eu")
    assert "firing ticket ErrorBudgetExhausted 15 Jan, 08:00 UTC" in found.text
    assert "None in the last ninety days" in page(pages, "/view/shop/search").text


def test_days_are_a_calendar_in_words(pages: Client) -> None:
    found = page(pages, "/view/shop/checkout?label.region=eu")
    days = [named for named in found.all("td") if named.get("class", "").startswith("d-")]
    assert [(day["class"], day["title"]) for day in days] == [
        ("d-missed", "15 Jan: 80%, 10 of 50 bad")
    ]


def test_events_can_be_read_as_a_table(pages: Client) -> None:
    text = page(pages, "/view/shop/checkout?label.region=eu").text
    assert "15 Jan, 07:59 UTC 10 2 80%" in text


def test_what_is_asked_is_shown_with_links_into_prometheus(pages: Client) -> None:
    found = page(pages, "/view/shop/checkout")
    assert "sum by (region) (done_total - done_total offset 60s)" in found.text
    assert 'sum by (region) (done_total{ok="1"} - done_total{ok="1"} offset 60s)' in found.text
    links = [link for link in found.links if link.startswith("https://prometheus.example.org/")]
    assert len(links) == 3
    assert links[0].startswith("https://prometheus.example.org/graph?g0.expr=sum+by+%28region%29")


def test_the_spec_is_shown_as_it_was_written(pages: Client) -> None:
    found = page(pages, "/view/shop/checkout")
    assert "rules.yaml:6" in found.text
    assert "name: checkout\nnfr: N1\n" in found.html
    assert "sli: {ratio: {good: &#39;done_total{ok=&#34;1&#34;}&#39;" in found.html


def test_no_data_has_its_reason_and_nothing_to_draw(pages: Client) -> None:
    found = page(pages, "/view/shop/silent")
    assert "Nothing is known of it: not measured yet." in found.text
    assert "Nothing was measured, so there is nothing to draw." in found.text
    assert not found.all("figure")


def test_a_promise_of_all_has_a_page_too() -> None:
    paged = Paged(rules=MORE)
    paged.record("transfers", good=9, total=10)
    paged.judge()
    found = page(reader(paged), "/view/bank/transfers")
    assert "All events of the last day are to be good." in found.text
    assert "5 of 0 allowed" in found.text


def test_a_promise_of_all_tells_what_was_bad_instead_of_burns() -> None:
    """2 bad: no burn rate exists, no threshold is one of burns, and three have to be bad."""
    paged = Paged(rules=MORE.replace("window: 1d", "window: 30d"))
    paged.record("transfers", good=9, total=10, slots=2)
    paged.judge()
    found = page(reader(paged), "/view/bank/transfers")
    assert "Look-back Bad 5m 2 30m 2 1h 2" in found.text
    assert "page ErrorBudgetBurn 2 bad in 1h, 2 in 5m when 3 or more are bad" in found.text
    assert "14.4" not in found.text
    assert not [named for named in found.all("line") if "mark" in named.get("class", "")]


def test_a_promise_of_all_that_is_broken_tells_so_where_it_alerts() -> None:
    """1 bad in each of five minutes: more than the three that are asked for."""
    paged = Paged(rules=MORE.replace("window: 1d", "window: 30d"))
    paged.record("transfers", good=9, total=10)
    paged.judge()
    text = page(reader(paged), "/view/bank/transfers").text
    assert "page ErrorBudgetBurn holds now: 5 bad in 1h, 5 in 5m" in text


def test_history_is_asked_for_by_an_address_that_answers(pages: Client) -> None:
    found = page(pages, "/view/shop/checkout?label.region=eu")
    (address,) = {named["data-history"] for named in found.all("figure")}
    answer = pages.get(address.removeprefix("../.."))
    assert answer.status_code == 200
    assert sum(point["bad"] for point in answer.json()["series"][0]["points"]) == 10


@pytest.mark.parametrize(
    "path",
    ["/view/shop/nothing", "/view/nobody/checkout", "/view/shop/checkout?label.region=mars"],
)
def test_what_is_not_there_is_a_page_with_a_way_back(pages: Client, path: str) -> None:
    answer = pages.get(path)
    assert answer.status_code == 404
    found = Page(answer.text)
    assert "Not found" in found.text
    assert "../../" in found.links


def test_a_parameter_that_does_not_exist_is_refused(pages: Client) -> None:
    assert pages.get("/view/shop/checkout?region=eu").status_code == 400


def test_hostile_paths_stay_words(pages: Client) -> None:
    answer = pages.get("/view/shop/%3Cscript%3Ealert(1)")
    assert "<script>alert" not in answer.text
    assert HOSTILE not in pages.get("/view/shop/checkout").text
