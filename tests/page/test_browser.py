"""The pages in a real Chromium: with scripts and without, wide and narrow, light and dark."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Route, ViewportSize, expect

from slowatch.evaluate.judging import Status
from slowatch.ledger.errors import LedgerError
from slowatch.ledger.port import Point
from slowatch.slo.slot import Span
from tests.page.standing import NOW_S, Paged, shop
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
        expect(one.page.locator(".uplot")).to_have_count(3)
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
        expect(one.page.locator(".uplot")).to_have_count(3)
        paged.move_on(search="exhausted")
        expect(one.page.locator(".title .state")).to_have_text("exhausted")
        expect(one.page.locator("#as-of time")).to_have_text("08:01:00 UTC")
        expect(one.page.locator(".uplot")).to_have_count(3)


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/", "/?wall"])
def test_a_page_says_when_it_hears_nothing_any_more(browser: Browser, path: str) -> None:
    """Neither the screen nor the tab goes on to say how things were."""
    paged = shop()
    paged.snapshot = replace(paged.snapshot, slot_s=1)
    with served(paged.app()) as url:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{url}{path}")
        expect(page.locator("#lost")).to_be_hidden()
        paged.is_ending = True
    expect(page.locator("#lost")).to_contain_text("Connection lost", timeout=15_000)
    expect(page.locator("h1")).to_have_text("Not known")
    expect(page).to_have_title("Not known · slowatch")
    context.close()


@pytest.mark.slow
def test_what_a_proxy_says_is_not_taken_for_slowatch(browser: Browser) -> None:
    """It answers in place of a daemon that is gone; what was known stays, and is called old."""
    paged = shop()
    paged.snapshot = replace(paged.snapshot, slot_s=1)
    with served(paged.app()) as url:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{url}/view/shop/search")
        shown = page.locator("#as-of time").inner_text()
        bad_gateway = "<html><head><title>502 Bad Gateway</title></head><h1>502</h1></html>"
        page.route("**/*", lambda route: route.fulfill(status=502, body=bad_gateway))
        paged.is_ending = True
        with page.expect_response(f"{url}/view/shop/search") as answer:
            pass
        assert answer.value.status == 502
        expect(page.locator("#lost")).to_contain_text("Connection lost", timeout=10_000)
        expect(page).to_have_title("Not known: shop/search · slowatch")
        expect(page.locator("#as-of time")).to_have_text(shown)
        assert page.evaluate("document.documentElement.dataset.asOf") == str(NOW_S)
        context.close()


def test_an_slo_that_is_no_more_gives_way_to_the_page_that_says_so(
    browser: Browser, moving: tuple[Paged, str]
) -> None:
    """And comes back when it does."""
    paged, url = moving
    page = browser.new_context().new_page()
    page.goto(f"{url}/view/shop/search")
    known = paged.snapshot
    others = tuple(status for status in known.statuses if status.slo.name != "search")
    paged.snapshot = replace(known, as_of_s=NOW_S + 60, statuses=others)
    expect(page.locator("h1")).to_have_text("Not found")
    expect(page.locator(".title")).to_have_count(0)
    expect(page).to_have_title("404 · slowatch")
    paged.snapshot = replace(known, as_of_s=NOW_S + 120)
    expect(page.locator("h1")).to_have_text("search")
    expect(page.locator(".uplot")).to_have_count(3)
    page.context.close()


@pytest.mark.slow
def test_what_cannot_be_said_now_is_not_shown_as_of_now(browser: Browser) -> None:
    class Broken(Paged):
        is_broken = False

        def history(self, status: Status, span: Span, step_s: int) -> Sequence[Point]:
            if self.is_broken:
                raise LedgerError("the disk is gone")
            return super().history(status, span, step_s)

    paged = shop(Broken())
    with served(paged.app()) as url:
        page = browser.new_context().new_page()
        page.goto(f"{url}/view/shop/search")
        assert isinstance(paged, Broken)
        paged.is_broken = True
        paged.move_on()
        expect(page.locator("#lost")).to_contain_text("The ledger cannot be read now")
        expect(page.locator("#as-of time")).to_have_text("08:00:00 UTC")
        paged.is_broken = False
        paged.move_on()
        expect(page.locator("#as-of time")).to_have_text("08:02:00 UTC")
        expect(page.locator("#lost")).to_be_hidden()
        page.context.close()
        paged.is_ending = True


def test_filters_are_those_of_the_address_and_no_others(browser: Browser, shop_url: str) -> None:
    """Whatever led there: a link, the form, the way back."""
    with opened(browser, shop_url) as one:
        order = one.page.get_by_label("Order")
        one.page.locator(".nfrs a", has_text="N1").click()
        one.page.wait_for_url("**/?nfr=N1")
        order.select_option("name")
        one.page.wait_for_url("**/?nfr=N1&sort=name")
        expect(one.page.get_by_label("NFR", exact=True)).to_have_value("N1")
        one.page.get_by_role("link", name="Show all").click()
        expect(one.page.get_by_label("NFR", exact=True)).to_have_count(0)
        order.select_option("burn")
        one.page.wait_for_url("**/?sort=burn")
        expect(one.page.locator("tr[id]:visible")).to_have_count(4)


def test_several_states_can_be_chosen_and_left_again(browser: Browser, shop_url: str) -> None:
    with opened(browser, f"{shop_url}/?state=ok&state=no_data") as one:
        state = one.page.get_by_label("State", exact=True)
        expect(state).to_have_values(["no_data", "ok"])
        one.page.get_by_label("Order").select_option("name")
        one.page.wait_for_url("**/?state=ok&state=no_data&sort=name")
        state.select_option("ok")
        one.page.wait_for_url("**/?sort=name&state=ok")
        expect(state).to_have_value("ok")
        expect(one.page.locator("tr[id]:visible")).to_have_count(2)


def test_a_slot_that_passes_does_not_take_back_what_was_chosen(
    browser: Browser, moving: tuple[Paged, str]
) -> None:
    """The answer to the choice is under way when the page is told of news."""
    paged, url = moving
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    with opened(browser, url) as one:
        one.page.route("**/?state=ok", hold)
        one.page.get_by_label("State", exact=True).select_option("ok")
        one.page.wait_for_url("**/?state=ok")
        paged.move_on()
        with one.page.expect_request("**/?state=ok"):
            pass
        for route in held:
            route.continue_()
        expect(one.page.locator("tr[id]:visible")).to_have_count(2)
        expect(one.page.get_by_label("State", exact=True)).to_have_value("ok")


def test_filters_are_folded_away_on_a_narrow_screen(browser: Browser, shop_url: str) -> None:
    """So that alerts are on the first screen; without scripts they stay."""
    with opened(browser, shop_url, viewport=NARROW) as one:
        state = one.page.get_by_label("State", exact=True)
        expect(state).to_be_hidden()
        fold = one.page.get_by_role("button", name="Filters and order")
        fold.click()
        expect(fold).to_have_attribute("aria-expanded", "true")
        state.select_option("ok")
        expect(one.page.locator("tr[id]:visible")).to_have_count(2)
        expect(state).to_be_visible()
    with opened(browser, shop_url, viewport=NARROW, scripts=False) as one:
        expect(one.page.get_by_label("State", exact=True)).to_be_visible()
        expect(one.page.get_by_role("button", name="Filters and order")).to_be_hidden()


def test_good_and_bad_events_do_not_share_a_drawing(browser: Browser, shop_url: str) -> None:
    """Or one of a thousand would look like half of them."""
    with opened(browser, f"{shop_url}/view/shop/checkout?label.region=eu") as one:
        panes = one.page.locator("figure[data-chart=events] .uplot")
        expect(panes).to_have_count(2)
        all_, bad = (panes.nth(at).bounding_box() for at in (0, 1))
        assert all_ is not None
        assert bad is not None
        assert all_["y"] + all_["height"] <= bad["y"]


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
        expect(page.locator(".uplot")).to_have_count(3)
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
    context.close()


@pytest.mark.slow
def test_axe_finds_nothing_on_a_narrow_screen(browser: Browser, shop_url: str) -> None:
    with opened(browser, shop_url, viewport=NARROW) as one:
        found = Axe().run(one.page)
        assert found.violations_count == 0, found.generate_report()
