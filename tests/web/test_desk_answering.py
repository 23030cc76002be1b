"""Replies by a site's staff: marked, shown at once, and by nobody else."""

import re
from dataclasses import replace

import pytest
from desks import Desk, get, post, token_of

from service.core.states import State


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def desk(services):
    return Desk(services)


def once_of(page):
    return re.search(r'name="once"\s+value="(.*?)"', page.text)[1]


def answer(browser, path, content="Thank you all.", **given):
    data = {"csrf": token_of(browser), "content": content, **given}
    if "once" not in data:
        data["once"] = once_of(get(browser, path))
    return post(browser, f"{path}/reply", data)


def thread(desk):
    address = "/v1/sites/news/comments?thread=https://news.example/story"
    return desk.browser().get(address, base_url="http://localhost:8080").json["comments"]


def test_a_reply_stands_under_its_comment_at_once(desk):
    """Under the moderator's name with the site's mark; no check sees it, and nothing is learned."""
    path = desk.comment("A question.", state=State.APPROVED)
    ada = desk.signed_in()
    queue = get(ada, "/desk/?state=approved").text
    assert f'href="{path}#reply-content"' in queue
    reply = answer(ada, path, "An answer.\r\nIn two lines.")
    assert reply.status_code == 303
    question, shown = thread(desk)
    assert (question["staff"], shown["staff"]) == (False, True)
    assert (shown["author_name"], shown["parent_id"]) == ("Ada", question["id"])
    assert "An answer.<br>In two lines." in shown["content_html"].replace("\n", "")
    assert desk.state(reply.headers["Location"]) is State.APPROVED
    with desk.services.store.read() as tx:
        assert tx.filter_versions([desk.news.id]) == {}
        assert tx.thread_position("news", "news.example/story", None).thread.approved_count == 2
    record = get(ada, reply.headers["Location"]).text
    assert "An answer." in record
    assert "answered as staff" in get(ada, "/desk/audit").text
    assert get(ada, "/desk/?state=approved&q=lines").text.count('class="card"') == 1


def test_sending_twice_is_sending_once(desk):
    """The same form makes one reply; with another text it is refused."""
    path = desk.comment("A question.", state=State.APPROVED)
    ada = desk.signed_in()
    once = once_of(get(ada, path))
    first, second = (answer(ada, path, once=once) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert len(thread(desk)) == 2
    assert answer(ada, path, "Something else.", once=once).status_code == 409
    answer(ada, path)
    assert len(thread(desk)) == 3


def test_a_reply_goes_like_any_comment(desk):
    """It can be deleted and restored; and a site's own words stand for its staff."""
    path = desk.comment("A question.", state=State.APPROVED)
    settings = replace(desk.news.settings, staff_label="The newsroom")
    desk.services.change_site("news", settings=settings)
    ada = desk.signed_in()
    reply = answer(ada, path).headers["Location"]
    assert thread(desk)[1]["staff"] == "The newsroom"
    token = token_of(ada)
    post(ada, reply, {"csrf": token, "action": "delete", "version": "2"})
    assert len(thread(desk)) == 1
    post(ada, reply, {"csrf": token, "action": "restore", "version": "3"})
    assert thread(desk)[1]["author_name"] == "Ada"


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"content": " \u200b\n"}, 400), ({"content": "x" * 5_001}, 400), ({"once": ""}, 400), ({"once": "x"}, 404),
     ({"content": "字" * 5_000}, 303), ({"content": "x" * 70_000}, 413)],
)  # fmt: skip
def test_odd_replies_are_answered_plainly(desk, fields, status):
    """Nothing to see, too long, a form made by hand: said so, and nothing is shown."""
    path = desk.comment("A question.", state=State.APPROVED)
    assert answer(desk.signed_in(), path, **fields).status_code == status
    assert len(thread(desk)) == (2 if status == 303 else 1)


def test_only_what_readers_see_is_answered_and_only_by_who_may(desk):
    """Not a held comment, not by a viewer, not at another site."""
    held, shown = desk.comment("Held."), desk.comment("Shown.", state=State.APPROVED)
    ada, vera, bob = desk.signed_in(), desk.signed_in("vera"), desk.signed_in("bob")
    once = once_of(get(ada, shown))
    assert "Reply as staff" not in get(ada, held).text
    assert answer(ada, held, once=once).status_code == 409
    assert "Reply as staff" not in get(vera, shown).text
    assert answer(vera, shown, once=once).status_code == 403
    assert answer(bob, shown, once=once).status_code == 404
    assert len(thread(desk)) == 1
