"""A real Chromium for the stories: pages that must end without a console error or CSP violation."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from databases import SqliteDatabases
from live import Live, running
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from reader import Article, watch

# Without a sandbox, since tests may run as root; the rest keeps Chromium from calling home.
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# The event fires for what the policy blocks anywhere in the page, also where nothing is thrown.
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""

# What moves under a reader who has done nothing.
NOTE_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) shifts.push(one.value);
}).observe({ type: "layout-shift", buffered: true });
"""


def chromium_path() -> str:
    """The system's Chromium; `CHROMIUM` names another one."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if path is None:
        missing = "There is no chromium; on Debian: apt-get install chromium."
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests; each has contexts of its own."""
    executable = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A reader's browser: no cookies, no history."""
    context = browser.new_context(locale="en-GB")
    context.set_default_timeout(10_000)
    context.add_init_script(REPORT_VIOLATIONS)
    yield context
    context.close()


@pytest.fixture
def article(context: BrowserContext, installation) -> Iterator[Article]:
    """The demo article, opened. At the end there must be no console error that was not cleared."""
    article = Article(context.new_page(), installation.base_url)
    watch(article.page, article.faults)
    article.open()
    yield article
    assert article.faults == []


@pytest.fixture(scope="module")
def live(
    sqlite_databases: SqliteDatabases, redis_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    """A service whose verdicts the test gives, and a site on another port that embeds it."""
    with running(sqlite_databases.new(), redis_server, tmp_path_factory.mktemp("live")) as live:
        yield live


@pytest.fixture
def faults() -> list[str]:
    """Console errors and exceptions of `open_page`. A test that provokes some clears them."""
    return []


@pytest.fixture
def open_page(browser: Browser, faults: list[str]) -> Iterator[Callable[..., Page]]:
    """Opens an address on a screen of some size; at the end there must be no fault and no cookie."""
    opened: list[BrowserContext] = []

    def open_page(
        address: str, *, width: int = 1_000, height: int = 800, **options: object
    ) -> Page:
        screen = {"width": width, "height": height}
        context = browser.new_context(**{"viewport": screen, "locale": "en-GB", **options})
        context.set_default_timeout(10_000)
        context.add_init_script(REPORT_VIOLATIONS + NOTE_SHIFTS)
        opened.append(context)
        page = context.new_page()
        watch(page, faults)
        page.goto(address)
        return page

    yield open_page
    for context in opened:
        assert context.cookies() == []
        context.close()
    assert faults == []
