"""What authors may do with their own comment: edit it, take it back, inside the site's window."""

from dataclasses import replace

import pytest
from visitors import EMAIL, STORY, Visitors, problems

from service.core.decisions import Action
from service.core.desk_queue import QueueFilter
from service.core.people import Membership, Moderator, Role
from service.usecases.moderate import Judgement


@pytest.fixture
def visitors(services):
    return Visitors(services)


class Author:
    """Someone whose comment is shown, with its edit token."""

    def __init__(self, visitors: Visitors) -> None:
        self.visitors = visitors
        answer = visitors.post(content="The first text.")
        self.id, self.token = answer.json["id"], answer.json["edit_token"]
        self.screen()

    def screen(self) -> None:
        services = self.visitors.services
        services.screen(services.queue.pop(10))

    def edit(self, text: object, *, token: str | None = None, **changes):
        return self.visitors.client.patch(
            f"/v1/sites/news/comments/{self.id}",
            json={"content": text} | changes,
            headers={"Authorization": f"Bearer {token or self.token}"},
        )

    def withdraw(self, *, token: str | None = None):
        return self.visitors.client.delete(
            f"/v1/sites/news/comments/{self.id}",
            headers={"Authorization": f"Bearer {token or self.token}"},
        )

    def texts(self) -> list[tuple[str, bool]]:
        page = self.visitors.client.get(f"/v1/sites/news/comments?thread={STORY}").json
        return [
            (one["content_html"], one["edited_at"] is not None, one["removed"])
            for one in page["comments"]
        ]


@pytest.fixture
def author(visitors):
    return Author(visitors)


FIRST = ('<p dir="auto">The first text.</p>', False, False)
SECOND = ('<p dir="auto">A better text.</p>', True, False)


def test_an_edit_is_shown_once_the_checks_have_passed_it(author):
    """Until then readers see what they saw; afterwards the new text, marked as edited."""
    answer = author.edit("A better text.")
    assert (answer.status_code, answer.json) == (202, {"id": author.id, "state": "pending"})
    assert author.texts() == [FIRST]
    author.screen()
    assert author.texts() == [SECOND]


def test_an_edit_that_turns_into_spam_is_held_and_the_moderator_decides(author):
    """Five links do not get in by the back door; approved at the desk, the edit shows."""
    links = " ".join(f"https://a{number}.example/x" for number in range(6))
    author.edit(f"Look: {links}")
    author.screen()
    assert author.texts() == [FIRST]
    services = author.visitors.services
    with services.store.read() as tx:
        site = tx.site("news")
        (card,) = tx.queue_page(QueueFilter((site,)), after=None, limit=5).comments
    assert card.shown_content == "The first text."
    judgement = Judgement(
        site_id=site.id,
        comment_id=author.id,
        action=Action.APPROVE,
        seen_version=card.version,
        revision=card.revision,
    )
    services.decide(judgement, Moderator(site.id, "Mo", (Membership(Role.MODERATOR),)))
    ((text, edited, _),) = author.texts()
    assert edited
    assert text.count("<a ") == 6


def test_only_the_bearer_of_the_edit_token_may_change_a_comment(author):
    """Another comment's token, the status token and none at all find no comment."""
    other = author.visitors.post(content="Another one.").json["edit_token"]
    status = author.visitors.services.signer.comment_token(
        "status", author.visitors.news.id, author.id
    )
    for token in (other, status, "x", author.token[:-2]):
        assert author.edit("Not mine.", token=token).status_code == 404
        assert author.withdraw(token=token).status_code == 404
    bare = author.visitors.client.delete(f"/v1/sites/news/comments/{author.id}")
    assert bare.status_code == 404
    assert author.texts() == [FIRST]


def test_a_withdrawn_comment_is_gone_and_withdrawing_twice_is_fine(author):
    """Its readers see it no more; the author may repeat the request."""
    assert author.withdraw().status_code == 204
    assert author.texts() == []
    assert author.withdraw().status_code == 204
    assert author.edit("Back again?").status_code == 409


def test_after_the_window_nothing_changes_any_more(author):
    """The site's setting closes the window; the answer says so."""
    visitors = author.visitors
    settings = replace(visitors.news.settings, edit_window_minutes=0)
    visitors.services.change_site("news", settings=settings)
    for answer in (author.edit("Too late."), author.withdraw()):
        assert answer.status_code == 403
        assert answer.json["type"] == "/problems/edit_window_closed"
    assert author.texts() == [FIRST]


def test_a_bad_edit_is_refused_with_its_fields_and_without_echo(author):
    """Missing, blank, over-long, of another type, with unknown fields: 422 naming the field."""
    for text in ("", " \n", 7, None, "x" * 10_001):
        answer = author.edit(text)
        assert answer.status_code == 422
        assert answer.json["errors"][0]["pointer"] == "/content"
    answer = author.edit("fine", marker_of_mine="marker-of-mine")
    assert answer.status_code == 422
    assert "marker-of-mine" not in answer.text
    assert author.texts() == [FIRST]


def test_a_pending_comment_cannot_be_edited_yet(visitors):
    """It answers 409 with a reason; it can be taken back, though."""
    made = visitors.post(content="Not screened yet.").json
    headers = {"Authorization": f"Bearer {made['edit_token']}"}
    path = f"/v1/sites/news/comments/{made['id']}"
    answer = visitors.client.patch(path, json={"content": "New."}, headers=headers)
    assert answer.status_code == 409
    assert visitors.client.delete(path, headers=headers).status_code == 204


def test_an_edit_does_not_publish_the_authors_own_address(author):
    """However it is written; anybody else's address is text."""
    for text in (f"Write to {EMAIL}", "jane.reader%40EXAMPLE.ORG"):
        answer = author.edit(text)
        assert problems(answer) == {("/content", "own_address")}
        assert EMAIL not in answer.text
    assert author.edit("Write to office@news.example").status_code == 202
