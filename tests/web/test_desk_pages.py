"""What the desk's pages show of a comment, and what they never show."""

import re
from html.parser import HTMLParser

import pytest
from corpora import corpus
from desks import ADDRESS, Desk, get, post, token_of

from service.core.policy import Contribution
from service.core.rules import Family
from service.core.signals import Signal
from service.core.states import State
from service.web.desk.cards import masked
from service.web.desk.evidence import marked, merged, visible
from service.web.desk.scripts import HTMX
from service.web.desk.sums import percent, tenths


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def desk(services):
    return Desk(services)


class Page(HTMLParser):
    """A page as a browser reads it: its elements, and the text of each comment."""

    def __init__(self, text):
        super().__init__()
        self.elements = []
        self.contents = []
        self._open = 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if self._open:
            self._open += tag in {"div", "span", "mark"}
        elif dict(attrs).get("class") == "content":
            self._open = 1
            self.contents.append("")

    def handle_endtag(self, tag):
        if self._open and tag in {"div", "span", "mark"}:
            self._open -= 1

    def handle_data(self, data):
        if self._open:
            self.contents[-1] += data


# -- addresses -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("email", "shown"),
    [
        ("jane@example.org", "j•••@e•••.org"),
        ("j@e.org", "j•••@e•••.org"),
        ("ann@mail.news.example.co.uk", "a•••@m•••.uk"),
        ("søren@bücher.example", "s•••@b•••.example"),
        ('"odd@quoted"@example.org', '"•••@e•••.org'),
    ],
)
def test_an_address_is_masked(email, shown):
    """A first letter on each side and the last label are all that is left."""
    assert masked(email) == shown


def test_the_full_address_stands_on_no_page(desk):
    """The queue, the record and the page for a late decision show the masked address only."""
    path = desk.comment()
    browser = desk.signed_in()
    form = {"csrf": token_of(browser), "version": "0", "action": "approve"}
    pages = [get(browser, "/desk/"), get(browser, path), post(browser, path, form)]
    assert [one.status_code for one in pages] == [200, 200, 409]
    for page in pages:
        assert "j•••@e•••.org" in page.text
        assert "198.51.100.0/24" in page.text
        assert "198.51.100.23" not in page.text
        for part in (ADDRESS, ADDRESS.partition("@")[0], ADDRESS.encode().hex()):
            assert part not in page.text


# -- text ------------------------------------------------------------------------------------------


def test_spans_are_merged_and_cut_to_the_text():
    """Overlapping, touching, empty, reversed and far spans end as ordered, disjoint ones."""
    spans = [(5, 9), (0, 2), (2, 3), (7, 12), (4, 4), (9, 1), (-3, 1), (18, 99), (50, 60)]
    assert merged(spans, 20) == [(0, 3), (5, 12), (18, 20)]


def test_evidence_counts_code_points_and_is_escaped():
    """Marks stand right behind characters beyond the BMP, and markup inside them stays text."""
    text = "😀 <b> Tom&Jerry 😀!"
    assert marked(text, [(2, 4), (3, 5), (9, 11), (16, 17)]) == (
        "😀 <mark>&lt;b&gt;</mark> Tom<mark>&amp;J</mark>erry <mark>😀</mark>!"
    )


def test_characters_that_turn_or_hide_text_are_shown():
    """A direction override always shows; a joiner only as evidence, since words and emoji need it."""
    assert visible("a\u202eb\x07") == (
        'a<span class="unseen">U+202E</span>b<span class="unseen">U+0007</span>'
    )
    assert visible("\u2068x\u200dy") == '<span class="unseen">U+2068</span>x\u200dy'
    assert marked("x\u200dy", [(1, 2)]) == 'x<mark><span class="unseen">U+200D</span></mark>y'
    assert visible("شکر\tو\nسلام") == "شکر\tو\nسلام"


def test_evidence_is_marked_in_the_queue(desk):
    """The spans of several signals end as one row of marks in the comment."""
    parts = [
        Contribution(Signal("HELD_WORD", spans=((2, 11),)), 5.0, "A held word."),
        Contribution(Signal("SHOUTING", spans=((8, 14), (8, 11))), 0.5, "Loud."),
    ]
    desk.comment("🍊 marmalade 🍊", parts=parts)
    page = get(desk.signed_in(), "/desk/").text
    assert ">🍊 <mark>marmalade 🍊</mark></div>" in page


