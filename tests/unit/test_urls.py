"""Web addresses: one spelling for a page, origins, and what an author may link to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core.errors import InvalidURL
from service.core.urls import (
    TRACKING_PARAMETERS,
    URL_MAX_CHARS,
    author_link,
    canonical_url,
    origin_of,
    page_key,
)

HOSTILE = [
    "",
    "http://",
    "https:///path",
    "//host.example/",
    "/path",
    "host.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "ftp://host.example/",
    "file:///etc/passwd",
    "http:host.example",
    "http://user@host.example/",
    "http://user:secret@host.example/",
    "http://host.example\\@evil.example/",
    "http://host.example/a b",
    "http://host.example/\n",
    "http://ho\tst.example/",
    "http://host.example/<x>",
    "http://host.example:99999/",
    "http://host.example:abc/",
    "http://host.example:-1/",
    "http://[::1",
    "http://[zz]/",
    "http://a..example/",
    "http://.example/",
    "http://ho%73t.example/",
    "http://ho*st.example/",
    f"http://{'a' * 64}.example/",
    f"http://host.example/{'a' * URL_MAX_CHARS}",
    "http://host.example/\x00",
    "http://host.example/\ud800",
    "http://\ud800.example/",
    "http://\u2100.example/",
    "http://host.example/?a=\x7f",
]


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://News.Example", "https://news.example/"),
        ("HTTPS://NEWS.EXAMPLE/Path", "https://news.example/Path"),
        ("https://news.example:443/a", "https://news.example/a"),
        ("http://news.example:80/a", "http://news.example/a"),
        ("https://news.example:8443/a", "https://news.example:8443/a"),
        ("https://news.example./a", "https://news.example/a"),
        ("https://news.example/a#comments", "https://news.example/a"),
        ("https://news.example/a?", "https://news.example/a"),
        ("https://news.example/?p=12&utm_source=x&UTM_Medium=y", "https://news.example/?p=12"),
        ("https://news.example/?fbclid=1&gclid=2&b=3&a=4", "https://news.example/?b=3&a=4"),
        ("https://news.example/?a=&a=2", "https://news.example/?a=&a=2"),
        ("https://news.example/\u00fcber", "https://news.example/%C3%BCber"),
        ("https://news.example/%C3%BCber", "https://news.example/%C3%BCber"),
        ("https://news.example/%c3%bcber", "https://news.example/%C3%BCber"),
        ("https://news.example/%7Eann/%61%2d%5f%2E%2f", "https://news.example/~ann/a-_.%2F"),
        ("https://news.example/100%", "https://news.example/100%25"),
        ("https://news.example/%%34%31", "https://news.example/%2541"),
        ("https://news.example/?q=%c3%bc%7e", "https://news.example/?q=%C3%BC~"),
        ("https://b\u00fccher.example/", "https://xn--bcher-kva.example/"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        ("http://127.0.0.1:5000/", "http://127.0.0.1:5000/"),
    ],
)
def test_all_spellings_of_a_page_are_one(url, canonical) -> None:
    """What says how a reader came, or what a browser would add or drop, is no other page."""
    assert canonical_url(url) == canonical


@pytest.mark.parametrize(
    "host",
    [
        "stra\u00dfe.de", "STRA\u1e9eE.de", "www.\u03b2\u03cc\u03bb\u03bf\u03c2.example", "a\u200cb.example",
        "\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.example",
    ],
)  # fmt: skip
def test_hosts_that_are_read_in_two_ways_are_refused(host) -> None:
    """Where IDNA 2003 and browsers disagree the `xn--` form is asked for: it may be another's host."""
    for function in (canonical_url, origin_of, author_link):
        with pytest.raises(InvalidURL, match="xn-- form"):
            function(f"https://{host}/")


@pytest.mark.parametrize(
    ("host", "ascii_host"),
    [
        ("M\u00dcNCHEN.example", "xn--mnchen-3ya.example"),
        ("\u4f8b\u3048\u3002example", "xn--r8jz45g.example"),
        ("xn--strae-oqa.b\u00fccher.example", "xn--strae-oqa.xn--bcher-kva.example"),
        ("\u039f\u0394\u039f\u03a3.example", "xn--pxavbq.example"),
    ],
)
def test_other_hosts_have_their_one_ascii_form(host, ascii_host) -> None:
    """Capitals, full-width dots, and labels that are written in ASCII already."""
    assert origin_of(f"https://{host}/") == f"https://{ascii_host}"


