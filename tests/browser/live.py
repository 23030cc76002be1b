"""A service whose verdicts the test gives, and a site's pages on another port that embed it.

The server runs in the test's own process: nothing is decided before the test says so, and hundreds
of comments are there in a second.
"""

import threading
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from verdicts import verdict
from werkzeug.serving import WSGIRequestHandler, make_server

from service import wiring
from service.core.comment import DoorFacts, Submission, ThreadRef, TokenFact, TokenState
from service.core.decisions import Action, Screening
from service.core.people import Moderator, Role
from service.core.records import WorkItem
from service.core.site import Site, SiteSettings
from service.core.states import State
from service.settings import load
from service.usecases.answer import StaffReply
from service.usecases.moderate import Judgement
from service.web.app import create_app
from service.wiring import Services

POLICY = (
    "script-src 'self' {server}; style-src 'self' {server}; require-trusted-types-for 'script'; "
    "trusted-types 'none'"
)
"""The policy that the widget promises to run under, and no policy of Trusted Types at all."""

PAGE = """<!doctype html>
<html lang="{lang}" dir="{dir}"><head><meta charset="utf-8"><title>A page of the Gazette</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<link rel="stylesheet" href="/page.css"><script type="module" src="{server}/embed.js"></script></head>
<body><main><h1>News</h1>{before}<vestibule-comments site="gazette"{attributes}>{inside}</vestibule-comments></main>
<footer>The end of the page</footer></body></html>
"""
STYLE = """
html { font: 1rem/1.5 sans-serif } body { margin: 0 auto; max-width: 46rem; padding: 1rem }
.tall { block-size: 200vh }
"""


@dataclass
class Live:
    """`base_url` is the service, `pages_url` the site that embeds it; two origins."""

    services: Services
    site: Site
    base_url: str
    pages_url: str
    pages: dict[str, str] = field(default_factory=dict)
    """HTML by path; `page()` adds one."""
    strict: bool = True
    """Whether pages are served with the policy."""
    moderator: Moderator | None = None

    def page(self, path: str, *, before: str = "", inside: str = "", **attributes: str) -> str:
        """The address of a page that embeds the widget. `lang` and `dir` are the page's own."""
        lang, direction = attributes.pop("lang", "en"), attributes.pop("dir", "ltr")
        words = "".join(f' {name.replace("_", "-")}="{text}"' for name, text in attributes.items())
        self.pages[path] = PAGE.format(
            server=self.base_url, lang=lang, dir=direction, before=before, inside=inside, attributes=words
        )  # fmt: skip
        return self.pages_url + path

    def write(
        self,
        path: str,
        text: str,
        *,
        name: str = "Ada",
        url: str | None = None,
        parent: str | None = None,
    ) -> str:
        """Put a comment into the queue of a page's thread; its id."""
        return self.services.submit(
            Submission(
                site=self.services.sites.latest("gazette"),
                thread=ThreadRef(self.pages_url + path),
                content=text,
                author_name=name,
                author_email=None,
                author_url=url,
                parent_id=parent,
                ip="198.51.100.7",
                facts=DoorFacts(token=TokenFact(TokenState.VALID, 60.0), origin_given=True),
            )
        ).comment_id

    def publish(self, path: str, *texts: str, **given: Any) -> list[str]:
        """Comments of a page that readers see; their ids."""
        ids = [self.write(path, text, **given) for text in texts]
        self.conclude(*ids)
        return ids

    def conclude(self, *ids: str, state: State = State.APPROVED, revision: int = 0) -> None:
        """What the checks come to about comments, or about an edit, that wait."""
        services, now = self.services, self.services.clock()
        with services.store.write() as tx:
            drafts = tx.lease(
                [WorkItem(self.site.id, one, revision) for one in ids], until=now, now=now
            )
            done = tx.conclude(
                [
                    Screening(one.id, self.site.id, one.attempt, verdict(state), revision)
                    for one in drafts
                ],
                now=now,
                new_id=services.new_id,
            )
        assert set(done) == set(ids)

    def remove(self, comment_id: str) -> None:
        """A moderator deletes a comment."""
        with self.services.store.read() as tx:
            head = tx.head(self.site.id, comment_id)
        judgement = Judgement(self.site.id, comment_id, Action.DELETE, head.version)
        self.services.decide(judgement, self.a_moderator())

    def answer(self, comment_id: str, text: str) -> str:
        """A moderator answers a comment in the staff's name; the answer's id."""
        reply = StaffReply(self.site.id, comment_id, text, self.services.new_id())
        return self.services.deciding.answer(reply, self.a_moderator())

    def a_moderator(self) -> Moderator:
        if self.moderator is None:
            self.moderator = self.services.people.add(
                "ada@vestibule.example",
                name="Ada",
                role=Role.ADMIN,
                site_slug=None,
                password="correct horse battery",
            )
        return self.moderator

    def flags(self, comment_id: str) -> list[tuple[str, str | None, str]]:
        """Kind, reason and text of what was said against a comment, or for it."""
        with self.services.store.read() as tx:
            return [
                (one.kind, one.reason, one.text) for one in tx.flags_of(self.site.id, comment_id)
            ]

    def as_others_see(self, path: str) -> str:
        """A thread as it is given to anybody."""
        query = urllib.parse.urlencode({"thread": self.pages_url + path})
        with urllib.request.urlopen(f"{self.base_url}/v1/sites/gazette/comments?{query}") as answer:
            return answer.read().decode()


