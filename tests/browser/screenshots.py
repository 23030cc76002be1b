"""Takes the pictures in `docs/`: `python tests/browser/screenshots.py` (not a test).

Starts an installation of its own, lets some readers write, and photographs the article and the desk.
"""

import re
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from conftest import CHROMIUM_ARGUMENTS, chromium_path  # noqa: E402 (found by the line above)
from reader import Article  # noqa: E402
from running import Installation  # noqa: E402

DOCS = HERE.parents[1] / "docs"

APPROVED = (
    ("Ada", "Ours has a bench, and in winter somebody always sits on it to take off their boots."),
    ("Brendan", "We only have the curtain. It works better than I would have thought."),
    ("Chidi", "The tiles in ours are older than the house. Nobody knows where they came from."),
)
HELD = (
    ("Dora", "My grandmother kept her marmalade there, because it was the coolest room."),
    ("Emil", " ".join(f"https://example.org/door-{number}" for number in range(1, 6))),
)


def photograph(browser: Browser, installation: Installation) -> None:
    page = browser.new_page(viewport={"width": 1000, "height": 1100}, device_scale_factor=1.25)
    article = Article(page, installation.base_url)
    article.open()
    for name, text in APPROVED + HELD:
        article.fill(text, name)
        article.read_a_while()
        article.submit_button.click()
        expect(article.status).to_have_text(re.compile("is published|A moderator"))
    # As others see it: those who wrote see what they may do about their own.
    other = browser.new_page(viewport={"width": 1000, "height": 1100}, device_scale_factor=1.25)
    Article(other, installation.base_url).open()
    other.locator("#comments").evaluate("(one) => one.scrollIntoView()")
    other.screenshot(path=DOCS / "demo.png")
    photograph_widget(browser, installation)

    page.set_viewport_size({"width": 1000, "height": 660})
    page.goto(f"{installation.base_url}/desk/")
    page.locator("[name=email]").fill(installation.admin_email)
    page.locator("[name=password]").fill(installation.admin_password)
    page.locator("[name=password]").press("Enter")
    page.locator("article.card").first.wait_for()
    page.screenshot(path=DOCS / "desk.png")


def photograph_widget(browser: Browser, installation: Installation) -> None:
    """The thread on a phone, by night, and in Arabic; side by side in docs/widget.md."""
    for name, scheme, path, language in (
        ("phone", "light", "/demo/", None),
        ("dark", "dark", "/demo/", None),
        ("arabic", "light", "/demo/playground", "ar"),
    ):
        screen = {"width": 390, "height": 844}
        page = browser.new_page(viewport=screen, color_scheme=scheme, device_scale_factor=1.5)
        page.goto(f"{installation.base_url}{path}")
        if language:
            page.get_by_label("lang", exact=True).select_option(language)
        page.locator("#comments").evaluate("(one) => one.scrollIntoView()")
        page.locator("form.vestibule-form[novalidate]").wait_for()
        page.locator("#comments").evaluate("(one) => one.scrollIntoView()")
        page.screenshot(path=DOCS / f"widget-{name}.png")
        page.close()


def main() -> None:
    DOCS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        installation = Installation(Path(folder)).start()
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=CHROMIUM_ARGUMENTS
        )
        try:
            photograph(browser, installation)
        finally:
            browser.close()
            installation.stop()


if __name__ == "__main__":
    main()
