"""A desk for the browser: real pages on a server in the test's own process, with comments on them.

The comments are screened by the real checks, so that cards have what cards have.
"""

import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "web"))

from desks import PASSWORD, Desk
from flask import url_for
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import WSGIRequestHandler, make_server

from service.core.comment import DoorFacts, Submission, ThreadRef
from service.core.states import State
from service.wiring import Services

NAME = "ada"
LINKS = " ".join(f"https://example.org/door-{number}" for number in range(1, 6))
TEXTS = (
    ("Dora", "My grandmother kept her marmalade there, because it was the coolest room."),
    ("Emil", LINKS),
    ("Cheap Pills", f"Buy V1agra and c1alis now!! {LINKS}"),
    ("Frieda", "You are an idiot, and everybody who reads this is a moron. Shut up!"),
    ("Gil", "WHY DOES NOBODY EVER LISTEN TO ME!!! THIS IS A SCANDAL AND YOU ALL KNOW IT!!!"),
    ("Hana", "東京都の天気はいいですね。昨日は雨でしたが、今日は晴れています。"),
    ("Ivo", "Best casino bonus, earn $5000 per week from home, WhatsApp +1 202 555 0143"),
)


@dataclass
class DeskPlace:
    """`records` are comments' paths at the desk, by their authors' names."""

    desk: Desk
    base_url: str
    records: Mapping[str, str]

    def open(self, browser: Browser, **options) -> tuple[BrowserContext, Page]:
        """A browser that is signed in."""
        context = browser.new_context(locale="en-GB", **options)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.goto(f"{self.base_url}/desk/")
        page.locator("[name=email]").fill(f"{NAME}@vestibule.example")
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("[name=password]").press("Enter")
        page.locator("[name=password]").wait_for(state="detached")
        return context, page

    def url_for(self, endpoint: str, **arguments: str) -> str:
        with self.desk.app.test_request_context(base_url=self.base_url):
            return self.base_url + url_for(endpoint, **arguments)


@contextmanager
def desk_place(services: Services) -> Iterator[DeskPlace]:
    desk = Desk(services)
    records = dict(_comments(desk))
    server = make_server("127.0.0.1", 0, desk.app, threaded=True, request_handler=_Quiet)
    # What is being answered when a browser goes away is answered to its end, and its files closed.
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        # By this name a browser keeps a `Secure` cookie without https.
        yield DeskPlace(desk, f"http://localhost:{server.port}", records)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _comments(desk: Desk) -> Iterator[tuple[str, str]]:
    parent = None
    for place, (name, text) in enumerate(
        (("Ada", "Ours has a bench, and somebody always sits on it."), *TEXTS)
    ):
        receipt = desk.services.submit(
            Submission(
                site=desk.news,
                thread=ThreadRef("https://news.example/story", title="A history of waiting"),
                content=text,
                author_name=name,
                author_email="ada@example.org" if place < 3 else f"{place}@example.org",
                author_url="https://reader.example/" if place % 3 == 1 else None,
                parent_id=parent if place % 2 else None,
                ip="198.51.100.23",
                facts=DoorFacts(),
            )
        )
        desk.services.screen([desk.item(desk.news, receipt.comment_id)])
        parent = parent or receipt.comment_id
        yield name, f"/desk/comments/{desk.news.id}/{receipt.comment_id}"
    # Some that wait for certain, on another site, too.
    for site in (desk.news, desk.blog):
        yield (
            f"Held on {site.slug}",
            desk.comment("Held, with a text of its own.", site=site, state=State.HELD),
        )


class _Quiet(WSGIRequestHandler):
    timeout = 3  # a browser keeps connections in stock, on which it asks nothing

    def log(self, *_given) -> None:
        """Say nothing."""