@contextmanager
def running(
    database_url: str, redis_url: str, folder: Path, settings: SiteSettings | None = None
) -> Iterator[Live]:
    """A service and a site's pages, until the block ends."""
    environment = {
        "VESTIBULE_DATA_DIR": folder,
        "VESTIBULE_SECRET_KEY": "for-tests-only-0123456789abcdefghijklmnopqrstuvwxyz",
        "VESTIBULE_DATABASE_URL": database_url,
        "VESTIBULE_REDIS_URL": redis_url,
        "VESTIBULE_MAIL_LOOKUPS": "false",
        "VESTIBULE_RATE_NETWORK_PER_MINUTE": 1_000_000,
        "VESTIBULE_RATE_SITE_PER_MINUTE": 1_000_000,
    }
    services = wiring.build(load({name: str(value) for name, value in environment.items()}))
    server = make_server(
        "127.0.0.1", 0, create_app(services), threaded=True, request_handler=_Quiet
    )
    # What is being answered when a browser goes away is answered to its end, and its files closed.
    server.daemon_threads = False
    live = Live(services, None, f"http://127.0.0.1:{server.server_port}", "")  # type: ignore[arg-type]
    with _served(_handler(live)) as pages_url, _thread_of(server.serve_forever):
        live.pages_url = pages_url
        live.site = services.add_site(
            "gazette",
            name="The Gazette",
            origins=[pages_url],
            settings=settings or SiteSettings(require_email=False),
        )
        try:
            yield live
        finally:
            server.shutdown()
    server.server_close()
    services.close()


class _Quiet(WSGIRequestHandler):
    timeout = 3  # a browser keeps connections in stock, on which it asks nothing

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 (werkzeug's name)
        pass


def _handler(live: Live) -> type[BaseHTTPRequestHandler]:
    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            body, kind = live.pages.get(path), "text/html; charset=utf-8"
            if path == "/page.css":
                body, kind = STYLE, "text/css"
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Type", kind)
            if live.strict:
                self.send_header("Content-Security-Policy", POLICY.format(server=live.base_url))
            self.end_headers()
            self.wfile.write((body or "").encode())

        def log_message(self, *_: object) -> None:
            pass

    return Site


@contextmanager
def _served(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, _thread_of(server.serve_forever):
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


@contextmanager
def _thread_of(target: Callable[[], None]) -> Iterator[None]:
    thread = threading.Thread(target=target)
    thread.start()
    try:
        yield
    finally:
        thread.join()
