"""The report in a real Chromium: light, dark, narrow, on paper."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ViewportSize, expect

from slowatch.reports.html import html
from tests.reports.making import RUNS
from tests.support.browser import chromium, opened

NARROW = ViewportSize(width=360, height=740)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all of this."""
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All reports as files."""
    found = tmp_path_factory.mktemp("reports")
    for name, made in RUNS.items():
        (found / f"{name}.html").write_text(html(made()), encoding="utf-8")
    return found


@pytest.mark.parametrize("name", ["bad", "hostile"])
def test_nothing_scrolls_sideways_on_a_narrow_screen(
    browser: Browser, folder: Path, name: str
) -> None:
    with opened(browser, (folder / f"{name}.html").as_uri(), viewport=NARROW) as one:
        one.page.evaluate("document.querySelectorAll('details').forEach((e) => (e.open = true))")
        assert one.width <= NARROW["width"]


def test_without_scripts_a_row_opens_its_line(browser: Browser, folder: Path) -> None:
    with opened(browser, (folder / "bad.html").as_uri(), scripts=False) as one:
        body = one.page.locator("#check-22")
        expect(body).to_be_hidden()
        one.page.locator("a[href='#check-22']").click()
        expect(body).to_be_visible()
        expect(body.locator("svg.plot")).to_be_visible()


def test_paper_shows_what_is_folded(browser: Browser, folder: Path) -> None:
    with opened(browser, (folder / "good.html").as_uri()) as one:
        plot = one.page.locator("#check-3 svg.plot")
        folded = plot.bounding_box()
        one.page.emulate_media(media="print")
        printed = plot.bounding_box()
        assert folded is None or folded["height"] == 0
        assert printed is not None
        assert printed["height"] > 100


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", RUNS)
def test_axe_finds_nothing_to_complain_of(
    browser: Browser, folder: Path, name: str, scheme: str
) -> None:
    # Axe is a script, which the report's own policy would not let in.
    context = browser.new_context(
        color_scheme="dark" if scheme == "dark" else "light", bypass_csp=True
    )
    page = context.new_page()
    page.goto((folder / f"{name}.html").as_uri())
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
    context.close()


@pytest.mark.slow
def test_axe_finds_nothing_on_a_narrow_screen(browser: Browser, folder: Path) -> None:
    context = browser.new_context(viewport=NARROW, bypass_csp=True)
    page = context.new_page()
    page.goto((folder / "bad.html").as_uri())
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
    context.close()