def test_hostile_text_stays_text(desk):
    """A thousand attack strings as content, name and link add no element and no attribute."""
    lines = corpus("xss-payloads/xss-payload-list.txt").read_text("utf-8").split("\n")
    payloads = [line for line in lines[::6] if line.strip()]
    assert len(payloads) > 1000
    harmless = desk.comment("Nothing to see.", name="Nobody", url="nothing")
    chunks = ["\n".join(payloads[i : i + 60]) for i in range(0, len(payloads), 60)]
    paths = [
        desk.comment(chunk, name=chunk[:100], url=chunk[:200], parts=[
            Contribution(
                Signal("HELD_WORD", detail=chunk[:80], spans=((3, 20),)), 5.0, chunk[:50], Family.SPAM
            )
        ])
        for chunk in chunks
    ]  # fmt: skip
    browser = desk.signed_in()
    expected = {tag for tag, _ in Page(get(browser, harmless).text).elements} | {
        "mark", "span", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "code", "em", "meter",
    }  # fmt: skip
    for path, chunk in zip(paths, chunks, strict=True):
        page = Page(get(browser, path).text)
        assert page.contents == [chunk]
        for tag, attributes in page.elements:
            assert tag in expected
            if tag == "script":
                assert attributes["src"] in {f"/desk/static/{HTMX.path}", "/desk/static/desk.js"}
                continue
            assert not [name for name in attributes if name.startswith(("on", "style", "src"))]
            link = attributes.get("href", "/desk/")
            assert link.startswith(("/desk/", "#main", "https://news.example/"))


@pytest.mark.parametrize(
    ("url", "linked"),
    [
        ("https://jane.example/", True),
        ("javascript:alert(1)", False),
        ("\x0ejavascript:alert(1)", False),
        ("//evil.example", False),
        ("data:text/html,x", False),
    ],
)
def test_an_authors_link_is_shown_and_linked_only_where_safe(desk, url, linked):
    """Odd schemes are text; a link passes on neither trust nor referrer, and opens nothing itself."""
    page = Page(get(desk.signed_in(), desk.comment(url=url)).text)
    links = [one for tag, one in page.elements if tag == "a" and one["href"] == url]
    assert len(links) == linked
    for link in links:
        assert {"nofollow", "noopener", "noreferrer"} <= set(link["rel"].split())


# -- the sum ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "shown", "total"),
    [
        ([5.0, 0.2], ["5.0", "0.2"], "5.2"),
        ([8 / 3, 8 / 3, 8 / 3], ["2.7", "2.7", "2.6"], "8.0"),
        ([0.04, 0.04, 0.04], ["0.1", "0.0", "0.0"], "0.1"),
        ([6.0, -1.25], ["6.0", "\N{MINUS SIGN}1.2"], "4.8"),
        ([], [], "0.0"),
    ],
)
def test_the_points_shown_add_up_to_the_sum_shown(points, shown, total):
    """Rounding never leaves a sum that a moderator would find wrong."""
    assert tenths(points) == (shown, total)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "under 0.1 %"), (0.004, "0.4 %"), (0.018, "2 %"), (0.5, "50 %"), (0.991, "99.1 %"),
     (0.995, "99.5 %"), (1.0, "over 99.9 %")],
)  # fmt: skip
def test_nothing_is_shown_as_certain(value, shown):
    """A hundred per cent would be a promise that no check can make."""
    assert percent(value) == shown


