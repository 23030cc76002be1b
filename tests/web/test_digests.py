"""Digests: whoever decides is told that comments wait, not too often, and nothing anybody typed."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from desks import ADDRESS, Desk, get, post
from mail_server import receiving

from service import wiring
from service.core.people import Role
from service.core.policy import Contribution, packaged_policy
from service.core.rules import Family
from service.core.signals import Signal
from service.core.site import SiteSettings

PERSON = "mia@mail-of-news.net"


@pytest.fixture
def server():
    with receiving() as running:
        yield running


@pytest.fixture
def services(settings, database_url, redis_url, server):
    built = wiring.build(
        settings(
            database_url=database_url,
            redis_url=redis_url,
            smtp_host="127.0.0.1",
            smtp_port=server.port,
            smtp_encryption="none",
            smtp_from="comments@news.example",
            public_url="https://comments.example",
            rate_network_per_minute=100_000,
        )
    )
    yield built
    built.close()


@pytest.fixture
def desk(services):
    made = Desk(services)
    services.people.add(
        PERSON, name="Mia\nBcc: x", role=Role.MODERATOR, site_slug="news", password="correct horse"
    )
    return made


def set_site(desk, **changes):
    site = replace(SiteSettings(), **({"digest_waiting": 2, "digest_after_minutes": 0} | changes))
    desk.news = desk.services.change_site("news", settings=site)


def later(desk, **by):
    """The digests as they would be sent at a later time."""
    digests = desk.services.delivering.digests
    return replace(digests, clock=lambda: desk.services.clock() + timedelta(**by))


def hold(desk, *texts):
    parts = [Contribution(Signal("MANY_LINKS", 1.0), 3.0, "Links.", Family.SPAM)]
    return [desk.comment(one, name="Eve Visitor", parts=parts) for one in texts]


def test_a_digest_comes_when_many_wait_and_tells_nothing_that_was_typed(desk, server):
    """Numbers, times, plain sentences and links; text and HTML alike; no header from a name."""
    set_site(desk)
    hold(desk, "Secret text one")
    assert desk.services.delivering.digests() == 0
    (first, second) = [*hold(desk, "<b>Secret</b> text two"), *hold(desk, "three")]
    assert desk.services.delivering.digests() == 1
    (mail,) = server.arrived
    assert mail.to == [PERSON]
    assert mail.message["Subject"] == "3 comments wait at news"
    assert mail.message["Bcc"] is None
    for text in (mail.part("plain"), mail.part("html")):
        assert "3 comments wait for a moderator at news" in text
        assert f"https://comments.example{first}" in text
        assert f"https://comments.example{second}" in text
        assert "https://comments.example/desk/?state=held" in text
        assert "Secret" not in text
        assert "Eve" not in text
        assert packaged_policy().rule("MANY_LINKS").sentence in unescape(text)
    assert ADDRESS.encode() not in mail.raw
    assert b"198.51.100" not in mail.raw
    off = mail.message["List-Unsubscribe"].strip("<>")
    assert off in mail.part("plain")
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_digest_comes_when_one_has_waited_for_long(desk, server):
    """By the site's own measure; without either measure none comes."""
    set_site(desk, digest_waiting=0, digest_after_minutes=60)
    hold(desk, "One")
    assert later(desk, minutes=59)() == 0
    assert later(desk, minutes=61)() == 1
    assert server.arrived[0].message["Subject"] == "1 comment waits at news"
    assert "the first for 61 minutes" in server.arrived[0].part("plain")
    set_site(desk, digest_waiting=0, digest_after_minutes=0)
    assert later(desk, days=2)() == 0


def test_digests_come_no_more_often_than_the_site_says(desk):
    """Within the pause none; after it only where something new waits, else once a day."""
    set_site(desk, digest_pause_minutes=60)
    hold(desk, "one", "two")
    assert desk.services.delivering.digests() == 1
    hold(desk, "three")
    assert later(desk, minutes=59)() == 0
    assert later(desk, minutes=61)() == 1
    assert later(desk, minutes=200)() == 0
    assert later(desk, minutes=61, days=1)() == 1


