"""Atom feeds of a site and of a page: what readers see, valid, and nothing else."""

from datetime import datetime
from xml.etree import ElementTree as ET

import pytest
from visitors import BLOG, EMAIL, NEWS, STORY, Visitors, everything

A = "{http://www.w3.org/2005/Atom}"
THR = "{http://purl.org/syndication/thread/1.0}"


@pytest.fixture
def visitors(services):
    return Visitors(services)


def feed(visitors, site="news", headers=None, **query):
    return visitors.client.get(
        f"/v1/sites/{site}/feed.atom", query_string=query, headers=headers or {}
    )


def entries(answer):
    assert answer.status_code == 200, answer.text
    return ET.fromstring(answer.data).findall(f"{A}entry")


def check_rfc4287(answer):
    """What the RFC asks of every feed: 4.1.1, 4.1.2, and the kinds of its values."""
    root = ET.fromstring(answer.data)
    assert root.tag == f"{A}feed"
    for element in (root, *root.findall(f"{A}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{A}{name}")) == 1
            assert element.find(f"{A}{name}").text
        for name in ("updated", "published"):
            for one in element.findall(f"{A}{name}"):
                assert datetime.fromisoformat(one.text).tzinfo is not None
        alternates = [one for one in element.findall(f"{A}link") if one.get("rel") == "alternate"]
        assert len({(one.get("type"), one.get("hreflang")) for one in alternates}) == len(
            alternates
        )
    assert [one.get("rel") for one in root.findall(f"{A}link")].count("self") == 1
    for entry in root.findall(f"{A}entry"):
        assert entry.find(f"{A}author/{A}name").text
        assert entry.find(f"{A}content").get("type") == "html"
    ids = [one.find(f"{A}id").text for one in root.findall(f"{A}entry")]
    assert len(ids) == len(set(ids))
    return root


def test_it_has_what_readers_see_newest_first(visitors):
    """Approved comments of the site, or of one page; replies say what they answer."""
    first = visitors.shown(content="First & <foremost>, see https://example.org/?a=1&b=2")
    reply = visitors.shown(content="A reply", parent_id=first, author_name="Bob")
    other = visitors.shown(content="Elsewhere", thread={"url": f"{NEWS}/other"})
    visitors.accepted(content="Still pending")
    visitors.shown(site="blog", thread={"url": f"{BLOG}/a"})
    whole, of_page = feed(visitors), feed(visitors, thread=STORY)
    assert whole.content_type == "application/atom+xml; charset=utf-8"
    for answer in (whole, of_page):
        check_rfc4287(answer)
        assert EMAIL not in everything(answer)
        assert "Still pending" not in answer.text
    ids = [one.find(f"{A}id").text for one in entries(whole)]
    assert ids == [f"urn:uuid:{one}" for one in (other, reply, first)]
    found = entries(of_page)
    assert [one.find(f"{A}id").text for one in found] == ids[1:]
    assert found[0].find(f"{THR}in-reply-to").get("ref") == f"urn:uuid:{first}"
    assert found[0].find(f"{A}title").text == "Bob: A story"
    assert found[1].find(f"{A}link").get("href") == f"{STORY}#vestibule-{first}"
    html = found[1].find(f"{A}content").text
    assert html.startswith(
        '<p dir="auto">First &amp; &lt;foremost&gt;, see <a href="https://example'
    )


def test_it_stays_the_same_until_something_changes(visitors):
    """304 for the tag it has; a removed comment is gone with the next look, without a tombstone."""
    first = visitors.shown()
    visitors.shown(parent_id=first, content="A reply that stays")
    answer = feed(visitors)
    tag = answer.headers["ETag"]
    again = feed(visitors, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    visitors.decide(first, "delete")
    answer = feed(visitors, headers={"If-None-Match": tag})
    assert len(entries(answer)) == 1
    assert answer.headers["ETag"] != tag


def test_it_is_valid_whatever_visitors_write(visitors):
    """Markup, controls, half surrogates' neighbours and non-characters never break the XML."""
    visitors.change("news", require_name=False)
    visitors.shown(
        content="]]></content><script>alert(1)</script>\ufffe\uffff\U0001f600 &#0;",
        thread={"url": STORY, "title": "A <i>&amp;</i> title"},
        author_name=None,
    )
    root = check_rfc4287(feed(visitors))
    entry = root.find(f"{A}entry")
    assert "<script" not in entry.find(f"{A}content").text
    assert entry.find(f"{A}author/{A}name").text == "Anonymous"


def test_an_empty_feed_is_one(visitors):
    """A page without comments, and one nobody knows, have feeds without entries."""
    for query in ({}, {"thread": STORY}, {"thread_id": "42"}):
        check_rfc4287(feed(visitors, **query))
        assert entries(feed(visitors, **query)) == []


def test_it_has_at_most_fifty(visitors):
    """A feed does not grow with the site."""
    ids = [visitors.accepted(content=f"Number {number}") for number in range(53)]
    visitors.conclude(*ids)
    assert len(entries(feed(visitors))) == 50


def test_it_is_refused_as_reading_is(visitors):
    """Another site's page gets nothing, and an odd address is named."""
    assert feed(visitors, headers={"Origin": BLOG}).status_code == 403
    assert feed(visitors, "nowhere").status_code == 404
    assert feed(visitors, thread="javascript:alert(1)").status_code == 422
    assert feed(visitors, headers={"Origin": NEWS}).headers["Access-Control-Allow-Origin"] == NEWS
