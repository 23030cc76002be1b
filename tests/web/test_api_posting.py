"""Posting: what is taken, what is stored of it, and when the workers hear of it."""

import json
import re

import pytest
from redis import Redis
from visitors import NEWS, STORY, Visitors, comment, problems

from service.core.states import State
from service.queue import WAITING_KEY


@pytest.fixture
def visitors(services):
    return Visitors(services)


def test_the_answer_tells_the_id_the_state_and_where_to_look(visitors):
    """202 with a pending comment, a status link under the public address, and nothing cached."""
    answer = visitors.post()
    assert answer.status_code == 202
    assert set(answer.json) == {"id", "state", "status_url", "edit_token"}
    assert answer.json["state"] == "pending"
    prefix = f"http://127.0.0.1:8080/v1/sites/news/comments/{answer.json['id']}/status?token="
    assert answer.json["status_url"].startswith(prefix)
    assert answer.headers["Cache-Control"] == "no-store"
    told = visitors.client.get(answer.json["status_url"]).json
    assert (told["id"], told["state"]) == (answer.json["id"], "pending")


def test_it_is_stored_as_pending_and_queued_by_its_id(visitors, redis_url):
    """The row is there before the answer, and Redis has its ids and nothing else of it."""
    comment_id = visitors.accepted(author_url="jane.example", parent_id="", token="")
    assert visitors.state(comment_id) is State.PENDING
    rows = visitors.rows("SELECT author_name, author_url, content, parent_id FROM comments")
    assert [tuple(row) for row in rows] == [("Jane", "https://jane.example", "Hello there.", None)]
    with Redis.from_url(redis_url) as redis:
        (waiting,) = redis.lrange(WAITING_KEY, 0, -1)
    assert re.fullmatch(f"{visitors.news.id}/{comment_id}(/0)?", waiting.decode())


def test_nobody_reads_it_before_it_is_approved(visitors):
    """Pending, held, spam, rejected: readers get none of them, the count included."""
    for state in (None, State.HELD, State.SPAM, State.REJECTED):
        comment_id = visitors.accepted()
        if state:
            visitors.conclude(comment_id, state=state)
        page = visitors.read().json
        assert page["comments"] == []
        assert page["total"] == 0


def test_a_comment_that_cannot_be_stored_is_never_queued(visitors, redis_url):
    """Commit, then enqueue: if the row cannot be written, the answer is 500 and Redis stays empty."""
    visitors.rows("ALTER TABLE comments RENAME TO mislaid")
    answer = visitors.post()
    # Where even counting the backlog fails there is no room; both say that nothing was stored.
    assert answer.status_code == 500
    with Redis.from_url(redis_url) as redis:
        assert not redis.exists(WAITING_KEY)
    visitors.rows("ALTER TABLE mislaid RENAME TO comments")
    assert visitors.stored() == 0


def test_texts_are_kept_as_typed_within_their_limits(visitors):
    """Lengths count code points after CRLF became LF; ends of lines in a name are trimmed."""
    visitors.change("news", content_max_chars=100)
    exactly = "\U0001f600" * 50 + "\r\n" * 50
    comment_id = visitors.shown(content=exactly, author_name="  Zoë \u3000")
    rows = visitors.rows("SELECT content, author_name FROM comments")
    assert [tuple(row) for row in rows] == [("\U0001f600" * 50 + "\n" * 50, "Zoë")]
    assert visitors.read().json["comments"][0]["id"] == comment_id
    assert problems(visitors.post(content=exactly + "x")) == {("/content", "too_long")}


def test_pages_are_one_thread_under_all_their_addresses(visitors):
    """Tracking parameters, fragments, default ports, upper-case hosts and http are one thread."""
    visitors.change("news", origins=[NEWS, "http://news.example"])
    for url in (
        f"{NEWS}/story?utm_source=x&fbclid=1", f"{NEWS}/story#comments",
        "https://NEWS.example:443/story", "http://news.example/story",
    ):  # fmt: skip
        visitors.shown(thread={"url": url})
        assert len(visitors.read(url).json["comments"]) == len(visitors.read().json["comments"])
    assert len(visitors.read().json["comments"]) == 4
    assert visitors.read(f"{NEWS}/story?page=2").json["comments"] == []


def test_an_article_that_moves_keeps_its_comments(visitors):
    """A thread is also found by the site's own id for it, at whatever address it was first."""
    visitors.shown(thread={"url": f"{NEWS}/old", "id": "post-17"})
    visitors.shown(thread={"url": f"{NEWS}/new", "id": "post-17"})
    for query in ({"thread": f"{NEWS}/new", "thread_id": "post-17"}, {"thread": f"{NEWS}/old"}):
        assert len(visitors.read(**query).json["comments"]) == 2
    assert len(visitors.read(None, thread_id="post-17").json["comments"]) == 2
    assert visitors.read(None, thread_id="post-18").json["comments"] == []


def test_a_reply_stands_below_its_parent(visitors):
    """A reply to an approved comment carries its id and is one deeper."""
    parent = visitors.shown()
    reply = visitors.shown(parent_id=parent)
    first, second = visitors.read().json["comments"]
    assert (first["id"], first["depth"], first["parent_id"]) == (parent, 0, None)
    assert (second["id"], second["depth"], second["parent_id"]) == (reply, 1, parent)


def test_replies_go_only_so_deep(visitors):
    """Below the deepest level a reply becomes its parent's sibling, and loses nothing."""
    last = visitors.shown()
    depths = []
    for _ in range(15):
        last = visitors.shown(parent_id=last)
        depths.append(next(c["depth"] for c in visitors.read().json["comments"] if c["id"] == last))
    assert depths == [*range(1, 12), 11, 11, 11, 11]


def test_content_types_with_a_charset_are_json_too(visitors):
    """`application/json; charset=utf-8` in any case is taken."""
    for kind in ("application/json; charset=utf-8", "Application/JSON;charset=UTF-8"):
        assert visitors.post(headers={"Content-Type": kind}).status_code == 202


def test_null_and_blank_are_absent(visitors):
    """Optional fields may be null or blank; the thread's title may be anything or missing."""
    body = comment() | dict.fromkeys(("parent_id", "author_url", "token", "subject"))
    body["thread"] = {"url": STORY, "id": None, "title": None}
    assert visitors.post(json.dumps(body)).status_code == 202
    body |= dict.fromkeys(("parent_id", "author_url", "token", "subject"), " ")
    assert visitors.post(json.dumps(body)).status_code == 202
