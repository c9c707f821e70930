"""The overview: what it says of whom, in what order, and what it leaves out when asked."""

import gzip
from dataclasses import replace

import pytest

from slowatch.evaluate.snapshot import Readiness
from slowatch.page.overview import headline
from slowatch.spec.problem import Problem
from tests.api.standing import Client
from tests.page.reading import Page
from tests.page.standing import HOSTILE, NOW_S, Paged, reader, shop

EU, SEARCH, SILENT = "shop/checkout~region=eu", "shop/search", "shop/silent"


def page(pages: Client, path: str) -> Page:
    """A page that is there."""
    answer = pages.get(path)
    assert answer.status_code == 200
    return Page(answer.text)


def test_the_worst_comes_first_and_says_so_in_words(pages: Client) -> None:
    found = page(pages, "/")
    assert found.rows[0] == EU
    assert found.rows[1] == SILENT
    assert len(found.rows) == 4
    assert "1 of 4 budgets is used up, 1 is without data" in found.text
    for words in (
        "1 exhausted",
        "1 no data",
        "2 ok",
        "N1",
        "90%",
        "80%",
        "spent 2×",
        "not measured",
    ):
        assert words in found.text, words


def test_every_row_leads_to_its_page_and_has_an_id_of_its_own(pages: Client) -> None:
    found = page(pages, "/")
    assert "view/shop/checkout?label.region=eu" in found.links
    assert len(set(found.ids)) == len(found.ids)
    for link in {link for link in found.links if link.startswith("view/")}:
        assert pages.get(f"/{link}").status_code == 200


def test_hostile_names_stay_words(pages: Client) -> None:
    """They come through as text: no tag, no attribute is made of them."""
    for path in ("/", "/?wall", "/view/shop/checkout", f"/?q={HOSTILE.replace('&', '%26')}"):
        found = page(pages, path)
        assert "<script>alert" not in found.html
        assert all("src" in named for named in found.all("script"))
    assert f"region={HOSTILE}" in page(pages, "/").text
    assert "<b>Fast</b> & right" in page(pages, "/view/shop/search").text


def test_nothing_is_inline_and_nothing_comes_from_elsewhere(pages: Client) -> None:
    for path in ("/", "/?wall", "/view/shop/checkout", "/view/shop/nothing"):
        found = Page(pages.get(path).text)
        for tag, named in found.tags:
            assert "style" not in named
            assert not [name for name in named if name.startswith("on")]
            if tag in ("script", "link"):
                assert ":" not in (named.get("src") or named["href"])
        assert not found.all("style")


@pytest.mark.parametrize(
    "query",
    [
        "service=shop",
        "service=other",
        "name=checkout&name=search",
        "nfr=N1",
        "state=ok&state=exhausted",
        "label.team=web",
        "label.region=eu",
        "label.team=core&state=ok",
    ],
)
def test_filters_are_those_of_the_api(pages: Client, query: str) -> None:
    entries = pages.get(f"/slo?{query}").json()["slos"]
    assert len(page(pages, f"/?{query}").rows) == len(entries)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("orders", 2),
        ("ORDERS eu", 1),
        ("n2", 1),
        ("core", 1),
        ("no data", 1),
        ("shop/sea", 1),
        ("exhausted search", 0),
        ("%22%27%26", 1),
    ],
)
def test_words_are_looked_for_everywhere(pages: Client, words: str, found: int) -> None:
    """In names, NFRs, descriptions, labels, groups and states; all of them have to be there."""
    assert len(page(pages, f"/?q={words}").rows) == found


@pytest.mark.parametrize(
    ("order", "first"),
    [("worst", EU), ("budget", EU), ("burn", EU), ("name", "shop/checkout~region=")],
)
def test_rows_are_put_in_the_order_that_is_asked_for(pages: Client, order: str, first: str) -> None:
    rows = page(pages, f"/?sort={order}").rows
    assert rows[0].startswith(first)
    if order == "name":
        assert [row.partition("~")[0] for row in rows] == [
            *("shop/checkout", "shop/checkout", "shop/search", "shop/silent")
        ]
    if order in ("budget", "burn"):
        assert rows[-1] == SILENT  # what is not known comes last


