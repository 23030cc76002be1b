"""The status page: what a person is told who opens the link, in their language, and the appeal."""

import pytest
from visitors import EMAIL, STORY, Visitors, everything

from service.core.flags import FlagKind
from service.core.states import State

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture
def visitors(services):
    return Visitors(services)


class Link:
    """An author's status link, opened in a browser."""

    def __init__(self, visitors, **given):
        self.visitors = visitors
        made = visitors.post(**given).json
        self.id, self.edit_token = made["id"], made["edit_token"]
        self.path = made["status_url"].partition("8080")[2]
        self.token = self.path.partition("?token=")[2]

    def open(self, **headers):
        return self.visitors.client.get(self.path, headers=BROWSER | headers)

    def appeal(self, text="I only quoted it.", **changes):
        return self.visitors.client.post(
            f"/v1/sites/news/comments/{self.id}/appeals",
            data={"token": self.token, "text": text, "lang": "en"} | changes,
            headers={"Origin": "null"},
        )


def test_browsers_get_a_page_and_programs_data(visitors):
    """The Accept header decides; without one it is data, as the widget wants it."""
    link = Link(visitors)
    page = link.open()
    assert page.content_type == "text/html; charset=utf-8"
    assert "Your comment awaits checks." in page.text
    assert "Hello there." in page.text
    for accept in ("*/*", "application/json", "application/json, text/html;q=0.5"):
        assert visitors.client.get(link.path, headers={"Accept": accept}).is_json
    assert visitors.client.get(link.path).is_json


def test_the_address_does_not_leak(visitors):
    """Nobody stores, frames or indexes the page; what it links to does not hear of it."""
    page = Link(visitors).open()
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["X-Robots-Tag"] == "noindex"
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "<script" not in page.text
    assert 'rel="noreferrer noopener"' in page.text
    assert EMAIL not in everything(page)


def test_a_wrong_link_is_told_on_a_page_too(visitors):
    """In words, and with no more than that."""
    link = Link(visitors)
    answer = visitors.client.get(f"{link.path}x", headers=BROWSER)
    assert answer.status_code == 404
    assert answer.content_type.startswith("text/html")
    assert "Hello there." not in answer.text


def test_it_speaks_the_readers_language(visitors):
    """The browser's first language of ours, or the one that the address names."""
    link = Link(visitors)
    assert '<html lang="de" dir="ltr">' in link.open(**{"Accept-Language": "da, de-AT;q=0.8"}).text
    arabic = link.open(**{"Accept-Language": "ar"}).text
    assert '<html lang="ar" dir="rtl">' in arabic
    named = visitors.client.get(f"{link.path}&lang=fr", headers=BROWSER).text
    assert "Votre commentaire attend" in named
    assert '<html lang="en"' in link.open(**{"Accept-Language": "xx, " * 50}).text


def test_it_states_the_reasons_of_an_automatic_decision(visitors):
    """What was decided, why, by whom and when; which words or sums did it stands nowhere."""
    link = Link(visitors, content="Buy now http://a.example " * 5)
    visitors.conclude(link.id, state=State.SPAM)
    page = link.open().text
    assert "Your comment was not published." in page
    assert "It was decided automatically" in page
    assert "Contest this decision" in page
    assert "court" in page


def test_it_states_that_a_moderator_decided_and_that_readers_had_reported_it(visitors):
    """As article 17 of the DSA wants it known."""
    link = Link(visitors)
    visitors.conclude(link.id)
    visitors.client.post(
        f"/v1/sites/news/comments/{link.id}/reports",
        json={"reason": "insult"},
        environ_base={"REMOTE_ADDR": "203.0.113.9"},
    )
    visitors.decide(link.id, "delete")
    page = link.open().text
    assert "Your comment was removed." in page
    assert "A moderator has decided it." in page
    assert "Readers had reported it." in page
    told = visitors.client.get(link.path).json["statement"]
    assert (told["automated"], told["reported"]) == (False, True)


def test_the_appeal_works_without_scripts_and_once(visitors):
    """The form leads back to the page, which says what became of it; an empty one keeps its page."""
    link = Link(visitors)
    visitors.conclude(link.id, state=State.REJECTED)
    page = link.open().text
    assert 'action="appeals"' in page
    empty = link.appeal("  ")
    assert empty.status_code == 422
    assert "This field is required." in empty.text
    long = link.appeal("x" * 2_001)
    assert long.status_code == 422
    assert "x" * 2_001 in long.text
    answer = link.appeal()
    assert answer.status_code == 303
    assert answer.headers["Cache-Control"] == "no-store"
    back = visitors.client.get(answer.headers["Location"], headers=BROWSER).text
    assert "You have contested the decision. A moderator will look at it again." in back
    assert 'action="appeals"' not in back
    assert link.appeal("again").status_code == 409
    assert link.appeal(token="x").status_code == 404
    with visitors.services.store.read() as tx:
        (flag,) = tx.flags_of(visitors.news.id, link.id)
    assert (flag.kind, flag.text) == (FlagKind.APPEAL, "I only quoted it.")
    visitors.decide(link.id, "approve")
    assert "it was changed" in link.open().text


def test_an_author_who_took_it_back_is_told_so(visitors):
    """There is nothing to contest."""
    link = Link(visitors)
    visitors.client.delete(
        f"/v1/sites/news/comments/{link.id}",
        headers={"Authorization": f"Bearer {link.edit_token}"},
    )
    page = link.open().text
    assert "You have deleted this comment." in page
    assert 'action="appeals"' not in page


def test_it_tells_of_an_edit_and_shows_what_was_written_escaped(visitors):
    """An edit that waits, and one that was refused; markup is text, on this page too."""
    link = Link(visitors, content="<script>alert(1)</script>")
    visitors.conclude(link.id)
    visitors.client.patch(
        f"/v1/sites/news/comments/{link.id}",
        json={"content": "Better."},
        headers={"Authorization": f"Bearer {link.edit_token}"},
    )
    page = link.open().text
    assert "Your change awaits checks." in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert visitors.client.get(link.path).json["edit"] == "pending"
    assert f'href="{STORY}"' in page


def test_a_moderators_reason_is_told_in_the_readers_language_and_an_undone_one_is_not(visitors):
    """What was taken back never happened, and there is nothing to contest then."""
    link = Link(visitors)
    visitors.conclude(link.id)
    visitors.decide(link.id, "reject", reason="insult")
    assert "It insults or belittles somebody." in link.open().text
    assert "Er beleidigt jemanden" in link.open(**{"Accept-Language": "de"}).text
    services = visitors.services
    with services.store.read() as tx:
        last = tx.decisions(visitors.news.id, link.id)[-1]
    services.deciding.undo(visitors.news.id, last.id, visitors._moderator)
    told = visitors.client.get(link.path).json
    assert (told["state"], told["statement"], told["can_appeal"]) == ("approved", None, False)


def test_undoing_a_decision_opens_what_it_had_settled(visitors):
    """The appeal waits again, and is told so."""
    link = Link(visitors)
    visitors.conclude(link.id, state=State.REJECTED)
    link.appeal()
    visitors.decide(link.id, "approve")
    services = visitors.services
    with services.store.read() as tx:
        last = tx.decisions(visitors.news.id, link.id)[-1]
    services.deciding.undo(visitors.news.id, last.id, visitors._moderator)
    assert visitors.client.get(link.path).json["appeal"] == "open"
