"""Links of a text: where they stand, what they show, and whose host they lead to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_checks_on_any_text import ANY_TEXT

from workers.text import host_of
from workers.text.links import links

PARTS = st.sampled_from(
    ["http://", "www.", "example.com", "a.b", "[url=", "]", "[/url]", '<a href="', '">', "</a>", "[x](", ")",
     "@", ":80", "/", ".", " ", "xn--", "\u0430", "\ud800", "hxxp", "bit.ly/x"]
)  # fmt: skip


@pytest.mark.parametrize(
    ("url", "name", "domain"),
    [
        ("https://www.Example.co.uk:8080/a?b", "www.example.co.uk", "example.co.uk"),
        ("http://user:word@a.example.com/", "a.example.com", "example.com"),
        ("somebody.github.io", "somebody.github.io", "somebody.github.io"),
        ("//example.com.", "example.com", "example.com"),
        ("http://b\u00fccher.example", "xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("http://\u0440\u0430ypal.com", "xn--ypal-43d9g.com", "xn--ypal-43d9g.com"),
        ("http://1.2.3.4/x", "1.2.3.4", "1.2.3.4"),
        ("http://example\u3002com/", "example.com", "example.com"),
        ("http://localhost:5000", "localhost", "localhost"),
    ],
)  # fmt: skip
def test_a_host_has_one_name_and_belongs_to_a_domain(url, name, domain) -> None:
    """Case, port, user and spelling make no difference; the public suffix list tells the domain."""
    host = host_of(url)
    assert host is not None
    assert (host.name, host.domain) == (name, domain)


@pytest.mark.parametrize(
    "url", ["", "http://", "http://..", "https://a b", "http://\u2026", "x" * 300]
)
def test_what_has_no_host_has_none(url) -> None:
    """Nobody could ask for these."""
    assert host_of(url) is None


def test_below_a_domain_means_label_by_label() -> None:
    """A name that merely ends alike belongs to somebody else."""
    host = host_of("https://shop.example.com/")
    assert host is not None
    assert host.is_within("example.com")
    assert host.is_within("shop.example.com")
    assert not host.is_within("ple.com")
    other = host_of("notexample.com")
    assert other is not None
    assert not other.is_within("example.com")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see http://a.example. and bit.ly/xyz", [("http://a.example.", ""), ("bit.ly/xyz", "")]),
        ("at example.com, or write to me@example.com", [("example.com", "")]),
        ("node.js, notes.md, e.g. this, end.The 1.2.3 v2.0", []),
        ('<a class="x" href="http://a.example/">click <b>', [("http://a.example/", "click")]),
        ("[url=http://a.example]Click[/url]", [("http://a.example", "Click")]),
        ("[url]a.com[/url]", [("a.com", "")]),
        ("[my site](https://a.example/b) [not](/here) [x]", [("https://a.example/b)", "my site")]),
        ("<a href=mailto:me@a.example>mail</a>", []),
        ("Text\u0430example.com", [("example.com", "")]),
    ],
)  # fmt: skip
def test_links_are_found_with_what_they_show(text, found) -> None:
    """With a scheme or without, in markup or in the open."""
    assert [(one.url, one.label) for one in links(text)] == found


@given(st.one_of(ANY_TEXT, st.lists(PARTS, max_size=40).map("".join)))
def test_links_of_any_text_lie_in_it_in_order(text) -> None:
    """Whatever is typed: no exception, ranges in order, each with its own text."""
    end = 0
    for link in links(text):
        assert end <= link.start < link.end <= len(text)
        assert text[link.start : link.end] == link.url
        end = link.end


def _lines(path) -> list[str]:
    lines = (line.partition(" % ")[0].strip() for line in path.read_text("utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("%")]


def test_a_collection_of_links_is_found(shared) -> None:
    """Of the addresses with a scheme in linkify's collection all are found."""
    lines = _lines(shared / "corpora/linkify/links.txt")
    with_scheme = [line for line in lines if line.lower().startswith(("http://", "https://"))]
    assert len(with_scheme) > 50
    assert [line for line in with_scheme if not links(line)] == []
    others = _lines(shared / "corpora/linkify/not_links.txt")
    bare = [line for line in others if "//" not in line]
    assert [line for line in bare if links(line)] == []