def test_what_a_form_leaves_empty_does_not_count(pages: Client) -> None:
    assert len(page(pages, "/?q=&state=&service=&label.team=&sort=worst").rows) == 4


def test_a_view_is_kept_by_its_links_and_its_form(pages: Client) -> None:
    found = page(pages, "/?q=o&state=ok&label.team=web&sort=burn")
    assert "?q=o&label.team=web&state=ok&sort=name" in "&".join(found.links).replace("&amp;", "&")
    chosen = [named["value"] for named in found.all("option") if "selected" in named]
    assert sorted(chosen) == ["burn", "ok", "web"]
    assert "1 of 4 shown" in found.text


def test_several_values_of_a_filter_are_kept_by_the_form(pages: Client) -> None:
    """And can be seen and left in it."""
    found = page(pages, "/?state=ok&state=no_data")
    (several,) = [named for named in found.all("select") if "multiple" in named]
    assert several["name"] == "state"
    chosen = {named["value"] for named in found.all("option") if "selected" in named}
    assert chosen == {"no_data", "ok", "worst"}


@pytest.mark.parametrize("query", ["servce=shop", "state=bad", "sort=best", "label.=x"])
def test_what_does_not_exist_is_refused_in_words(pages: Client, query: str) -> None:
    answer = pages.get(f"/?{query}")
    assert answer.status_code == 400
    assert "there " in Page(answer.text).text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_totals_are_those_of_the_other_filters(pages: Client) -> None:
    """Choosing a state does not make the others vanish."""
    found = page(pages, "/?state=ok&label.team=web")
    assert "1 exhausted" in found.text
    assert "1 ok" in found.text


def test_alerts_that_fire_are_told_with_links(pages: Client) -> None:
    found = page(pages, "/")
    assert "2 alerts fire" in found.text
    assert "ErrorBudgetExhausted shop/checkout (region=eu)" in found.text


RAISED = "2 alerts fire: 0 pages, 2 tickets"


def test_alerts_are_counted_by_severity_and_pages_come_first() -> None:
    """All bad raises pages and tickets at once; of the exhausted state there is none in the totals.

    20 of 20 bad: pages and tickets for the burn, a ticket for the budget.
    """
    paged = Paged()
    paged.record("search", good=0, total=20)
    paged.judge()
    found = page(reader(paged), "/")
    assert "3 alerts fire: 1 page, 2 tickets" in found.text
    told = found.text[found.text.index("alerts fire") :]
    severities = [word for word in told.split() if word in ("page", "ticket")]
    assert severities[:3] == ["page", "ticket", "ticket"]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("", RAISED),
        ("?name=checkout", RAISED),
        ("?label.region=eu", RAISED),
        ("?name=search", None),
        ("?state=ok", None),
        ("?q=silent", None),
    ],
)
def test_alerts_are_those_of_the_view(pages: Client, query: str, told: str | None) -> None:
    text = page(pages, f"/{query}").text
    assert told in text if told else "alerts fire" not in text


def test_alerts_beside_the_view_are_counted() -> None:
    """2 of a group of checkout, 3 of search."""
    paged = Paged()
    paged.record("checkout", good=8, total=10, region="eu")
    paged.record("search", good=0, total=20)
    paged.judge()
    text = page(reader(paged), "/?name=checkout").text
    assert f"{RAISED} 3 more beside this view" in text


def test_pages_have_their_headers(pages: Client) -> None:
    for path in ("/", "/?wall", "/view/shop/search", "/view/shop/nothing", "/?sort=x"):
        headers = pages.get(path).headers
        assert headers["content-security-policy"].startswith(
            "default-src 'none'; script-src 'self'"
        )
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"


