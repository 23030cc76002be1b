"""Counts: how many comments pages have, all of a list in one request."""

import pytest
from visitors import BLOG, NEWS, STORY, Visitors, problems


@pytest.fixture
def visitors(services):
    return Visitors(services)


def counts(visitors, threads, *, site="news", origin=NEWS):
    return visitors.client.post(
        f"/v1/sites/{site}/counts", json={"threads": threads}, headers={"Origin": origin}
    )


def test_pages_are_counted_by_address_and_by_id_in_the_order_asked(visitors):
    """Only what is approved counts; tracking parameters do not matter; unknown pages have none."""
    for _ in range(2):
        visitors.shown()
    visitors.accepted()
    visitors.shown(thread={"url": f"{NEWS}/other", "id": "42"})
    visitors.shown(site="blog", thread={"url": f"{BLOG}/story"})
    asked = [
        {"url": f"{STORY}?utm_source=x#top"},
        {"url": f"{NEWS}/unknown"},
        {"id": "42"},
        {"url": STORY, "id": "42"},
        {"url": STORY, "id": "unknown"},
        {"url": f"{BLOG}/story"},
        {"url": "no address"},
        {},
    ]
    answer = counts(visitors, asked)
    assert answer.json == {"counts": [2, 0, 1, 1, 2, 0, 0, 0]}
    assert answer.headers["Access-Control-Allow-Origin"] == NEWS
    assert answer.headers["Cache-Control"] == "no-store"
    assert counts(visitors, []).json == {"counts": []}


def test_lists_are_bounded_and_strictly_read(visitors):
    """Too many, none, other types and other members are refused by place; other pages are, too."""
    assert counts(visitors, [{"url": STORY}] * 100).status_code == 200
    assert problems(counts(visitors, [{"url": STORY}] * 101)) == {("/threads", "too_many")}
    assert problems(counts(visitors, None)) == {("/threads", "missing")}
    assert problems(counts(visitors, "x")) == {("/threads", "wrong_type")}
    assert problems(counts(visitors, [{"url": 1, "x": 2}])) == {
        ("/threads/0/url", "wrong_type"), ("/threads/0/x", "unknown"),
    }  # fmt: skip
    assert counts(visitors, [], origin=BLOG).status_code == 403
    assert counts(visitors, [], site="nothing").status_code == 404
    path = "/v1/sites/news/counts"
    assert visitors.client.post(path, data="{}").status_code == 415
    assert visitors.client.options(path, headers={"Origin": NEWS}).status_code == 204
