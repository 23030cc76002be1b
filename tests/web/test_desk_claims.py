"""Who looks at what, and the switch for keys."""

import pytest
from desks import Desk, get, post, token_of

from service.usecases.claims import SHOWN_MAX


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def desk(services):
    return Desk(services)


def place(path):
    *_, site_id, comment_id = path.split("/")
    return f"{site_id}.{comment_id}"


def look(browser, at, *shown):
    data = {
        "csrf": token_of(browser),
        "at": place(at) if at else "",
        "shown": ",".join(map(place, shown)),
    }
    answer = post(browser, "/desk/claims", data)
    assert answer.status_code == 200, answer.text
    return answer.json


def test_others_see_what_somebody_looks_at(desk):
    """Who came first is named, to others only, and until they look at something else."""
    one, two = desk.comment("One", site=desk.blog), desk.comment("Two", site=desk.blog)
    ada, bob = desk.signed_in(), desk.signed_in("bob")
    assert look(ada, one, one, two) == {}
    assert look(bob, one, one, two) == {one.rpartition("/")[2]: "Ada"}
    assert look(ada, one, one, two) == {}
    page = get(bob, "/desk/").text
    assert page.count("</bdi> is looking at this") == 1
    look(ada, two, one, two)
    assert look(bob, one, one, two) == {two.rpartition("/")[2]: "Ada"}
    assert look(ada, "", one, two) == {one.rpartition("/")[2]: "Bob"}


def test_opening_a_record_is_looking_at_it(desk):
    """Without scripts, too: the page itself says so to the next one. It hinders nobody."""
    path = desk.comment(site=desk.blog)
    ada, bob = desk.signed_in(), desk.signed_in("bob")
    get(ada, path)
    assert "<bdi>Ada</bdi> is looking at this" in get(bob, path).text
    vera = desk.signed_in("vera")
    assert "is looking at this" in get(vera, path).text


def test_another_sites_comments_are_not_told_of(desk):
    """Bob of the blog learns nothing of who looks at the news, and what is odd is not there."""
    path = desk.comment()
    ada, bob = desk.signed_in(), desk.signed_in("bob")
    look(ada, path)
    assert look(bob, path, *[path] * (SHOWN_MAX + 5)) == {}
    for fields in ({"at": "x"}, {"shown": "x,y"}, {"at": f"{'-' * 36}.{'-' * 36}"}):
        assert post(bob, "/desk/claims", {"csrf": token_of(bob), **fields}).status_code == 404


def test_single_keys_can_be_turned_off(desk):
    """The choice is kept in the browser, and every page says it to the script."""
    ada = desk.signed_in()
    assert 'data-keys="off"' not in get(ada, "/desk/").text
    data = {"csrf": token_of(ada), "keys": "off", "back": "/desk/?state=spam"}
    answer = post(ada, "/desk/keys", data)
    assert answer.headers["Location"] == "/desk/?state=spam"
    assert 'data-keys="off"' in get(ada, "/desk/").text
    post(ada, "/desk/keys", data | {"keys": "on"})
    assert 'data-keys="off"' not in get(ada, "/desk/").text
    assert post(ada, "/desk/keys", data | {"keys": "loud"}).status_code == 400