def test_who_has_the_page_is_told_so(pages: Client) -> None:
    first = pages.get("/")
    again = pages.get("/", if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert pages.get("/?state=ok").headers["etag"] != first.headers["etag"]


def test_a_page_is_rendered_once_and_anew_with_a_new_snapshot() -> None:
    paged = shop()
    pages = reader(paged)
    tags = {pages.get("/").headers["etag"] for _ in range(3)}
    paged.move_on(search="page")
    after = pages.get("/")
    assert len(tags) == 1
    assert after.headers["etag"] not in tags
    assert "1 is paging" in Page(after.text).text


def test_pages_come_compressed_to_who_can_read_that(paged: Paged) -> None:
    pages = reader(paged)
    plain = pages.get("/", accept_encoding="identity")
    assert "content-encoding" not in plain.headers
    packed = pages.get("/", accept_encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert gzip.decompress(gzip.compress(plain.content)) == plain.content


def test_old_numbers_cannot_be_overlooked() -> None:
    paged = shop()
    paged.stale_after_s = 200
    paged.snapshot = replace(paged.snapshot, as_of_s=1_000_000_020)
    found = page(reader(paged), "/")
    assert "old" in found.text
    assert "No newer slot than that of 01:47:00 UTC was judged" in found.text
    wall = page(reader(paged), "/?wall")
    assert "Not known" in wall.text


def test_the_age_is_that_of_what_was_measured() -> None:
    """Slots are judged though nothing was measured: 08:00 was judged, 07:51 was seen."""

    class Blind(Paged):
        seen_s = NOW_S - 540

    for path in ("/", "/?wall", "/view/shop/search"):
        found = page(reader(shop(Blind())), path)
        assert "as of 08:00:00 UTC , nothing measured since 07:51:00 UTC" in found.text
        (age,) = [named["data-age"] for named in found.all("span") if "data-age" in named]
        assert age == str(NOW_S - 540)
    assert "nothing measured" not in page(reader(shop()), "/").text


@pytest.mark.parametrize("path", ["/", "/?wall"])
def test_no_tab_says_that_all_is_well_when_that_is_not_known(path: str) -> None:
    paged = shop()
    paged.reasons = ("Prometheus does not answer",)
    assert "<title>Not known · slowatch</title>" in page(reader(paged), path).html


def test_what_stands_in_the_way_and_what_is_wrong_in_specs_is_told() -> None:
    class Troubled(Paged):
        def readiness(self) -> Readiness:
            problem = Problem("a.yaml", 3, 5, "wrong-type", "<this> is no list")
            return Readiness(["Prometheus does not answer"], [], [problem])

    found = page(reader(Troubled().judge()), "/")  # type: ignore[arg-type]
    assert "slowatch does not see all" in found.text
    assert "Prometheus does not answer" in found.text
    assert "1 problem in spec files" in found.text
    assert "a.yaml:3:5" in found.text


def test_before_anything_is_judged_the_page_says_so() -> None:
    assert "No SLO has been judged yet" in page(reader(Paged()), "/").text


def test_the_wall_shows_what_is_not_fine_and_the_totals(pages: Client) -> None:
    found = page(pages, "/?wall")
    tiles = [n for n in found.all("li") if "tile" in n.get("class", "")]
    assert len(tiles) == 2
    for words in ("checkout", "shop · region=eu", "silent", "2 ok"):
        assert words in found.text
    assert "search" not in found.text


def test_the_wall_says_it_big_when_all_is_fine() -> None:
    paged = Paged()
    paged.record("search", good=1, total=1)
    paged.judge()
    assert "All 1 ok" in page(reader(paged), "/?wall&name=search").text


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"ok": 3}, "All 3 objectives are kept"),
        ({"ok": 1}, "The objective is kept"),
        ({"ok": 5, "exhausted": 2, "page": 1}, "2 of 8 budgets are used up, 1 is paging"),
        ({"ok": 1, "no_data": 1}, "1 of 2 is without data"),
        ({"ticket": 2, "page": 3}, "3 of 5 are paging, 2 have tickets"),
        ({}, "Nothing to see here"),
    ],
)
def test_headline_says_the_one_thing_to_know(counts: dict[str, int], told: str) -> None:
    assert headline(counts) == told  # type: ignore[arg-type]
