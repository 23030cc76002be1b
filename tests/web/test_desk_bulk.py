"""Many at once at the desk, as plain forms: choose, see the number, say yes, take it back."""

import re

import pytest
from desks import Desk, get, post, token_of

from service.core.states import State


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def desk(services):
    return Desk(services)


def picks_of(page):
    return dict(re.findall(r'name="(pick\.[0-9a-f.-]+)"\s+value="([0-9]+)"', page.text))


def begin(browser, action, **fields):
    """Choose, and come to the page that asks for a yes."""
    data = {"csrf": token_of(browser), "back": "state=held", "bulk": action, **fields}
    answer = post(browser, "/desk/bulk", data)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def run(browser, address, **fields):
    path = address.partition("?")[0]
    return post(browser, f"{path}/run", {"csrf": token_of(browser), **fields})


def test_ticked_comments_are_counted_confirmed_done_and_undone(desk):
    """Nothing happens before the yes; the page says what was done; undo is one step."""
    paths = [desk.comment(f"Number {one}") for one in range(4)]
    ada = desk.signed_in()
    picks = dict(list(picks_of(get(ada, "/desk/")).items())[:3])
    address = begin(ada, "spam", scope="picked", **picks)
    page = get(ada, address)
    assert "<h1>Mark 3 comments as spam</h1>" in page.text
    assert {desk.state(one) for one in paths} == {State.HELD}
    answer = run(ada, address, confirm="1", reason="duplicate", note="A flood.")
    assert answer.status_code == 303
    page = get(ada, answer.headers["Location"])
    assert "3 done" in page.text
    assert "All done." in page.text
    assert [desk.state(one) for one in paths] == [State.SPAM] * 3 + [State.HELD]
    assert "Duplicate." in get(ada, paths[0]).text
    queue = get(ada, "/desk/").text
    assert "3 comments</a>" in queue.partition('id="last-step"')[2].partition("</div>")[0]
    undo = re.search(r'action="(/desk/bulk/[^"]+/undo)"', queue)[1]
    answer = post(ada, undo, {"csrf": token_of(ada)})
    assert "3 done" in get(ada, answer.headers["Location"]).text
    assert {desk.state(one) for one in paths} == {State.HELD}
    assert "took a decision back" not in get(ada, paths[0]).text
    assert "takes the decision back" in get(ada, paths[0]).text
    assert "goes on" not in get(ada, "/desk/bulk").text


def test_all_that_match_are_those_of_the_filters(desk):
    """The number is that of the filters, not of the page, and only sites that are one's own."""
    for number in range(30):
        desk.comment(f"About pears, {number}", site=desk.blog)
    other = desk.comment("About apples", site=desk.blog)
    theirs = desk.comment("About pears, elsewhere")
    bob = desk.signed_in("bob")
    address = begin(bob, "approve", scope="all", back="state=held&q=pears")
    assert "Approve 30 comments" in get(bob, address).text
    assert "Reason" not in get(bob, address).text
    run(bob, address, confirm="1")
    assert "30 done" in get(bob, address).text
    assert desk.state(other) is desk.state(theirs) is State.HELD


def test_what_was_not_done_is_named(desk):
    """One that changed meanwhile is left as it is, with a link to it."""
    paths = [desk.comment(f"Number {one}") for one in range(2)]
    ada, other = desk.signed_in(), desk.signed_in()
    address = begin(ada, "approve", scope="all")
    post(other, paths[0], {"csrf": token_of(other), "version": "2", "action": "reject"})
    run(ada, address, confirm="1")
    page = get(ada, address).text
    assert "1 done" in page
    assert "1 changed meanwhile" in page
    assert f'href="{paths[0]}"' in page
    assert desk.state(paths[0]) is State.REJECTED


