"""A real Chromium for the stories: pages that must end without a console error or CSP violation."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright
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
