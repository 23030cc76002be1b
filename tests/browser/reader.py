"""The demo article as its reader meets it: what the browser tests say instead of selectors."""

import itertools
import os
from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Locator, Page

_authors = itertools.count(1)


@dataclass
class Article:
    """The demo article in one browser tab, seen as a reader sees it."""

    page: Page
    base_url: str
    faults: list[str] = field(default_factory=list)
    """Console errors and exceptions so far. A test that provokes some clears them."""

    def open(self) -> None:
        self.page.goto(f"{self.base_url}/demo/")
        self.taken_over.wait_for()

    @property
    def widget(self) -> Locator:
        return self.page.locator("vestibule-comments")

    @property
    def taken_over(self) -> Locator:
        """The widget's own form, in the place of the one that the server has rendered."""
        return self.widget.locator("form.vestibule-form[novalidate]")

    @property
    def submit_button(self) -> Locator:
        return self.page.get_by_role("button", name="Post Comment")

    @property
    def status(self) -> Locator:
        return self.widget.locator("form.vestibule-form").get_by_role("status")

    def comment(self, text: str) -> Locator:
        """The comment with this text as it stands in the thread; an author's waiting one does not."""
        published = "article.vestibule-comment:not(:has(.vestibule-own-state))"
        return self.page.locator(published, has_text=text)

    def fill(self, text: str, name: str | None = None) -> None:
        """Write a comment as somebody new, so that no author's rate adds to what is tested."""
        number = next(_authors)
        self.field("content").fill(text)
        self.field("author_name").fill(name or f"Reader {number}")
        self.field("author_email").fill(f"reader-{os.getpid()}-{number}@example.org")

    def field(self, name: str) -> Locator:
        return self.page.locator(f"[name={name}]:visible")

    def read_a_while(self) -> None:
        """Wait until the form is as old as a person's: one that is sent within 3 s is suspicious."""
        # Asked once and answered late, since the page's policy forbids the polling of
        # `wait_for_function`, which evaluates strings.
        self.page.evaluate(
            "new Promise((old) => setTimeout(old, Math.max(0, 3300 - performance.now())))"
        )

    def post(self, text: str) -> None:
        self.fill(text)
        self.read_a_while()
        self.submit_button.click()


def watch(page: Page, faults: list[str]) -> None:
    """Collect what the console shows as an error or a warning, and exceptions."""

    def note(line: ConsoleMessage) -> None:
        if line.type in {"error", "warning"}:
            faults.append(f"{line.text} ({line.location['url']})")

    page.on("console", note)
    page.on("pageerror", lambda error: faults.append(str(error)))
