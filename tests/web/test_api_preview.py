"""Previews: what the server would make of a text, without keeping it."""

import pytest
from visitors import NEWS, Visitors, problems


@pytest.fixture
def visitors(services):
    return Visitors(services)


def ask(visitors, content, *, origin=NEWS, **changes):
    return visitors.client.post(
        "/v1/sites/news/preview", json={"content": content, **changes}, headers={"Origin": origin}
    )


def test_a_preview_is_what_readers_would_see(visitors):
    """Paragraphs, line breaks and links, all else escaped; and nothing is stored."""
    answer = ask(visitors, "One <b>\n\nTwo\nhttps://example.org/a.")
    assert answer.status_code == 200
    assert answer.json["content_html"] == (
        '<p dir="auto">One &lt;b&gt;</p>\n<p dir="auto">Two<br>'
        '<a href="https://example.org/a" rel="nofollow ugc noopener" dir="ltr">'
        "https://example.org/a</a>.</p>"
    )
    assert answer.headers["Access-Control-Allow-Origin"] == NEWS
    assert answer.headers["Cache-Control"] == "no-store"
    assert visitors.read().json["total"] == 0


def test_a_preview_is_refused_as_a_comment_is(visitors):
    """Blank and overlong texts, other keys, other media, foreign pages and strange sites."""
    assert problems(ask(visitors, "  ")) == {("/content", "missing")}
    assert problems(ask(visitors, "x" * 10_001)) == {("/content", "too_long")}
    assert problems(ask(visitors, "x", price=1)) == {("/price", "unknown")}
    assert ask(visitors, "x", origin="https://elsewhere.example").status_code == 403
    assert visitors.client.post("/v1/sites/news/preview", data="x").status_code == 415
    assert ask(visitors, "x" * 200_000).status_code == 413
    assert visitors.client.post("/v1/sites/none/preview", json={"content": "x"}).status_code == 404


def test_a_page_may_ask_first(visitors):
    """The preflight of the site's own page is answered, another page's is not."""
    for origin, status in ((NEWS, 204), ("https://elsewhere.example", 403)):
        answer = visitors.client.options("/v1/sites/news/preview", headers={"Origin": origin})
        assert answer.status_code == status
