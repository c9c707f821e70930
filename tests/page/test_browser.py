"""The pages in a real Chromium: with scripts and without, wide and narrow, light and dark."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ViewportSize, expect

from tests.page.standing import Paged, shop
from tests.support.browser import chromium, opened
from tests.support.serving import served

NARROW = ViewportSize(width=360, height=740)
EU, SEARCH, SILENT = "shop/checkout~region=eu", "shop/search", "shop/silent"
PAGES = ("/", "/?wall", "/view/shop/checkout", "/view/shop/silent", "/view/shop/nothing")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all of this."""
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def shop_url() -> Iterator[str]:
    """A shop that nobody changes."""
    with served(shop().app()) as url:
        yield url


@pytest.fixture
def moving() -> Iterator[tuple[Paged, str]]:
    """A shop that a test may change, and its address."""
    paged = shop()
    with served(paged.app()) as url:
        yield paged, url
        paged.is_ending = True


def test_typing_filters_at_once_and_is_kept_in_the_address(browser: Browser, shop_url: str) -> None:
    with opened(browser, shop_url) as one:
        one.page.get_by_label("Search").press_sequentially("orders eu")
        expect(one.page.locator("tr[id]:visible")).to_have_count(1)
        one.page.wait_for_url("**/?q=orders+eu")
        assert one.shown == [EU]
        expect(one.page.get_by_label("Search")).to_be_focused()
        one.page.get_by_label("Search").fill("")
        expect(one.page.locator("tr[id]:visible")).to_have_count(4)


def test_a_filter_and_a_column_change_the_list_without_a_reload(
    browser: Browser, shop_url: str
) -> None:
    with opened(browser, shop_url) as one:
        one.page.evaluate("window.stillHere = true")
        one.page.get_by_label("State", exact=True).select_option("ok")
        one.page.wait_for_url("**/?state=ok")
        expect(one.page.locator("tr[id]:visible")).to_have_count(2)
        one.page.get_by_role("link", name="SLO", exact=True).click()
        one.page.wait_for_url("**/?state=ok&sort=name")
        expect(one.page.locator("th[aria-sort]")).to_have_text(re.compile("SLO"))
        one.page.go_back()
        one.page.go_back()
        expect(one.page.locator("tr[id]:visible")).to_have_count(4)
        expect(one.page.get_by_label("State", exact=True)).to_have_value("")
        assert one.page.evaluate("window.stillHere")


def test_an_slo_leads_to_its_page_and_back(browser: Browser, shop_url: str) -> None:
    with opened(browser, shop_url) as one:
        one.page.locator(f'[id="{EU}"] a').first.click()
        one.see("The error budget is spent 2.0 times over.")
        expect(one.page.locator(".uplot")).to_have_count(2)
        one.page.get_by_role("link", name="All SLOs").click()
        expect(one.page.locator("tr[id]")).to_have_count(4)


def test_drawings_that_came_with_the_page_give_way_to_livelier_ones(
    browser: Browser, shop_url: str
) -> None:
    with opened(browser, f"{shop_url}/view/shop/checkout?label.region=eu") as one:
        chart = one.page.locator("figure[data-chart=budget]")
        expect(chart.locator("canvas")).to_be_visible()
        expect(chart.locator("svg.plot")).to_be_hidden()
        chart.locator(".u-over").hover()
        expect(chart.locator(".u-legend")).to_contain_text("2027-01-15")


def test_a_new_snapshot_is_shown_without_a_reload_and_nothing_is_lost(
    browser: Browser, moving: tuple[Paged, str]
) -> None:
    """What is typed, what has the focus, how far it is scrolled and what is open stay."""
    paged, url = moving
    with opened(browser, url, viewport=NARROW) as one:
        one.page.evaluate("window.stillHere = true")
        one.page.locator("#firing summary").click()
        one.page.locator(f'[id="{SEARCH}"] a').focus()
        one.page.evaluate("window.scrollTo(0, 300)")
        before = one.page.locator(f'[id="{SEARCH}"]').bounding_box()
        paged.move_on(search="page")
        expect(one.page.locator(f'[id="{SEARCH}"] .state')).to_have_text("page")
        assert one.page.evaluate("window.stillHere")
        after = one.page.locator(f'[id="{SEARCH}"]').bounding_box()
        assert before is not None
        assert after is not None
        assert abs(after["y"] - before["y"]) < 2  # though the headline takes a line more
        expect(one.page.locator(f'[id="{SEARCH}"] a')).to_be_focused()
        expect(one.page.locator("#firing")).not_to_have_attribute("open", "")
        expect(one.page.locator("#said")).to_contain_text("1 is paging")
        one.page.get_by_label("Search").fill("sear")
        paged.move_on(search="ticket")
        expect(one.page.locator(f'[id="{SEARCH}"] .state')).to_have_text("ticket")
        expect(one.page.get_by_label("Search")).to_have_value("sear")
        assert one.shown == [SEARCH]


