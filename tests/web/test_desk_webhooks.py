"""Webhooks at the desk: an admin sets them up and sees what came of each; nobody else knows of them."""

import re
from dataclasses import replace
from html import unescape

import pytest
from desks import Desk, get, post
from standardwebhooks import Webhook
from strangers import say, serving

from service import wiring
from service.core.audit import BY_OPERATOR
from service.core.people import Role
from service.usecases.webhooks import Wish


@pytest.fixture
def services(settings, sqlite_url, redis_url):
    made = settings(database_url=sqlite_url, redis_url=redis_url, outbound_networks="127.0.0.0/8")
    built = wiring.build(replace(made, outbound_ports=frozenset(range(1, 65_536))))
    yield built
    built.close()


@pytest.fixture
def desk(services):
    return Desk(services)


@pytest.fixture
def receiver():
    with serving(say(204)) as server:
        yield server


def token(page):
    return re.search(r'name="csrf"\s+value="(.*?)"', page.text)[1]


def add(desk, browser, url, **fields):
    page = get(browser, "/desk/webhooks")
    data = {"csrf": token(page), "url": url} | fields
    return post(browser, f"/desk/webhooks/{desk.news.id}", data)


def text_of(page):
    main = page.text.partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


def path_of(desk, page):
    return re.search(rf'action="(/desk/webhooks/{desk.news.id}/[0-9a-f-]+)"', page.text)[1]


def act(browser, path, action, **fields):
    page = get(browser, path)
    return post(browser, path, {"csrf": token(page), "action": action} | fields)


def test_an_admin_adds_a_webhook_tries_it_and_sees_what_came(desk, receiver):
    """The secret is shown once and verifies what arrives; the log has status and time."""
    browser = desk.signed_in()
    added = add(desk, browser, f"{receiver.url}/hook", **{"event comment.held": "1"})
    assert added.status_code == 200
    secret = re.search(r"whsec_[A-Za-z0-9+/=]+", unescape(added.text))[0]
    path = path_of(desk, added)
    assert "whsec_" not in get(browser, path).text
    assert act(browser, path, "test").status_code == 303
    (seen,) = receiver.seen
    assert Webhook(secret).verify(seen.body, seen.headers)["type"] == "webhook.test"
    assert re.search(r"webhook\.test delivered 204 \d+ ms 1", text_of(get(browser, path)))
    listed = text_of(get(browser, "/desk/webhooks"))
    assert f"{receiver.url}/hook comment.held On 0 0" in listed
    assert "Not encrypted." in text_of(get(browser, path))


def test_every_button_does_what_it_says(desk, receiver):
    """Change, new secret, pause, resume, remove; each is in the record, by name."""
    browser = desk.signed_in()
    path = path_of(desk, add(desk, browser, receiver.url))
    act(browser, path, "change", url="https://hooks.example/x", **{"event comment.spam": "1"})
    assert "https://hooks.example/x" in text_of(get(browser, path))
    assert "whsec_" in act(browser, path, "rotate").text
    assert "the former secret signs as well" in text_of(get(browser, path))
    assert "Paused." in text_of(get(browser, act(browser, path, "pause").location))
    assert "on again" in text_of(get(browser, act(browser, path, "resume").location))
    assert act(browser, path, "nothing").status_code == 400
    gone = act(browser, path, "remove")
    assert "removed" in text_of(get(browser, gone.location))
    assert get(browser, path).status_code == 404
    events = [one.event for one in desk.services.audit.chain(desk.news.id)]
    assert events.count("webhook.changed") == 6


def test_what_could_not_be_delivered_is_replayed(desk):
    """All of it, or one at a time."""
    with serving(say(410)) as server:
        browser = desk.signed_in()
        path = path_of(desk, add(desk, browser, server.url))
        for _ in range(2):
            act(browser, path, "test")
            act(browser, path, "resume")
        page = get(browser, f"{path}?state=dead")
        one = re.search(r'name="delivery" value="(.*?)"', page.text)[1]
        assert "Replay all 2 not delivered" in text_of(page)
        act(browser, path, "replay", delivery=one)
        assert "Replay all 1 not delivered" in text_of(get(browser, path))
        act(browser, path, "replay")
        assert "Replay all" not in text_of(get(browser, path))


def test_an_address_that_cannot_be_used_is_named_beside_its_field(desk):
    """What was typed stays in the field, escaped."""
    browser = desk.signed_in()
    for typed in ("ftp://files.example/", 'https://x.example/?"><script>', "https://a@b.example/"):
        page = add(desk, browser, typed)
        assert page.status_code == 422
        assert 'aria-invalid="true"' in page.text
        assert "<script>" not in page.text.partition("<main")[2]
    assert (
        'value="https://x.example/?&#34;&gt;&lt;script&gt;"'
        in add(desk, browser, 'https://x.example/?"><script>').text
    )


def test_an_admin_of_another_site_finds_nothing(desk, receiver):
    """Neither in the list nor by its address, and no button works there."""
    services = desk.services
    services.people.add(
        "carl@vestibule.example",
        name="Carl",
        role=Role.ADMIN,
        site_slug="blog",
        password="correct horse battery",
    )
    made = services.delivering.webhooks.add(desk.news.id, Wish(receiver.url), by=BY_OPERATOR)
    browser = desk.signed_in("carl")
    page = get(browser, "/desk/webhooks")
    assert receiver.url not in page.text
    path = f"/desk/webhooks/{desk.news.id}/{made.endpoint.id}"
    crossed = f"/desk/webhooks/{desk.blog.id}/{made.endpoint.id}"
    assert get(browser, path).status_code == get(browser, crossed).status_code == 404
    for one in (path, crossed):
        answer = post(browser, one, {"csrf": token(page), "action": "remove"})
        assert answer.status_code == 404
    assert get(desk.signed_in("bob"), "/desk/webhooks").status_code == 403
