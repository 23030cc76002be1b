"""The page about people: invitations, roles, and who may change whom."""

import re
import threading

import pytest
from desks import PASSWORD, Desk, get, post, sign_in, token_of

from service.core.accounts import INVITATION_LASTS
from service.core.audit import Event
from service.core.people import Membership, Role

NEW = {"name": "Dora", "password": "dora's password"}


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def desk(services):
    """Cleo manages the site `blog`, where Bob works; Ada manages all."""
    made = Desk(services)
    services.people.add(
        "cleo@vestibule.example", name="Cleo", role=Role.ADMIN, site_slug="blog", password=PASSWORD
    )
    return made


def change(browser, path, **fields):
    return post(browser, f"/desk/people{path}", {"csrf": token_of(browser)} | fields)


def invite(browser, email="dora@vestibule.example", place="blog", role="moderator"):
    answer = change(browser, "/invite", email=email, place=place, role=role)
    assert answer.status_code == 200, answer.text
    assert email not in answer.text
    return re.search(r'value="[^"]*?(/desk/join/[-\w]+)"', answer.text)[1]


def found(desk, name):
    return desk.services.people.roster.found(f"{name}@vestibule.example")


def events(desk, site=None):
    return [one.event for one in desk.services.audit.chain(site.id if site else None)]


# -- invitations -----------------------------------------------------------------------------------


def test_an_invitation_makes_an_account_once(desk):
    """Opening the link takes nothing, a bad password takes nothing, and it works one time."""
    link = invite(desk.signed_in("cleo"))
    dora = desk.browser()
    page = get(dora, link)
    assert page.status_code == 200
    assert "dora@vestibule.example" not in page.text
    assert "As a moderator for <bdi>blog</bdi>" in page.text
    assert post(dora, link, {"name": "Dora", "password": "short"}).status_code == 422
    assert post(dora, link, NEW | {"name": " "}).status_code == 422
    assert post(dora, link, NEW, headers={"Origin": "https://evil.example"}).status_code == 403
    assert post(dora, link, NEW).status_code == 303
    assert "Dora" in get(dora, "/desk/").text
    assert found(desk, "dora").memberships == (Membership(Role.MODERATOR, desk.blog.id),)
    for again in (get(desk.browser(), link), post(desk.browser(), link, NEW)):
        assert again.status_code == 404
    assert sign_in(desk.browser(), "dora", NEW["password"]).status_code == 303
    assert {Event.PERSON_INVITED, Event.PERSON_JOINED} <= set(events(desk, desk.blog))


def test_two_who_take_one_invitation_at_once_make_one_account(desk):
    """A double click is no error that loses the account."""
    link = invite(desk.signed_in("cleo"))
    answers = []

    def take():
        answers.append(post(desk.browser(), link, NEW).status_code)

    threads = [threading.Thread(target=take) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(answers) == [303, 404]


def test_an_invitation_ends_by_withdrawing_and_by_time(desk, monkeypatch):
    """It stands on the page until then."""
    cleo = desk.signed_in("cleo")
    link, other = invite(cleo), invite(cleo, "emil@vestibule.example")
    page = get(cleo, "/desk/people").text
    assert "d•••@v•••.example" in page
    withdraw = re.findall(r"/people(/invitations/[-0-9a-f]+/withdraw)", page)
    assert len(withdraw) == 2
    assert change(desk.signed_in(), withdraw[0]).status_code == 303
    assert change(cleo, withdraw[0]).status_code == 404
    assert get(desk.browser(), link).status_code == 404
    later = desk.services.clock() + INVITATION_LASTS
    object.__setattr__(desk.services.people.invitations, "clock", lambda: later)
    assert get(desk.browser(), other).status_code == 404
    assert post(desk.browser(), other, NEW).status_code == 404


def test_who_has_an_account_takes_an_invitation_with_it(desk):
    """Signed in as themselves; nobody else's session, and no new password, takes it."""
    link = invite(desk.signed_in(), "bob@vestibule.example", "news", "viewer")
    assert "Sign in" in get(desk.browser(), link).text
    assert post(desk.browser(), link, NEW).headers["Location"] == "/desk/sign-in"
    vera, bob = desk.signed_in("vera"), desk.signed_in("bob")
    assert post(vera, link, {"csrf": token_of(vera)}).status_code == 403
    assert post(bob, link, {"csrf": "no"}).status_code == 403
    assert post(bob, link, {"csrf": token_of(bob)}).status_code == 303
    assert found(desk, "bob").role_at(desk.news.id) is Role.VIEWER
    assert found(desk, "bob").role_at(desk.blog.id) is Role.MODERATOR
    assert get(bob, desk.comment()).status_code == 200


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"email": "no address"}, 422), ({"email": "x" * 300 + "@vestibule.example"}, 422),
     ({"role": "king"}, 400), ({"role": ""}, 400), ({"place": "news"}, 404), ({"place": "all"}, 404),
     ({"place": "nope"}, 404)],
)  # fmt: skip
def test_odd_invitations_are_refused(desk, changes, status):
    """Also those for places where one does not manage people."""
    form = {"email": "dora@vestibule.example", "place": "blog", "role": "viewer"} | changes
    assert change(desk.signed_in("cleo"), "/invite", **form).status_code == status
    assert get(desk.browser(), "/desk/join/nope").status_code == 404


