"""Deciding at the desk: the buttons, who may press them, and when they come too late."""

import re

import pytest
from desks import Desk, buttons_of, form_of, get, post, token_of

from service.core.states import State


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def desk(services):
    return Desk(services)


def test_each_button_leads_where_it_says_and_back_to_its_queue(desk):
    """Approve, Spam, Reject, Delete and Restore move the comment; the record tells who did it."""
    path = desk.comment()
    browser = desk.signed_in()
    for button, state in (
        ("Approve", State.APPROVED), ("Spam", State.SPAM), ("Reject", State.REJECTED),
        ("Delete", State.DELETED), ("Restore", State.REJECTED),
    ):  # fmt: skip
        page = get(browser, path)
        assert f">{button}</button>" in page.text
        answer = post(browser, path, form_of(page, action=button.lower(), back="held"))
        assert answer.status_code == 303
        assert answer.headers["Location"] == f"/desk/?state=held&done={state}"
        assert desk.state(path) is state
    record = get(browser, path).text
    assert record.count("you\n") == 5
    assert "the checks" in record


def test_buttons_fit_the_state(desk):
    """A comment is not offered its own state, and a deleted one only to be restored."""
    browser = desk.signed_in()
    for state, buttons in (
        (State.APPROVED, ["Spam", "Reject", "Delete"]),
        (State.HELD, ["Approve", "Spam", "Reject", "Delete"]),
    ):
        page = get(browser, desk.comment(f"One that is {state}", state=state))
        assert buttons_of(page) == buttons
    path = desk.comment("To be deleted")
    post(browser, path, form_of(get(browser, path), action="delete"))
    assert buttons_of(get(browser, path)) == ["Restore"]


def test_a_stale_decision_gets_409_and_the_comment_as_it_is_now(desk):
    """Who decides about an outdated page sees the present state and may decide anew from there."""
    path = desk.comment("A disputed remark.")
    ada, bob_was_faster = desk.signed_in(), desk.signed_in("ada")
    old = form_of(get(ada, "/desk/"), action="spam")
    post(bob_was_faster, path, form_of(get(bob_was_faster, "/desk/"), action="approve"))
    answer = post(ada, path, old)
    assert answer.status_code == 409
    assert "A disputed remark." in answer.text
    assert "<strong>approved</strong>" in answer.text
    assert desk.state(path) is State.APPROVED
    anew = form_of(answer, action="spam")
    assert anew["back"] == "state=held"
    assert post(ada, path, anew).status_code == 303
    assert desk.state(path) is State.SPAM


def test_a_refused_step_is_explained_with_409(desk):
    """An action that the state does not allow changes nothing and shows the comment again."""
    path = desk.comment(state=State.APPROVED)
    browser = desk.signed_in()
    for action in ("approve", "restore"):
        answer = post(browser, path, form_of(get(browser, path), action=action))
        assert answer.status_code == 409
        assert "Hello there." in answer.text


def test_another_sites_comments_do_not_exist(desk):
    """Bob, who works on the blog, neither sees nor moves a comment of the news, nor its counts."""
    theirs, own = desk.comment("Of the news."), desk.comment("Of the blog.", site=desk.blog)
    bob = desk.signed_in("bob")
    queue = get(bob, "/desk/")
    assert "Of the blog." in queue.text
    assert "Of the news." not in queue.text
    assert re.search(r'Held\s*<span class="count">1</span>', queue.text)
    form = form_of(queue, action="approve")
    mixed = f"/desk/comments/{desk.blog.id}/{theirs.rpartition('/')[2]}"
    for path in (theirs, mixed):
        assert get(bob, path).status_code == 404
        assert post(bob, path, form).status_code == 404
    assert desk.state(theirs) is State.HELD
    assert get(bob, own).status_code == 200


def test_a_viewer_sees_the_queue_without_buttons_and_cannot_decide(desk):
    """Vera reads everything and changes nothing, even with a form made by hand."""
    path = desk.comment()
    vera = desk.signed_in("vera")
    page = get(vera, "/desk/")
    assert "Hello there." in page.text
    assert 'class="actions"' not in page.text
    assert buttons_of(page) == []
    form = {"csrf": token_of(vera), "version": "2", "action": "approve", "back": "state=held"}
    assert post(vera, path, form).status_code == 403
    assert desk.state(path) is State.HELD


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"action": "erase"}, 400), ({"action": ""}, 400), ({"version": "x"}, 400),
        ({"version": "9" * 30}, 400), ({"version": "-1"}, 400), ({"back": "state=held&after=x"}, 404),
        ({"back": "state=erased"}, 404), ({"back": "https://evil.example/"}, 303), ({"back": "x" * 9000}, 413),
    ],
)  # fmt: skip
def test_odd_forms_are_answered_plainly(desk, changes, status):
    """A form made by hand gets an answer below 500, and leads to no other place."""
    path = desk.comment()
    browser = desk.signed_in()
    form = form_of(get(browser, "/desk/"), action="approve") | changes
    answer = post(browser, path, form)
    assert answer.status_code == status
    assert answer.headers.get("Location", "/desk/").startswith("/desk/")