def test_scripts_get_the_progress_alone(desk):
    """A part of the page, which asks for more only while there is more."""
    desk.comment()
    ada = desk.signed_in()
    path = begin(ada, "spam", scope="all").partition("?")[0]
    answer = post(
        ada, f"{path}/run", {"csrf": token_of(ada), "confirm": "1"}, headers={"HX-Request": "true"}
    )
    assert "<html" not in answer.text
    assert "hx-trigger" not in answer.text
    assert "All done." in answer.text


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"scope": "picked"}, 409),
        ({"bulk": "burn"}, 400),
        ({"scope": "all", "back": ""}, 400),
        ({"scope": "all", "back": "state=nowhere"}, 404),
        ({"scope": "picked", "pick.x": "1"}, 404),
        ({"scope": "all", "back": "state=spam"}, 409),
        # The queue shows all where a search has no word in it; nothing is done to them.
        ({"scope": "all", "back": "state=held&q=%25"}, 409),
    ],
)
def test_odd_choices_are_answered_plainly(desk, fields, status):
    """Nothing chosen, nothing known, nothing there: said so, and nothing is done."""
    path = desk.comment()
    ada = desk.signed_in()
    data = {"csrf": token_of(ada), "back": "state=held", "bulk": "spam", **fields}
    assert post(ada, "/desk/bulk", data).status_code == status
    assert desk.state(path) is State.HELD


def test_other_peoples_actions_can_be_stopped_and_other_sites_are_not_there(desk):
    """Ada's action of the news is nothing that Bob of the blog could find."""
    desk.comment()
    ada, bob, vera = desk.signed_in(), desk.signed_in("bob"), desk.signed_in("vera")
    path = begin(ada, "spam", scope="all").partition("?")[0]
    assert get(bob, path).status_code == 404
    for verb in ("run", "stop", "undo"):
        assert post(bob, f"{path}/{verb}", {"csrf": token_of(bob)}).status_code == 404
    assert get(vera, path).status_code == 403
    assert "bulk-bar" not in get(vera, "/desk/").text
    assert post(ada, f"{path}/stop", {"csrf": token_of(ada)}).status_code == 303
    assert post(ada, f"{path}/undo", {"csrf": token_of(ada)}).status_code == 409


def test_who_undoes_the_part_of_one_site_leaves_the_others_to_be_undone(desk):
    """Bob takes back what Ada did on the blog; she can still take back the rest, once."""
    paths = [desk.comment(), desk.comment(site=desk.blog)]
    ada, bob = desk.signed_in(), desk.signed_in("bob")
    address = begin(ada, "spam", scope="all")
    run(ada, address, confirm="1")
    path = address.partition("?")[0]
    for browser, reached in (
        (bob, [State.SPAM, State.HELD]),
        (ada, [State.HELD, State.HELD]),
        (ada, [State.HELD, State.HELD]),
    ):
        answer = post(browser, f"{path}/undo", {"csrf": token_of(browser)})
        assert answer.status_code == 303
        assert [desk.state(one) for one in paths] == reached


def test_the_filter_is_the_same_as_one_made_anew_after_bulk_and_undo(desk):
    """What was taught by many at once, and unlearned by an undo, is what the record says."""
    services = desk.services
    ada = desk.signed_in()
    for number in range(12):
        desk.comment(f"Cheap watches, number {number}, order now")
    address = begin(ada, "spam", scope="all")
    run(ada, address, confirm="1")
    kept = services.filters([desk.news.id])[desk.news.id].digest()
    for number in range(8):
        desk.comment(f"A thoughtful remark about gardens, number {number}")
    second = begin(ada, "approve", scope="all").partition("?")[0]
    run(ada, second, confirm="1")
    assert services.filters([desk.news.id])[desk.news.id].digest() != kept
    post(ada, f"{second}/undo", {"csrf": token_of(ada)})
    counts = services.filters([desk.news.id])[desk.news.id].counts()
    assert {label.value: number for label, number in counts.items() if number} == {"spam": 12}
    rebuilt = services.rebuild_filter(desk.news.id)
    assert (rebuilt.comments, rebuilt.mended, rebuilt.same) == (20, 0, True)
