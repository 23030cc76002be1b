"""The widget beside Isso's `embed.min.js`: bytes, requests, layout shift, time to the first comment.

Both in the same Chromium, on the same page of a third origin, with the same comments, each time with
an empty cache. Isso comes from PyPI into a virtual environment of its own, beside ours.
"""

import gzip
import json
import statistics
import subprocess
import sys
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from figures import Figure, say
from playwright.sync_api import Browser, Response, sync_playwright
from running import free_port, wait_until
from servers import service
from texts import author, text

from service.running.processes import guarded

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))
from conftest import CHROMIUM_ARGUMENTS, chromium_path

COMMENTS = 50
SIZE_TARGET = 12_000
SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
"""What Lighthouse takes for a mobile phone."""

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<body><h1>News</h1>{paragraphs}{embed}<footer>The end of the page</footer></body></html>"""

WATCH = """
window.seen = { first: 0, shift: 0 };
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) seen.shift += one.value;
}).observe({ type: "layout-shift", buffered: true });
new MutationObserver(() => {
  if (!seen.first && document.querySelector("SELECTOR")) seen.first = performance.now();
}).observe(document, { childList: true, subtree: true });
"""


@dataclass(frozen=True, slots=True)
class Widget:
    """`page` embeds it; `comment` finds a comment that it shows, `form` its form."""

    page: str
    comment: str
    form: str


@dataclass(frozen=True, slots=True)
class Visit:
    """Bytes are those of scripts and styles, as a server that compresses sends them."""

    requests: int
    code_bytes: int
    shift: float
    first_ms: float


def embedding(folder: Path, *, rounds: int) -> list[Figure]:
    """A thread of fifty comments under a short article, over the loopback and over slow 4G."""
    program = _isso()
    with (
        service(folder) as ours,
        _pages() as (origin, pages),
        _isso_running(folder, program, origin) as isso,
    ):
        added = ours.installation.vestibule("site", "add", "gazette", "--origin", origin)
        assert added.returncode == 0, added.stderr
        base = ours.installation.base_url
        paragraphs = "<p>It was a dark and stormy night.</p>" * 4
        pages["/ours"] = PAGE.format(
            paragraphs=paragraphs,
            embed=f'<script type="module" src="{base}/embed.js"></script>'
            '<vestibule-comments site="gazette"></vestibule-comments>',
        )
        pages["/isso"] = PAGE.format(
            paragraphs=paragraphs,
            embed=f'<script data-isso="{isso}/" src="{isso}/js/embed.min.js"></script>'
            '<section id="isso-thread" data-isso-id="/isso"></section>',
        )
        _fill(base, isso, origin)
        widgets = (
            Widget(f"{origin}/ours", "article.vestibule-comment", "form.vestibule-form"),
            Widget(f"{origin}/isso", ".isso-comment", ".isso-postbox"),
        )
        script = len(gzip.compress(_get(f"{base}/embed.js"), 9))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium_path(), args=CHROMIUM_ARGUMENTS
            )
            fast = _visits(browser, widgets, rounds)
            slow = _visits(browser, widgets, rounds, SLOW_4G)
            browser.close()
    theirs = len(gzip.compress(_isso_js(program).read_bytes(), 9))
    return [
        Figure(
            "widget: its script with style and English, beside Isso's embed.min.js, gzip",
            f"{script:,} B", f"{theirs:,} B", f"{script / theirs:.2f}", f"<= {SIZE_TARGET:,} B", script <= SIZE_TARGET,
        ),
        _row("widget: all scripts and styles of a visit, gzip", fast, "code_bytes", "{:,.0f} B"),
        _row("widget: requests of a visit", fast, "requests", "{:.0f}"),
        _row("widget: cumulative layout shift where comments are in view at once", fast, "shift", "{:.3f}", most=0.1),
        _row("widget: first comment shown, loopback", fast, "first_ms", "{:.0f} ms"),
        _row("widget: first comment shown, slow 4G", slow, "first_ms", "{:.0f} ms"),
    ]  # fmt: skip


Both = list[tuple[Visit, Visit]]


def _row(what: str, visits: Both, name: str, shape: str, most: float | None = None) -> Figure:
    ours, theirs = (statistics.median(getattr(one[at], name) for one in visits) for at in (0, 1))
    ratio = f"{ours / theirs:.2f}" if theirs else ""
    if most is None:
        return Figure(what, shape.format(ours), shape.format(theirs), ratio)
    target, met = f"<= {most:g}", ours <= most
    return Figure(what, shape.format(ours), shape.format(theirs), ratio, target, met)


def _visits(
    browser: Browser, widgets: tuple[Widget, Widget], rounds: int, network: object = None
) -> Both:
    """Both in turns, after one visit each that warms the servers up."""
    for one in widgets:
        _visit(browser, one, network)
    visits = []
    for number in range(rounds):
        pair = [_visit(browser, one, network) for one in widgets]
        say(
            f"widget: round {number + 1} of {rounds}: {pair[0].first_ms:.0f} beside {pair[1].first_ms:.0f} ms"
        )
        visits.append((pair[0], pair[1]))
    return visits


def _visit(browser: Browser, widget: Widget, network: object) -> Visit:
    context = browser.new_context(viewport={"width": 1_000, "height": 800})
    context.add_init_script(WATCH.replace("SELECTOR", widget.comment))
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    if network is not None:
        session.send("Network.emulateNetworkConditions", network)
    answers: list[Response] = []
    page.on("response", lambda one: answers.append(one))  # noqa: PLW0108 (it is given an attribute)
    page.goto(widget.page)
    page.locator(widget.comment).first.wait_for(state="attached")
    page.locator(widget.form).first.wait_for(state="attached")
    page.wait_for_load_state("networkidle")
    seen = page.evaluate("new Promise((done) => setTimeout(() => done(seen), 300))")
    # What comes from the page's own origin is the page.
    origin = widget.page.rsplit("/", 1)[0]
    others = [one for one in answers if not one.url.startswith((origin, "data:"))]
    code = [one for one in others if one.url.partition("?")[0].endswith((".js", ".css"))]
    size = sum(len(gzip.compress(one.body(), 9)) for one in code if one.ok)
    context.close()
    return Visit(len(others), size, seen["shift"], seen["first"])


# -- what is visited -------------------------------------------------------------------------------


def _fill(base: str, isso: str, origin: str) -> None:
    """The same comments on both sides."""
    for number in range(COMMENTS):
        name, address = author(number)
        fields = {"content": text(number), "author_name": name, "author_email": address}
        thread = {"url": f"{origin}/ours", "title": "A page"}
        _post(f"{base}/v1/sites/gazette/comments", {"thread": thread, **fields}, origin)
        theirs = {"text": text(number), "author": name, "email": address, "title": "A page"}
        _post(f"{isso}/new?uri=/isso", theirs, origin)
    query = urllib.parse.urlencode({"thread": f"{origin}/ours"})
    address = f"{base}/v1/sites/gazette/comments?{query}"
    wait_until(lambda: json.loads(_get(address))["total"] == COMMENTS, timeout=60)


def _post(address: str, body: object, origin: str) -> None:
    headers = {"Content-Type": "application/json", "Origin": origin}
    request = urllib.request.Request(address, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        assert answer.status in {201, 202}, answer.status


def _get(address: str) -> bytes:
    with urllib.request.urlopen(address) as answer:
        found: bytes = answer.read()
        return found


@contextmanager
def _pages() -> Iterator[tuple[str, dict[str, str]]]:
    """A site's pages by path, on an origin of their own."""
    pages: dict[str, str] = {}

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path.partition("?")[0], "").encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", pages
        finally:
            server.shutdown()
            thread.join()