def test_a_card_shows_its_reasons_as_sums(desk):
    """Each with its sentence, symbol, detail and points, from the prior to the sum, by family."""
    spam, abuse = Family.SPAM, Family.ABUSE
    parts = [
        Contribution(Signal("MANY_LINKS", detail="5 links"), 5.5, "It has many links.", spam),
        Contribution(Signal("HELD_WORD"), 0.0, "It has a word.", spam),
        Contribution(Signal("RUDE"), 2.5, "It is rude.", abuse),
        Contribution(
            Signal("SITE_HOLDS_ALL"), 0.0, "This site reads every comment before it is shown."
        ),
    ]
    desk.comment(parts=parts)
    text = re.sub(r"<[^>]+>|\s+", " ", get(desk.signed_in(), "/desk/").text)
    text = re.sub(r"\s+", " ", text)
    assert "It has many links. 5 links MANY_LINKS 5.5" in text
    assert "HELD_WORD enough by itself for: held 0.0" in text
    assert "before it is shown. SITE_HOLDS_ALL enough by itself for: held" in text
    assert "Spam: 82 % held from 50 %, spam from 99.5 %" in text
    assert "Before anything was seen \N{MINUS SIGN}4.0" in text
    assert "Sum (log-odds) 1.5" in text
    assert "Abuse: 18 % held from 50 %, rejected from 98 %" in text
    assert "RUDE enough by itself for: held 2.5" in text


# -- the queue -------------------------------------------------------------------------------------


def test_the_queue_is_oldest_first_and_paged_by_key(desk):
    """Twenty-five a page; the next one goes on behind the last, over the sites together."""
    for number in range(27):
        desk.comment(f"Comment {number:02}.", site=(desk.news, desk.blog)[number % 2])
    browser = desk.signed_in()
    first = get(browser, "/desk/")
    link = re.search(r'href="(\S+)"\s+rel="next"', first.text)[1].replace("&amp;", "&")
    second = get(browser, link)
    shown = [Page(page.text).contents for page in (first, second)]
    assert shown[0] == [f"Comment {number:02}." for number in range(25)]
    assert shown[1] == ["Comment 25.", "Comment 26."]
    assert 'rel="next"' not in second.text
    assert "Back to the oldest" in second.text


def test_each_state_has_its_tab_and_count(desk):
    """A tab shows the comments of its state only, and every tab their number."""
    desk.comment("Held one.")
    desk.comment("Spam one.", state=State.SPAM)
    desk.comment("Spam two.", state=State.SPAM)
    browser = desk.signed_in()
    page = get(browser, "/desk/?state=spam").text
    assert Page(page).contents == ["Spam one.", "Spam two."]
    tabs = re.findall(r'>(\w+) <span class="count">(\d+)</span>', page)
    assert tabs == [
        ("Held", "1"), ("Reported", "0"), ("Appealed", "0"), ("Pending", "0"), ("Spam", "2"),
        ("Rejected", "0"), ("Approved", "0"), ("Deleted", "0"), ("All", "3"),
    ]  # fmt: skip
    for odd in ("?state=erased", "?state=<b>", "?after=x", "?state=held&after='--"):
        assert get(browser, f"/desk/{odd}").status_code == 404


def test_every_answer_carries_the_headers(desk):
    """Pages, refusals and redirects alike are kept out of caches, frames and foreign hands."""
    path = desk.comment()
    browser = desk.signed_in()
    answers = [
        get(browser, "/desk/"), get(browser, path), get(browser, "/desk/nowhere"),
        get(browser, "/desk/comments/x/y"), get(desk.browser(), "/desk/"),
        get(desk.browser(), "/desk/sign-in"), post(browser, path, {"action": "approve"}),
    ]  # fmt: skip
    assert [one.status_code for one in answers] == [200, 200, 404, 404, 303, 200, 403]
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        for part in ("default-src 'none'", "form-action 'self'", "frame-ancestors 'none'"):
            assert part in policy
        assert "unsafe" not in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.mimetype == "text/html"


def test_the_style_sheet_needs_no_session(desk):
    """The sign-in page is styled, too."""
    with get(desk.browser(), "/desk/static/desk.css") as answer:
        assert answer.status_code == 200
        assert answer.mimetype == "text/css"


def test_a_flood_stands_at_the_top_of_the_queue(desk, services):
    """Who moderates the site sees since when, and nobody once it is over."""
    browser = desk.signed_in()
    assert "being flooded" not in get(browser, "/desk/").text
    now = services.clock()
    with services.store.write() as tx:
        tx.start_surge(desk.news.id, now=now, event_id=services.new_id())
    page = get(browser, "/desk/").text
    assert f"{desk.news.name} is being flooded." in page
    assert f"{now:%H:%M} UTC" in page
    with services.store.write() as tx:
        tx.end_surge(desk.news.id, now=now, event_id=services.new_id())
    assert "being flooded" not in get(browser, "/desk/").text
