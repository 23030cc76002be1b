"""The one door from visitors' text to HTML, tried with every collection of attacks there is."""

import html
import json
import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from corpora import corpus
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from service.core.comment import normalise_newlines
from service.web.rendering import render_content, safe_author_url

DROPPED = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff]")


ALLOWED = {"p": {"dir"}, "br": set(), "a": {"href", "rel", "dir"}}


class Reader(HTMLParser):
    """Reads HTML as a browser does, and holds it to the few things that may stand in it."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.links: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open

    def handle_starttag(self, tag, attrs):
        assert tag in ALLOWED
        assert {name for name, _ in attrs} == ALLOWED[tag]
        values = dict(attrs)
        if tag == "a":
            assert values["rel"] == "nofollow ugc noopener"
            parts = urlsplit(values["href"])
            assert parts.scheme in {"http", "https"}
            assert parts.hostname
            assert "@" not in parts.netloc
            self.links.append((values["href"], ""))
        if tag == "br":
            self.text += "\n"
        else:
            assert self._open == ([] if tag == "p" else ["p"])
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open[-1:] == ["a"]:
            href, shown = self.links[-1]
            self.links[-1] = (href, shown + data)
        self.text += data

    def handle_comment(self, data):
        raise AssertionError("a comment")

    def handle_decl(self, decl):
        raise AssertionError("a declaration")

    def handle_pi(self, data):
        raise AssertionError("a processing instruction")

    def unknown_decl(self, data):
        raise AssertionError("an unknown declaration")


def read(text: str) -> Reader:
    """Render and read back; what is read is the text that went in, but for blank lines."""
    rendered = render_content(text)
    assert isinstance(rendered, Markup)
    reader = Reader(str(rendered))
    plain = DROPPED.sub("", normalise_newlines(text)).split("\n")
    assert reader.text.split("\n") == ([line.rstrip() for line in plain if line.rstrip()] or [""])
    return reader


def links(text: str) -> list[str]:
    return [shown for _, shown in read(text).links]


def test_paragraphs_and_lines():
    """Blank lines part paragraphs, single ones break lines; all else is escaped."""
    assert render_content("One\r\ntwo <b>\n \n\n'three' & \"four\"\n") == (
        '<p dir="auto">One<br>two &lt;b&gt;</p>\n'
        '<p dir="auto">&#39;three&#39; &amp; &#34;four&#34;</p>'
    )


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\r\n \t"])
def test_nothing_renders_as_nothing(text):
    """A blank text has no paragraphs."""
    assert render_content(text) == ""


def test_a_link():
    """An address becomes a link that search engines do not follow; `www.` is enough."""
    assert render_content('http://a.example/?x=1&y="') == (
        '<p dir="auto"><a href="http://a.example/?x=1&amp;y=" rel="nofollow ugc noopener" '
        'dir="ltr">http://a.example/?x=1&amp;y=</a>&#34;</p>'
    )
    assert read("(www.a.example).").links == [("https://www.a.example", "www.a.example")]


@given(st.text(max_size=300))
def test_any_text_is_shown_as_typed(text):
    """Whatever is typed is read back unchanged, and only as text."""
    read(text)


@given(st.text("htps:/w.aB1@[](){}<>\"'&#?%\\ \n\t\u202e\u200b。", max_size=80))
def test_almost_addresses_are_shown_as_typed(text):
    """The same for texts made of what addresses are made of."""
    read(text)
    read(f"http://{text} www.{text}")


def attacks() -> list[str]:
    found = corpus("xss-payloads/xss-payload-list.txt").read_text("utf-8").split("\n")
    for path in sorted(corpus("markdown-xss").glob("*.md")):
        whole = path.read_text("utf-8")
        found += [whole, *whole.split("\n.\n")]
    found += json.loads(corpus("blns/blns.json").read_text("utf-8"))
    for strings in json.loads(corpus("unicode-attacks/strings.json").read_text("utf-8")).values():
        found += [one for one in strings if isinstance(one, str)]
    return found


def test_attacks_become_text():
    """Every payload of the collections, alone and beside an address, stays text."""
    found = attacks()
    assert len(found) > 3_000
    for text in found:
        read(text)
        read(f"http://a.example/{text}\n\nwww.{text}")
    read("\n".join(found))


def test_emoji_and_right_to_left_texts_are_left_alone():
    """Joiners, embeddings and isolates that scripts need come through; overrides do not."""
    strings = json.loads(corpus("unicode-attacks/strings.json").read_text("utf-8"))
    for text in strings["emoji"] + strings["rtl_ok"]:
        assert read(text).text == text
    assert read("a\u202etxt.exe").text == "atxt.exe"


def _linkify_blocks(name: str) -> list[list[str]]:
    blocks = re.split(r"\n\s*\n", corpus(f"linkify/{name}").read_text("utf-8"))
    lines = [[line for line in one.split("\n") if line and line[0] != "%"] for one in blocks]
    return [one for one in lines if one]


def test_linkify_links():
    """Of linkify-it's links those with http(s) or www are found, within the same bounds, save those
    that carry credentials, have a host without a dot, or hold quotes or braces."""
    refused = re.compile(r"https?://([^/?#]*@|[^/?#.]*([/?#:]|$))")
    cut = {'http://foo.com/blah_blah_"doublequoted"', "http://foo.com/blah_blah_{I'm_king}"}
    seen = 0
    for lines in _linkify_blocks("links.txt"):
        text = re.sub(r"\s+%.*$", "", lines[0])
        expected = lines[1] if len(lines) > 1 else text
        if not re.match(r"https?://|www\.", expected, re.IGNORECASE):
            continue
        seen += 1
        if refused.match(expected):
            assert links(text) == []
        elif expected in cut:
            assert links(text) == ["http://foo.com/blah_blah_"]
        else:
            assert links(text) == [expected]
    assert seen > 50


def test_linkify_not_links():
    """None of linkify-it's look-alikes becomes a link."""
    for lines in _linkify_blocks("not_links.txt"):
        for line in lines:
            assert links(line) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("请看http://a.example/页。谢谢", ["http://a.example/页"]),
        ("see https://a.example/x_(y) and (https://b.example/z)", ["https://a.example/x_(y)", "https://b.example/z"]),
        ("'https://a.example/x'", ["https://a.example/x"]),
        ("http://[2001:db8::1]:80/x", ["http://[2001:db8::1]:80/x"]),
        ("http://1.2.3.4/ http://1.2.3.400/ http://0x7f.1/", ["http://1.2.3.4/"]),
        ("HTTPS://A.EXAMPLE!", ["HTTPS://A.EXAMPLE"]),
        ("http://a.example:99999/", []),
        ("javascript://a.example/%0aalert(1)", []),
        ("data:text/html,http://a.example", ["http://a.example"]),
        ("xhttp://a.example foo@www.a.example //www.a.example", []),
        ("http://a.example/\u202efdp.exe", ["http://a.example/fdp.exe"]),
        ("http://a.example/\u2066x", []),
        ("http://a.example\\@b.example", ["http://a.example"]),
        ("\x0ejavascript:alert(1)", []),
        ("https://" + "a" * 2_000 + ".example", []),
    ],
)  # fmt: skip
def test_bounds_of_links(text, shown):
    """Where an address ends, and what only looks like one."""
    assert links(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "http://" * 9_000,
        "www." * 16_000,
        "http://a.example/" + ")" * 64_000,
        "http://a.example/" + "(" * 32_000 + ")" * 32_000,
        "http://a.example/" + "'" * 64_000,
        ("http://" + "é" * 1_900 + " ") * 33,
        "http://a.example " * 3_800,
        "a\n\n" * 21_000,
        "http://[" * 8_000,
    ],
)
def test_rendering_is_linear(text):
    """65,000 characters made to be slow are rendered at once (quadratic would take minutes)."""
    render_content(text)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        (None, None),
        ("", None),
        ("https://a.example/?x=1", "https://a.example/?x=1"),
        ("a.example", "https://a.example"),
        ("javascript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("\x0ejavascript:alert(1)", None),
        ("//a.example", None),
        ("data:text/html,x", None),
        ("https://user@a.example", None),
        ('https://a.example/"onclick="x', None),
        ("https://a.example/\u202e", None),
    ],
)
def test_author_links(stored, shown):
    """Only absolute http(s) addresses without disguise are ever shown as an author's link."""
    assert safe_author_url(stored) == shown


def test_author_links_from_the_collections():
    """No payload is shown as a link unless it is an http(s) address."""
    for text in attacks():
        shown = safe_author_url(text)
        assert shown is None or urlsplit(shown).scheme in {"http", "https"}
        assert (
            shown is None
            or html.escape(shown, quote=True).replace("&amp;", "&").replace("&#x27;", "'") == shown
        )