def _isso() -> Path:
    """Isso's program, installed when it is first wanted: some of what it needs is compiled."""
    home = Path(sys.prefix) / "isso"
    if not (home / "bin" / "isso").exists():
        say("widget: installing Isso beside")
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        subprocess.run([home / "bin" / "pip", "install", "--quiet", "isso"], check=True)
    return home / "bin" / "isso"


def _isso_js(program: Path) -> Path:
    (found,) = program.parents[1].glob("lib/*/site-packages/isso/js/embed.min.js")
    return found


@contextmanager
def _isso_running(folder: Path, program: Path, origin: str) -> Iterator[str]:
    port = free_port()
    settings = folder / "isso.cfg"
    settings.write_text(
        f"[general]\ndbpath = {folder / 'isso.db'}\nhost = {origin}\n"
        f"[server]\nlisten = http://127.0.0.1:{port}\n[guard]\nenabled = false\n",
        "utf-8",
    )
    with (folder / "isso.log").open("wb") as log:
        process = subprocess.Popen(
            guarded([str(program), "-c", str(settings), "run"]), stdout=log, stderr=log
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _answers(f"{address}/js/embed.min.js"), timeout=30, what="Isso answers")
        yield address
    finally:
        process.terminate()
        process.wait()


def _answers(address: str) -> bool:
    try:
        return bool(_get(address))
    except OSError:
        return False