def test_a_detail_page_stays_current_too(browser: Browser, moving: tuple[Paged, str]) -> None:
    paged, url = moving
    with opened(browser, f"{url}/view/shop/search") as one:
        expect(one.page.locator(".uplot")).to_have_count(2)
        paged.move_on(search="exhausted")
        expect(one.page.locator(".title .state")).to_have_text("exhausted")
        expect(one.page.locator("#as-of time")).to_have_text("08:01:00 UTC")
        expect(one.page.locator(".uplot")).to_have_count(2)


@pytest.mark.slow
def test_a_page_says_when_it_hears_nothing_any_more(browser: Browser) -> None:
    paged = shop()
    paged.snapshot = replace(paged.snapshot, slot_s=1)
    with served(paged.app()) as url:
        context = browser.new_context()
        page = context.new_page()
        page.goto(url)
        expect(page.locator("#lost")).to_be_hidden()
        paged.is_ending = True
    expect(page.locator("#lost")).to_contain_text("Connection lost", timeout=15_000)
    context.close()


def test_everything_is_there_without_scripts(browser: Browser, shop_url: str) -> None:
    with opened(browser, shop_url, scripts=False) as one:
        one.page.get_by_label("State", exact=True).select_option("exhausted")
        one.page.get_by_role("button", name="Show").click()
        assert one.shown == [EU]
        one.page.locator(f'[id="{EU}"] a').first.click()
        one.see("used up 15 Jan, 07:58 UTC")
        expect(one.page.locator("svg.plot")).to_have_count(3)
        expect(one.page.locator("svg.plot").first).to_be_visible()
        expect(one.page.get_by_role("button", name="Theme")).to_be_hidden()


@pytest.mark.parametrize("path", PAGES)
def test_nothing_scrolls_sideways_on_a_narrow_screen(
    browser: Browser, shop_url: str, path: str
) -> None:
    context = browser.new_context(viewport=NARROW, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{shop_url}{path}")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 360
    if path in ("/", "/view/shop/checkout"):
        assert page.locator(".state:visible").first.inner_text() == "exhausted"
    context.close()


def test_a_theme_is_chosen_and_kept(browser: Browser, shop_url: str) -> None:
    def paper(page: object) -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))  # type: ignore[attr-defined]

    with opened(browser, shop_url, scheme="dark") as one:
        dark = paper(one.page)
        one.page.get_by_role("button", name="Theme: auto").click()
        light = paper(one.page)
        assert light != dark
        one.page.reload()
        assert paper(one.page) == light
        one.page.get_by_role("button", name="Theme: light").click()
        assert paper(one.page) == dark


def test_keys_are_enough(browser: Browser, shop_url: str) -> None:
    """The first one leads to the content; arrows go from SLO to SLO, Enter opens it."""
    with opened(browser, shop_url) as one:
        one.page.keyboard.press("Tab")
        expect(one.page.get_by_role("link", name="Skip to content")).to_be_focused()
        one.page.keyboard.press("Enter")
        expect(one.page.locator("main")).to_be_focused()
        links = one.page.locator("tbody .c-slo a")
        links.first.focus()
        one.page.keyboard.press("ArrowDown")
        expect(links.nth(1)).to_be_focused()
        one.page.keyboard.press("ArrowUp")
        one.page.keyboard.press("Enter")
        one.page.wait_for_url("**/view/shop/checkout?label.region=eu")


def test_no_data_and_exhausted_cannot_be_taken_for_well(browser: Browser, shop_url: str) -> None:
    with opened(browser, shop_url) as one:
        row = one.page.locator(f'[id="{SILENT}"]')
        expect(row.locator(".state")).to_have_text("no data")
        expect(row.locator(".reason")).to_have_text("not measured yet")
        expect(one.page.locator(f'[id="{EU}"] .state')).to_have_text("exhausted")
        expect(one.page.locator("h1")).to_contain_text("1 of 4 budgets is used up")


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_to_complain_of(
    browser: Browser, shop_url: str, path: str, scheme: str
) -> None:
    context = browser.new_context(
        color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(f"{shop_url}{path}")
    if page.locator("figure[data-chart]").count():
        expect(page.locator(".uplot")).to_have_count(2)
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
    context.close()


@pytest.mark.slow
def test_axe_finds_nothing_on_a_narrow_screen(browser: Browser, shop_url: str) -> None:
    with opened(browser, shop_url, viewport=NARROW) as one:
        found = Axe().run(one.page)
        assert found.violations_count == 0, found.generate_report()
