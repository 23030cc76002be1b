"""Status links: what became of a comment, for whoever holds its link and for nobody else."""

import pytest
from visitors import BLOG, NEWS, Visitors

from service.core.states import State


@pytest.fixture
def visitors(services):
    return Visitors(services)


def status(visitors, comment_id, token, *, site="news", headers=None):
    path = f"/v1/sites/{site}/comments/{comment_id}/status"
    query = {} if token is None else {"token": token}
    return visitors.client.get(path, query_string=query, headers=headers)


def posted(visitors, **given):
    """A new comment's id and the token of its status link."""
    answer = visitors.post(**given)
    return answer.json["id"], answer.json["status_url"].partition("?token=")[2]


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (State.APPROVED, "approved"),
        (State.HELD, "held"),
        (State.SPAM, "rejected"),
        (State.REJECTED, "rejected"),
    ],
)
def test_it_tells_the_verdict_but_not_what_was_seen(visitors, state, shown):
    """Spam is told as rejected: who sends it shall not learn what gave it away."""
    comment_id, token = posted(visitors)
    assert status(visitors, comment_id, token).json == {
        "id": comment_id,
        "state": "pending",
        "content": "Hello there.",
        "edit": None,
        "statement": None,
        "can_appeal": False,
        "appeal": None,
    }
    visitors.conclude(comment_id, state=state)
    answer = status(visitors, comment_id, token)
    told = answer.json
    assert (told["id"], told["state"]) == (comment_id, shown)
    assert told["can_appeal"] == (shown == "rejected")
    assert (told["statement"] is None) == (shown == "approved")
    if told["statement"]:
        assert set(told["statement"]) == {"automated", "at", "reason", "reported", "lang"}
        assert told["statement"]["automated"] is True
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_removed_comment_is_told_as_removed(visitors):
    """After a deletion the link goes on telling the truth, and after its restoration too."""
    comment_id, token = posted(visitors)
    visitors.conclude(comment_id)
    visitors.decide(comment_id, "delete")
    assert status(visitors, comment_id, token).json["state"] == "removed"
    visitors.decide(comment_id, "restore")
    assert status(visitors, comment_id, token).json["state"] == "approved"


def test_only_the_comments_own_token_opens_it(visitors):
    """Another comment's, site's or purpose's token, a changed one and none: all the same 404."""
    comment_id, token = posted(visitors)
    other_id, other_token = posted(visitors)
    sign = visitors.services.signer.comment_token
    wrong = [
        other_token,
        sign("status", visitors.blog.id, comment_id),
        sign("edit", visitors.news.id, comment_id),
        visitors.post().json["edit_token"],
        visitors.form().json["token"],
        token[:-1],
        token + "A",
        token + "=",
        token.swapcase(),
        f" {token}",
        "",
        None,
        "\x00",
        "é",
        "A" * 10_000,
    ]
    answers = {
        (answer.status_code, answer.data)
        for answer in (status(visitors, comment_id, one) for one in wrong)
    }
    assert len(answers) == 1
    assert answers.pop()[0] == 404
    assert status(visitors, other_id, other_token).status_code == 200


def test_a_link_of_one_site_opens_nothing_on_another(visitors):
    """The site in the path is part of what was signed."""
    comment_id, token = posted(visitors)
    blog_id, blog_token = posted(visitors, site="blog", thread={"url": f"{BLOG}/a"})
    assert status(visitors, comment_id, token, site="blog").status_code == 404
    assert status(visitors, blog_id, blog_token).status_code == 404
    assert status(visitors, blog_id, blog_token, site="blog").status_code == 200


def test_a_signed_link_to_no_comment_is_404(visitors):
    """A comment that was never there is told like one whose token is wrong."""
    unknown = "0198f2a4-0000-7000-8000-000000000000"
    token = visitors.services.signer.comment_token("status", visitors.news.id, unknown)
    comment_id, _ = posted(visitors)
    assert status(visitors, unknown, token).data == status(visitors, comment_id, "x").data


@pytest.mark.parametrize(
    "odd", ["1", "x", "..", "%00", "0198f2a4-0000-7000-8000-00000000000g", "'"]
)
def test_what_is_no_id_is_404(visitors, odd):
    """A path without a comment's id leads nowhere."""
    assert status(visitors, odd, "x").status_code == 404


def test_the_sites_pages_may_ask_and_others_may_not(visitors):
    """The widget asks from the article's page; a foreign page is refused, right token or not."""
    comment_id, token = posted(visitors)
    answer = status(visitors, comment_id, token, headers={"Origin": NEWS})
    assert answer.headers["Access-Control-Allow-Origin"] == NEWS
    answer = status(visitors, comment_id, token, headers={"Origin": BLOG})
    assert answer.status_code == 403
