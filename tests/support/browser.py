"""A real Chromium, headless, and what goes wrong in its pages."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize, sync_playwright

WITHIN_MS = 10_000
WIDE = ViewportSize(width=1280, height=900)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser that is installed; nothing is downloaded.

    While it runs, this thread has an event loop of its own: `asyncio.run` has to wait.
    """
    path = shutil.which("chromium")
    assert path is not None, "no chromium on PATH; install it: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Opened:
    """An open page, and what its console and its scripts have complained of."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._heed)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.set_default_timeout(WITHIN_MS)

    def _heed(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def see(self, text: str) -> None:
        """Wait until a text can be seen."""
        self.page.get_by_text(text).first.wait_for()

    @property
    def shown(self) -> list[str]:
        """The ids of the SLOs that can be seen."""
        rows = self.page.locator("tr[id]").all()
        return [str(row.get_attribute("id")) for row in rows if row.is_visible()]

    @property
    def width(self) -> int:
        """How wide the page is, with what would have to be scrolled to."""
        wide: int = self.page.evaluate("document.scrollingElement.scrollWidth")
        return wide


@contextmanager
def opened(
    browser: Browser,
    address: str,
    *,
    viewport: ViewportSize = WIDE,
    scripts: bool = True,
    scheme: str = "light",
) -> Iterator[Opened]:
    """A page in a browser that knows nothing yet; in the end nothing may have gone wrong."""
    context = browser.new_context(
        viewport=viewport,
        java_script_enabled=scripts,
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    one = Opened(context.new_page())
    try:
        one.page.goto(address)
        yield one
        assert one.complaints == []
    finally:
        context.close()
