"""The checks that look at where links lead, and at what they claim to be."""

import pytest
from subjects import FRIENDLY, signals, verdict

from service.core.states import State


def seen(link: str, **given) -> set[str]:
    """What is reported of a friendly text with one link, that it has a link aside."""
    return set(signals(f"{FRIENDLY} {link} {FRIENDLY}", **given)) - {"LINK"}


@pytest.mark.parametrize(
    ("link", "symbol"),
    [
        ("https://bit.ly/3xyz", "LINK_SHORTENER"),
        ("tinyurl.com/abc", "LINK_SHORTENER"),
        ("https://cheap-best-shoes.top/", "LINK_YOUNG_LOOKING_HOST"),
        ("http://win88888.xyz", "LINK_YOUNG_LOOKING_HOST"),
        ("http://xkcdqwrtz.net", "LINK_YOUNG_LOOKING_HOST"),
        ("http://paypa1.com/login", "LINK_LOOKALIKE_HOST"),
        ("http://p\u0430ypal.com/", "LINK_LOOKALIKE_HOST"),
        ("http://xn--pypal-4ve.com/", "LINK_LOOKALIKE_HOST"),
        ("http://\u0440\u0430\u0443\u0440\u0430l.com/", "LINK_LOOKALIKE_HOST"),
        ("http://arnazon.com/", "LINK_LOOKALIKE_HOST"),
        ("https://paypal.com.account.example.net/", "LINK_LOOKALIKE_HOST"),
        ("https://paypal.com@example.net/", "LINK_TEXT_LIES"),
        ('<a href="http://evil.example/">www.paypal.com</a>', "LINK_TEXT_LIES"),
        ("[url=http://evil.example/]http://paypal.com/[/url]", "LINK_TEXT_LIES"),
        ("hxxp://evil.example/", "LINK_DISGUISED"),
        ("evil[.]com", "LINK_DISGUISED"),
        ("evilshop dot com", "LINK_DISGUISED"),
        ('<a href="http://a.example/">here</a>', "LINK_MARKUP"),
    ],
)  # fmt: skip
def test_hosts_and_markup_that_deceive_are_seen(link, symbol) -> None:
    """Each trick, with the place where it stands."""
    assert symbol in seen(link)
    text = f"{FRIENDLY} {link}"
    start, end = signals(text)[symbol].spans[0]
    assert len(FRIENDLY) < start < end <= len(text)


@pytest.mark.parametrize(
    "link",
    [
        "https://www.paypal.com/x", "https://amazon.de/", "https://www.google.co.uk/search?q=x",
        "https://digital.yahoo.com.au/", "https://en.wikipedia.org/wiki/PayPal",
        "https://b\u00fccher.example/", "https://news.ycombinator.com/item?id=1",
        "[paypal.com](https://www.paypal.com/de)", "https://youtu.be/abc",
        "the dot com years. I like dots.com", "https://example.com/a@b",
        "https://stackoverflow.com/questions/1/what-is-this-and-that",
    ],
)  # fmt: skip
def test_honest_links_are_only_links(link) -> None:
    """Well-known hosts in any country, other alphabets, and long paths are no tricks."""
    assert seen(link) == set()


def test_the_site_itself_is_no_link_and_may_be_imitated() -> None:
    """The site's own host is known from its origins."""
    assert set(signals(f"{FRIENDLY} https://demo.example/page")) == set()
    found = signals(f"{FRIENDLY} https://dem0.example/page")["LINK_LOOKALIKE_HOST"]
    assert found.detail == "like this site"


def test_the_authors_web_site_is_looked_at() -> None:
    """It has no place in the text, so the detail says where it is."""
    found = signals(author_url="https://bit.ly/x")["LINK_SHORTENER"]
    assert (found.detail, found.spans) == ("the author's web site", ())
    assert "AUTHOR_SITE_KEYWORD" in signals(author_url="https://best-casino-bonus.example/")
    assert "AUTHOR_SITE_KEYWORD" not in signals(author_url="https://erika.example/garden")


@pytest.mark.parametrize(
    ("link", "blocked"),
    [
        ("https://bad.example/x", True),
        ("bad.example.com/x https://www.bad.example", True),
        ("HTTPS://WWW.BAD.EXAMPLE./", True),
        ("https://notbad.example/", False),
        ("https://bad.example.com/", False),
        ("https://b\u00fccher.example/", True),
        ("https://xn--bcher-kva.example/", True),
    ],
)
def test_blocked_domains_are_spam_label_by_label(link, blocked) -> None:
    """The site's list holds for hosts below its entries, never for names that end alike."""
    given = {"blocked_domains": ("bad.example", "b\u00fccher.example")}
    assert ("LINK_BLOCKED_HOST" in signals(f"{FRIENDLY} {link}", **given)) is blocked
    assert (verdict(f"{FRIENDLY} {link}", **given).state is State.SPAM) is blocked
    assert "LINK_BLOCKED_HOST" in signals(author_url="https://x.bad.example/", **given)


def test_one_honest_link_in_a_first_comment_is_shown() -> None:
    """A link alone says little."""
    text = f"{FRIENDLY} I wrote about it at https://erika.example/bread."
    assert verdict(text, history={}).state is State.APPROVED
