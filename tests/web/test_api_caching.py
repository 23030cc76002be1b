"""ETags and caches: an answer is never older than the last committed decision, on any process."""

from dataclasses import replace

import pytest
from visitors import BLOG, NEWS, STORY, Visitors

from service import wiring
from service.web.api import reading as api
from service.web.app import create_app


@pytest.fixture
def visitors(services):
    return Visitors(services)


@pytest.fixture
def second(services):
    """Another application on the same database, as another process would have it."""
    built = wiring.build(services.settings)
    yield create_app(built).test_client()
    built.close()


def revalidate(visitors, tag, **query):
    return visitors.read(headers={"If-None-Match": tag}, **query)


def test_an_unchanged_thread_answers_304(visitors):
    """With its ETag a reader gets an empty 304; the answer may be kept but must be asked about."""
    visitors.shown()
    answer = visitors.read()
    assert answer.headers["Cache-Control"] == "no-cache"
    again = revalidate(visitors, answer.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == answer.headers["ETag"]
    assert again.headers["Cache-Control"] == "no-cache"
    assert revalidate(visitors, '"x", ' + answer.headers["ETag"]).status_code == 304
    assert revalidate(visitors, "*").status_code == 304
    for other in ('"x"', "x", "", '"', "W/", answer.headers["ETag"][:-2] + '"'):
        assert revalidate(visitors, other).status_code == 200


def test_a_weakened_tag_is_the_same_tag(visitors):
    """Proxies that compress answers weaken the tag (RFC 9110, 13.1.2)."""
    visitors.shown()
    assert revalidate(visitors, "W/" + visitors.read().headers["ETag"]).status_code == 304


def test_each_change_for_readers_changes_the_tag(visitors):
    """Approval, removal, restoration, a closed page and new settings: the old tag is never 304."""
    comment_id = visitors.accepted()
    tags = [visitors.read().headers["ETag"]]
    steps = (
        lambda: visitors.conclude(comment_id),
        lambda: visitors.decide(comment_id, "delete"),
        lambda: visitors.decide(comment_id, "restore"),
        lambda: visitors.decide(comment_id, "spam"),
        lambda: visitors.decide(comment_id, "approve"),
        visitors.close_thread,
        lambda: visitors.change("news", closed=True),
        lambda: visitors.change("news", closed=False),
    )
    for step in steps:
        step()
        answer = revalidate(visitors, tags[-1])
        assert answer.status_code == 200
        tags.append(answer.headers["ETag"])
    assert len(set(tags)) == len(tags)


def test_what_readers_do_not_see_keeps_the_tag(visitors):
    """A comment that waits or was found to be spam makes nobody load the thread again."""
    visitors.shown()
    tag = visitors.read().headers["ETag"]
    comment_id = visitors.accepted()
    assert revalidate(visitors, tag).status_code == 304
    visitors.conclude(comment_id, state="spam")
    assert revalidate(visitors, tag).status_code == 304


def test_a_decision_shows_on_another_process_at_once(visitors, second):
    """Two applications on one database, each with warm caches, agree after every decision."""
    path = f"/v1/sites/news/comments?thread={STORY}"
    shown = [visitors.shown() for _ in range(2)]
    for action in ("delete", "restore", "spam", "approve", "reject"):
        assert visitors.read().data == second.get(path).data
        tag = second.get(path).headers["ETag"]
        visitors.decide(shown[0], action)
        seen = second.get(path, headers={"If-None-Match": tag})
        assert seen.status_code == 200
        kept = action in {"restore", "approve"}
        assert [one["id"] for one in seen.json["comments"]] == (shown if kept else shown[1:])
        assert visitors.read().data == seen.data
    visitors.change("news", closed=True)
    assert second.get(path).json["closed"] is True


def test_a_comment_posted_on_one_process_is_shown_by_the_other(visitors, second):
    """The first comment of a page, too: that the thread was not there yet is not remembered."""
    path = f"/v1/sites/news/comments?thread={STORY}"
    empty = second.get(path)
    assert empty.json["comments"] == []
    comment_id = visitors.shown()
    answer = second.get(path, headers={"If-None-Match": empty.headers["ETag"]})
    assert [one["id"] for one in answer.json["comments"]] == [comment_id]


def test_a_cached_page_answers_no_other_question(visitors):
    """Sites, threads, orders, limits and cursors each have their own tag and their own page."""
    visitors.change("blog", origins=[NEWS, BLOG])
    for _ in range(2):
        visitors.shown()
        visitors.shown(site="blog")
        visitors.shown(thread={"url": f"{NEWS}/other"})
    cursor = visitors.read(limit=1).json["next"]
    questions = [
        {}, {"site": "blog"}, {"thread": f"{NEWS}/other"}, {"thread": f"{NEWS}/empty"},
        {"sort": "newest"}, {"limit": 1}, {"limit": 1, "sort": "newest"},
        {"limit": 1, "cursor": cursor}, {"limit": 1, "cursor": cursor, "sort": "newest"},
        {"thread": f"{NEWS}/empty", "site": "blog"},
    ]  # fmt: skip
    fresh = [visitors.read(**one) for one in questions]
    tags = [answer.headers["ETag"] for answer in fresh]
    assert len(set(tags)) == len(tags)
    for number, question in enumerate(questions):
        assert visitors.read(**question).data == fresh[number].data
        for tag in tags:
            status = revalidate(visitors, tag, **question).status_code
            assert status == (304 if tag == tags[number] else 200)


def test_repeated_and_strange_parameters_do_not_confuse_the_cache(visitors):
    """The first of two equal parameters counts, for the tag and for the page alike."""
    visitors.shown()
    one, other = STORY, f"{NEWS}/empty"
    path = "/v1/sites/news/comments?thread="
    first = visitors.client.get(f"{path}{one}&thread={other}&thread[]={other}&x=1")
    assert first.data == visitors.read(one).data
    second = visitors.client.get(f"{path}{other}&thread={one}")
    assert second.json["comments"] == []
    assert second.headers["ETag"] != first.headers["ETag"]


def test_the_cache_stays_within_its_bounds(visitors, monkeypatch):
    """Pages that nobody asks for again make room, and every answer is right all the same."""
    monkeypatch.setattr(api, "_pages", api.PageCache(max_bytes=2_000))
    for number in range(8):
        visitors.shown(thread={"url": f"{NEWS}/{number}"}, content=f"Number {number}.")
    for _ in range(2):
        for number in range(8):
            (comment,) = visitors.read(f"{NEWS}/{number}").json["comments"]
            assert f"Number {number}." in comment["content_html"]


def test_a_page_larger_than_the_cache_is_still_answered(services):
    """One long thread does not empty itself out of its own answer."""
    visitors = Visitors(replace(services))
    visitors.change("news", content_max_chars=65_000)
    visitors.shown(content="é" * 65_000)
    assert len(visitors.read().data) > 130_000
    assert visitors.read().json["total"] == 1


def test_the_cache_counts_more_than_bodies():
    """Small pages cost their entries, too, so that a million of them do not fit into the bound."""
    cache = api.PageCache(max_bytes=4_000)
    for number in range(1_000):
        cache.put(str(number), b"{}")
    assert sum(cache.get(str(number)) is not None for number in range(1_000)) == 9


def test_only_pages_that_exist_are_kept(visitors, monkeypatch):
    """Threads without comments and cursors are endless: they do not push out what is read."""
    visitors.shown()
    visitors.shown()
    pages = api.PageCache(max_bytes=100_000)
    monkeypatch.setattr(api, "_pages", pages)
    cursor = visitors.read(limit=1, sort="newest").json["next"]
    assert len(pages._pages) == 1
    visitors.read(limit=1, sort="newest", cursor=cursor)
    visitors.read(f"{NEWS}/empty")
    assert len(pages._pages) == 1