def test_every_tracking_parameter_is_dropped_in_any_case() -> None:
    """Each name of the list, alone and among others."""
    for name in TRACKING_PARAMETERS:
        assert canonical_url(f"https://a.example/?x=1&{name.upper()}=2") == "https://a.example/?x=1"


def test_what_says_which_page_it_is_stays() -> None:
    """Different parameters, paths, ports and hosts are different pages."""
    urls = ["https://a.example/", "https://a.example/a", "https://a.example/A", "https://a.example/?p=1",
            "https://a.example/?p=2", "https://b.example/", "https://a.example:444/",
            "https://a.example/?utm=1", "https://a.example/a/"]  # fmt: skip
    assert len({page_key(url) for url in urls}) == len(urls)


def test_a_page_is_the_same_over_http_and_https() -> None:
    """Sites move to https, and their comments stay."""
    assert page_key("http://a.example/x?utm_id=1") == page_key("https://a.example/x#top")


@pytest.mark.parametrize("url", HOSTILE)
def test_what_is_no_plain_web_address_is_refused(url) -> None:
    """Whatever a browser might read differently than we do is refused, not guessed."""
    for function in (canonical_url, origin_of, page_key):
        with pytest.raises(InvalidURL):
            function(url)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://A.example:443/x?y#z", "https://a.example"),
        ("http://a.example:8080", "http://a.example:8080"),
        ("http://a.example:443", "http://a.example:443"),
        ("http://[2001:DB8::1]/", "http://[2001:db8::1]"),
        ("https://b\u00fccher.example", "https://xn--bcher-kva.example"),
        ("http://localhost:80", "http://localhost"),
    ],
)
def test_origins_are_serialised_as_browsers_do(url, origin) -> None:
    """RFC 6454: lower case, ASCII, no default port, no path."""
    assert origin_of(url) == origin
    assert origin_of(origin) == origin


@pytest.mark.parametrize(
    ("typed", "link"),
    [
        ("erika.example", "https://erika.example"),
        ("  http://erika.example/a?b#c ", "http://erika.example/a?b#c"),
        ("erika.example:8080/blog", "https://erika.example:8080/blog"),
        ("www.b\u00fccher.example", "https://www.b\u00fccher.example"),
    ],
)
def test_an_author_may_type_a_bare_host(typed, link) -> None:
    """People leave the scheme out."""
    assert author_link(typed) == link


@pytest.mark.parametrize(
    "typed",
    ["", "n/a", "none", "localhost", "javascript:alert(1)", "JavaScript://a.example/%0aalert(1)",
     "data:text/html,x", "mailto:a@b.example", "//evil.example", "erika@host.example", "my site"],
)  # fmt: skip
def test_an_author_cannot_link_to_anything_else(typed) -> None:
    """Only http and https, and a host that could be one."""
    with pytest.raises(InvalidURL):
        author_link(typed)


@given(
    st.one_of(
        st.text(st.characters(codec=None), max_size=60),
        st.lists(
            st.sampled_from(
                ["http://", "https://", "a.example", "xn--", "[", "]", "::1", ":", "80", "/", "?", "#",
                 "&", "=", "%", "%41", "%zz", "@", "\\", ".", "\u00df", "\u3002", "\u0130", "\ud800",
                 "utm_source", "fbclid", ";", "+", "a", "\u202e", "\u200d", "-", "_"]
            ),
            max_size=14,
        ).map(lambda parts: "http://" + "".join(parts)),
    )
)  # fmt: skip
def test_any_text_has_a_canonical_form_that_stays_or_is_refused(text) -> None:
    """Nothing but `InvalidURL` is raised, and canonical means that doing it twice changes nothing."""
    for function in (canonical_url, origin_of, author_link):
        try:
            once = function(text)
        except InvalidURL as error:
            assert len(text) < 8 or text not in str(error)
        else:
            assert function(once) == once
            assert once.startswith(("http://", "https://"))
            assert function is author_link or once.isascii()
