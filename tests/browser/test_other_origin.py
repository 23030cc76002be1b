"""The widget on a page of another origin, under the strictest policy that it promises to run under."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import BrowserContext, expect
from reader import Article, watch

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="en"><head><title>A page of the Gazette</title>
<link rel="icon" href="data:,"><link rel="canonical" href="/story">
<script type="module" src="{base_url}/embed.js"></script></head>
<body><main><h1>News</h1><vestibule-comments site="gazette"></vestibule-comments></main></body></html>
"""


@pytest.fixture(scope="module")
def gazette(installation) -> Iterator[str]:
    """The address of a site on another port, which the installation knows as `gazette`."""
    policy = (
        f"default-src 'none'; script-src {installation.base_url}; style-src {installation.base_url};"
        f" connect-src {installation.base_url}; img-src data:; base-uri 'none';"
        " require-trusted-types-for 'script'; trusted-types 'none'"
    )

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(PAGE.format(base_url=installation.base_url).encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        added = installation.vestibule("site", "add", "gazette", "--origin", address)
        assert added.returncode == 0, added.stderr
        yield address
        server.shutdown()
        thread.join()


def test_widget_works_across_origins(context: BrowserContext, installation, gazette: str) -> None:
    """Script, style, reading and posting come from another origin; nothing is blocked or stored."""
    article = Article(context.new_page(), installation.base_url)
    watch(article.page, article.faults)
    article.page.goto(f"{gazette}/story?utm_source=letter")
    expect(article.submit_button).to_be_visible()
    article.post("Read about it in another town.")
    expect(article.comment("another town")).to_be_visible(timeout=5_000)
    padding = article.field("content").evaluate("(one) => getComputedStyle(one).borderTopWidth")
    assert padding == "1px"
    assert context.cookies() == []
    assert article.faults == []


def test_foreign_page_is_told_nothing(context: BrowserContext, installation, gazette: str) -> None:
    """A page whose origin is not on the site's list can neither read nor post."""
    article = Article(context.new_page(), installation.base_url)
    address = gazette.replace("127.0.0.1", "localhost")
    article.page.goto(f"{address}/story")
    expect(article.page.get_by_role("alert")).to_contain_text("could not be loaded")