# -- roles -----------------------------------------------------------------------------------------


def test_roles_are_changed_for_the_next_click_and_recorded(desk):
    """Promoted, demoted, given another site, and taken away."""
    ada, bob = desk.signed_in(), desk.signed_in("bob")
    path = f"/{found(desk, 'bob').id}/role"
    news = desk.comment()
    assert get(bob, news).status_code == 404
    assert change(ada, path, place="news", role="viewer").status_code == 303
    assert get(bob, news).status_code == 200
    assert post(bob, news, {"csrf": token_of(bob)}).status_code == 403
    assert change(ada, path, place="news", role="admin").status_code == 303
    assert get(bob, "/desk/people").status_code == 200
    assert change(ada, path, place="news", role="none").status_code == 303
    assert get(bob, news).status_code == 404
    assert change(ada, path, place="news", role="none").status_code == 404
    assert get(bob, "/desk/people").status_code == 403
    assert events(desk, desk.news).count(Event.ROLE_CHANGED) == 3
    assert change(ada, path, place="blog", role="none").status_code == 303
    assert get(bob, "/desk/").status_code == 303, "with the last role goes the account"
    assert sign_in(desk.browser(), "bob").status_code == 403
    assert Event.PERSON_REMOVED in events(desk, desk.blog)


def test_an_admin_of_all_sites_must_remain(desk):
    """Neither demoted, nor removed, by themselves or by others."""
    ada = desk.signed_in()
    path = f"/{found(desk, 'ada').id}"
    for answer in (
        change(ada, f"{path}/role", place="all", role="viewer"),
        change(ada, f"{path}/role", place="all", role="none"),
        change(ada, f"{path}/remove"),
    ):
        assert answer.status_code == 409
        assert "must remain" in answer.text
    assert get(ada, "/desk/people").status_code == 200


def test_the_admin_of_a_site_manages_that_sites_people_alone(desk):
    """Others do not exist for them, and the accounts of who works elsewhere are not theirs."""
    cleo, bob = desk.signed_in("cleo"), found(desk, "bob")
    ann = desk.services.people.add(
        "ann@vestibule.example", name="Ann", role=Role.VIEWER, site_slug="news", password=PASSWORD
    )
    page = get(cleo, "/desk/people").text
    names = re.findall(r'<h2 id="person-[-\w]+">\s*<bdi>(\w+)</bdi>', page)
    assert names == ["Ada", "Bob", "Cleo", "Vera"], "those of all sites work at this one, too"
    for deed in ("out", "codes", "remove"):
        assert change(cleo, f"/{ann.id}/{deed}").status_code == 404
        assert change(cleo, f"/{found(desk, 'ada').id}/{deed}").status_code == 403
    assert change(cleo, f"/{ann.id}/role", place="blog", role="admin").status_code == 404
    assert change(cleo, f"/{bob.id}/role", place="news", role="admin").status_code == 404
    assert change(cleo, f"/{bob.id}/role", place="all", role="admin").status_code == 404
    assert change(cleo, "/require-codes", place="all", required="yes").status_code == 404
    assert change(cleo, "/require-codes", place="news", required="yes").status_code == 404

    desk.services.people.roster.give_role(bob.id, Membership(Role.VIEWER, desk.news.id), None)
    assert change(cleo, f"/{bob.id}/remove").status_code == 403
    assert "news" not in get(cleo, "/desk/people").text
    assert change(cleo, f"/{bob.id}/role", place="blog", role="viewer").status_code == 303
    assert found(desk, "bob").role_at(desk.news.id) is Role.VIEWER


def test_somebody_is_signed_out_and_removed(desk):
    """What they did keeps their name; their address may be added again."""
    ada, bob = desk.signed_in(), desk.signed_in("bob")
    path = f"/{found(desk, 'bob').id}"
    assert change(ada, f"{path}/out").status_code == 303
    assert get(bob, "/desk/").status_code == 303
    bob = desk.signed_in("bob")
    where = desk.comment(site=desk.blog)
    form = {"csrf": token_of(bob), "version": "2", "action": "approve"}
    assert post(bob, where, form).status_code == 303
    assert change(ada, f"{path}/remove").status_code == 303
    assert change(ada, f"{path}/remove").status_code == 404
    assert get(bob, "/desk/").status_code == 303
    assert "Bob" in get(ada, where).text
    assert "Bob" in get(ada, "/desk/audit").text
    invite(ada, "bob@vestibule.example")


def test_codes_are_required_at_the_page(desk):
    """The rule shows, and is taken back."""
    ada = desk.signed_in()
    assert change(ada, "/require-codes", place="blog", required="yes").status_code == 303
    assert get(desk.signed_in("bob"), "/desk/").headers["Location"] == "/desk/account/codes"
    desk.services.people.roster.require_totp(desk.blog.id, None, required=False)
    assert "Require codes" in get(ada, "/desk/people?done=rule").text
    assert events(desk, desk.blog).count(Event.TOTP_REQUIRED) == 2
