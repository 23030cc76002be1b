"""Threads that are switched off: nothing is shown and nothing taken, and nothing is lost."""

import pytest
from visitors import NEWS, STORY, Visitors

from service.core.audit import Event


@pytest.fixture
def visitors(services):
    return Visitors(services)


def test_of_a_thread_that_is_off_readers_see_nothing_until_it_is_on(visitors):
    """Neither as data nor as HTML nor as a number nor in a feed; what they had kept is out of date at once."""
    visitors.shown(content="Still there.")
    before = visitors.read()
    assert (before.json["off"], before.json["total"]) == (False, 1)
    visitors.services.switch_thread("news", STORY, off=True)
    answer = visitors.read(headers={"If-None-Match": before.headers["ETag"]})
    assert answer.status_code == 200
    assert answer.json == {"comments": [], "next": None, "total": 0, "closed": True, "off": True}
    form = visitors.form().json
    assert (form["closed"], form["off"]) == (True, True)
    page = visitors.client.get("/v1/sites/news/comments.html", query_string={"thread": STORY}).text
    assert "Comments are switched off." in page
    assert "Still there." not in page
    assert "<form" not in page
    counts = visitors.client.post(
        "/v1/sites/news/counts", json={"threads": [{"url": STORY}]}, headers={"Origin": NEWS}
    )
    assert counts.json == {"counts": [0]}
    for query in ({}, {"thread": STORY}):
        feed = visitors.client.get("/v1/sites/news/feed.atom", query_string=query)
        assert feed.status_code == 200
        assert "Still there." not in feed.text
    visitors.services.switch_thread("news", STORY, off=False)
    assert "Still there." in visitors.read().text


def test_it_takes_no_comments_and_stays_closed_if_it_was(visitors):
    """The refusal is that of a closed page; switching on does not open what was closed."""
    visitors.shown()
    visitors.close_thread()
    visitors.services.switch_thread("news", STORY, off=True)
    answer = visitors.post()
    assert (answer.status_code, answer.json["type"]) == (403, "/problems/thread_closed")
    visitors.services.switch_thread("news", STORY, off=False)
    assert visitors.post().status_code == 403
    visitors.services.close_thread("news", STORY, closed=False)
    assert visitors.post().status_code == 202


def test_a_page_can_be_switched_off_before_anybody_writes_and_that_is_recorded(visitors):
    """As an operator does it from the command line."""
    page = f"{NEWS}/quiet"
    visitors.services.switch_thread("news", page, off=True)
    assert visitors.post(thread={"url": page}).status_code == 403
    events = [row[0] for row in visitors.rows("SELECT event FROM audit ORDER BY number")]
    assert Event.THREAD_OFF in events