def test_who_gets_them(desk, server):
    """Who may decide at that site, but for addresses that reach nobody, and who wants none."""
    services = desk.services
    for name, role, site in (
        ("viewer", Role.VIEWER, "news"),
        ("elsewhere", Role.MODERATOR, "blog"),
        ("admin", Role.ADMIN, None),
    ):
        services.people.add(
            f"{name}@mail-of-news.net",
            name=name,
            role=role,
            site_slug=site,
            password="correct horse",
        )
    set_site(desk)
    hold(desk, "one", "two")
    assert services.delivering.digests() == 2
    assert sorted(one.to[0] for one in server.arrived) == ["admin@mail-of-news.net", PERSON]


def test_a_mail_that_was_not_taken_comes_again_soon(desk, server):
    """A quarter of an hour later, if the server was only busy; not before its time if it refused."""
    set_site(desk)
    hold(desk, "one", "two")
    server.refused[PERSON] = "451 busy"
    assert desk.services.delivering.digests() == 0
    server.refused.clear()
    assert later(desk, minutes=10)() == 0
    server.refused[PERSON] = "550 nobody here"
    assert later(desk, minutes=16)() == 0
    server.refused.clear()
    assert later(desk, minutes=32)() == 0
    hold(desk, "three")
    assert later(desk, minutes=16 + 241)() == 1


def test_two_couriers_send_one(desk, server):
    """A digest is claimed before it is sent."""
    from concurrent.futures import ThreadPoolExecutor

    set_site(desk)
    hold(desk, "one", "two")
    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(lambda _: desk.services.delivering.digests(), range(4)))
    assert sum(sent) == len(server.arrived) == 1


def test_opening_the_link_asks_and_its_button_ends_the_mails(desk, server):
    """A GET changes nothing; the button, or a mail program's own, needs no session."""
    set_site(desk)
    hold(desk, "one", "two")
    desk.services.delivering.digests()
    off = server.arrived[0].message["List-Unsubscribe"].strip("<>")
    path = off.removeprefix("https://comments.example")
    mia = path.split("/")[4]
    stranger = desk.browser("https://comments.example")
    mails = desk.services.delivering.mails
    assert "No more mails when comments wait?" in get(stranger, path).text
    assert mails.wants(mia)
    for wrong in (f"{path}x", path.replace(mia, desk.news.id), f"{path}{'x' * 200}"):
        assert get(stranger, wrong).status_code == 404
        assert post(stranger, wrong, {}).status_code == 404
    assert mails.wants(mia)
    answer = post(stranger, path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert not mails.wants(mia)
    hold(desk, "three")
    assert later(desk, days=2)() == 0


def test_one_switches_them_at_the_desk(desk):
    """Off and on again, each by a button."""
    browser = desk.signed_in("ada", "https://comments.example")
    page = get(browser, "/desk/mails")
    csrf = re.search(r'name="csrf"\s+value="(.*?)"', page.text)[1]
    assert "checked" in page.text
    post(browser, "/desk/mails", {"csrf": csrf})
    assert "checked" not in get(browser, "/desk/mails").text
    post(browser, "/desk/mails", {"csrf": csrf, "digests": "on"})
    assert "checked" in get(browser, "/desk/mails?done=1").text


def test_an_invitation_is_mailed_where_there_is_a_mail_server(desk, server):
    """The link reaches the address; where the mail is not taken, the page says so and has it, too."""
    browser = desk.signed_in("ada", "https://comments.example")
    page = get(browser, "/desk/people")
    csrf = re.search(r'name="csrf"\s+value="(.*?)"', page.text)[1]
    form = {"csrf": csrf, "email": "new@mail-of-news.net", "place": "news", "role": "moderator"}
    answer = post(browser, "/desk/people/invite", form)
    link = re.search(r'value="(https://comments\.example/desk/join/.*?)"', answer.text)[1]
    (mail,) = server.arrived
    assert mail.to == ["new@mail-of-news.net"]
    assert mail.message["Subject"] == "Ada invites you to moderate comments"
    assert link in mail.part("plain")
    assert link in mail.part("html")
    assert "The invitation is on its way" in answer.text
    server.refused["other@mail-of-news.net"] = "550 no"
    answer = post(browser, "/desk/people/invite", form | {"email": "other@mail-of-news.net"})
    assert "It could not be mailed." in answer.text
    assert "/desk/join/" in answer.text
