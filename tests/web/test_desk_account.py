"""One's own account at the desk: password, codes, recovery codes, sessions."""

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from desks import PASSWORD, Desk, get, post, sign_in, token_of

from service.core.audit import Event
from service.core.people import Role

COOKIE = "__Host-vestibule"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/150.0.0.0 Safari/537.36"
)


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def desk(services):
    return Desk(services)


def secret_of(browser):
    return browser.get_cookie(COOKIE, domain="localhost").value


def change(browser, path, **fields):
    return post(browser, f"/desk/account{path}", {"csrf": token_of(browser)} | fields)


def set_up(browser):
    """Sign in with codes from now on: what makes the codes, and the recovery codes."""
    page = get(browser, "/desk/account/codes").text
    made = pyotp.TOTP(re.search(r'class="secret">([^<]*)<', page)[1].replace(" ", ""))
    draft = re.search(r'name="draft" value="(\w+)"', page)[1]
    csrf = re.search(r'name="csrf"\s+value="(\w+)"', page)[1]
    form = {"csrf": csrf, "draft": draft, "code": made.now()}
    answer = post(browser, "/desk/account/codes", form)
    assert answer.status_code == 200, answer.text
    return made, re.findall(r"<code>([-\w]{19})</code>", answer.text)


def first_step(browser, name="ada"):
    answer = sign_in(browser, name)
    assert answer.status_code == 200
    return re.search(r'name="ticket" value="([^"]+)"', answer.text)[1]


def second_step(browser, ticket, code):
    return post(browser, "/desk/sign-in/code", {"ticket": ticket, "code": code})


def a_later_code(made):
    """The next one, which counts already: the present one was used to set up."""
    return made.at(datetime.now(UTC) + timedelta(seconds=30))


def events(desk):
    return [one.event for one in desk.services.audit.chain(None)]


# -- name and password -----------------------------------------------------------------------------


def test_a_name_is_changed_and_is_no_address(desk):
    """It stands beside decisions, so that it is one line, and tells no address."""
    browser = desk.signed_in()
    assert change(browser, "/name", name="  Ada   L. ").status_code == 303
    assert "Ada L." in get(browser, "/desk/account?done=name").text
    for odd in ("ada@vestibule.example", "x" * 81, "a\u202eb"):
        answer = change(browser, "/name", name=odd)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
    assert "Ada L." in get(browser, "/desk/").text


def test_a_new_password_ends_other_sessions_and_changes_this_ones_secret(desk):
    """The present one is asked for; a stolen cookie is worthless afterwards."""
    browser, thief, elsewhere = desk.signed_in(), desk.browser(), desk.signed_in()
    thief.set_cookie(COOKIE, secret_of(browser), domain="localhost")
    former = secret_of(browser)
    assert (
        change(browser, "/password", present="wrong", password="a new password").status_code == 403
    )
    assert change(browser, "/password", present=PASSWORD, password="short").status_code == 422
    csrf = token_of(browser)
    answer = change(browser, "/password", present=PASSWORD, password="a new password")
    assert answer.status_code == 303
    assert get(elsewhere, "/desk/").status_code == 303
    assert get(browser, "/desk/account").status_code == 200
    assert secret_of(browser) != former
    # A form that was open before the change still counts, and the page that was on its way came.
    assert token_of(browser) == csrf
    assert get(thief, "/desk/").status_code == 200
    assert secret_of(thief) == former
    assert sign_in(desk.browser()).status_code == 403
    assert sign_in(desk.browser(), password="a new password").status_code == 303
    assert events(desk).count(Event.PASSWORD_SET) == 1


def test_guessing_ones_present_password_is_slowed_down(desk):
    """Who finds a desk unlocked cannot try passwords at it."""
    browser = desk.signed_in()
    answers = [
        change(browser, "/password", present=f"guess {n}", password="x" * 12) for n in range(12)
    ]
    assert [one.status_code for one in answers] == [403] * 10 + [429] * 2


# -- codes -----------------------------------------------------------------------------------------


def test_signing_in_with_a_code_that_counts_once(desk):
    """The password alone lets nobody in any more, and neither does a code for the second time."""
    browser = desk.signed_in()
    page = get(browser, "/desk/account/codes")
    assert "<svg" in page.text
    assert "style=" not in page.text
    made, recovery = set_up(browser)
    assert len(set(recovery)) == 10
    assert get(browser, "/desk/account/codes").status_code == 303

    other = desk.browser()
    ticket = first_step(other)
    assert get(other, "/desk/").status_code == 303
    assert second_step(other, ticket, made.now()).status_code == 403, "used to set up"
    assert second_step(other, ticket, "000000").status_code == 403
    code = a_later_code(made)
    assert second_step(other, ticket, f" {code[:3]} {code[3:]} ").status_code == 303
    assert get(other, "/desk/").status_code == 200
    assert second_step(desk.browser(), ticket, code).status_code == 403
    assert Event.TOTP_STARTED in events(desk)


def test_recovery_codes_count_once_and_however_they_are_typed(desk):
    """One that was used is gone; new ones make all others worthless."""
    browser = desk.signed_in()
    _, recovery = set_up(browser)
    typed = recovery[0].replace("-", " ").upper()
    other = desk.browser()
    assert second_step(other, first_step(other), typed).status_code == 303
    third = desk.browser()
    ticket = first_step(third)
    assert second_step(third, ticket, typed).status_code == 403
    assert "9 recovery codes left" in get(browser, "/desk/account").text
    assert change(browser, "/codes/recovery", present="wrong").status_code == 403
    answer = change(browser, "/codes/recovery", present=PASSWORD)
    new = re.findall(r"<code>([-\w]{19})</code>", answer.text)
    assert len(new) == 10
    assert second_step(third, ticket, recovery[1]).status_code == 403
    assert second_step(third, ticket, new[0]).status_code == 303
    assert Event.RECOVERY_CODE_USED in events(desk)


def test_codes_are_not_set_up_twice_and_end_by_the_password(desk):
    """A session alone is not enough to replace somebody's codes."""
    browser = desk.signed_in()
    page = get(browser, "/desk/account/codes").text
    draft = re.search(r'name="draft" value="(\w+)"', page)[1]
    set_up(browser)
    secret = re.search(r'class="secret">([^<]*)<', page)[1].replace(" ", "")
    answer = change(browser, "/codes", draft=draft, code=pyotp.TOTP(secret).now())
    assert answer.status_code == 409
    assert change(browser, "/codes", draft="00", code="1").status_code == 409
    assert change(browser, "/codes/end", present="wrong").status_code == 403
    assert change(browser, "/codes/end", present=PASSWORD).status_code == 303
    assert sign_in(desk.browser()).status_code == 303
    assert change(browser, "/codes/recovery", present=PASSWORD).status_code == 409


def test_where_codes_are_required_nothing_else_is_open_without_them(desk):
    """Everything leads to the set-up until it is done, and codes cannot be ended there."""
    roster = desk.services.people.roster
    roster.require_totp(desk.blog.id, None, required=True)
    vera, bob = desk.signed_in("vera"), desk.signed_in("bob")
    path = desk.comment(site=desk.blog)
    for browser in (vera, bob):
        for address in ("/desk/", path, "/desk/account"):
            answer = get(browser, address)
            assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/account/codes")
    assert "everybody signs in with codes" in get(bob, "/desk/account/codes").text
    set_up(bob)
    assert get(bob, path).status_code == 200
    assert change(bob, "/codes/end", present=PASSWORD).status_code == 409
    roster.require_totp(desk.blog.id, None, required=False)
    assert get(vera, "/desk/").status_code == 200


@pytest.mark.parametrize("ticket", ["", "x", "é", "AAAA", "A" * 5000])
def test_odd_tickets_are_refused(desk, ticket):
    """Whatever stands in that field, one begins again."""
    answer = second_step(desk.browser(), ticket, "123456")
    assert answer.status_code == 403
    assert "Please sign in again" in answer.text


def test_a_ticket_ends_with_the_password_it_was_for(desk):
    """Somebody who was half signed in has to begin anew after a change of password."""
    made, _ = set_up(desk.signed_in())
    browser = desk.browser()
    ticket = first_step(browser)
    desk.services.people.set_password("ada@vestibule.example", "another password")
    assert second_step(browser, ticket, a_later_code(made)).status_code == 403


# -- sessions --------------------------------------------------------------------------------------


def test_sessions_are_listed_with_their_place_and_ended(desk):
    """One's own only: one by one, or all others at once."""
    here = desk.signed_in()
    there = desk.browser()
    there.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    there.environ_base["HTTP_USER_AGENT"] = FIREFOX
    sign_in(there)
    third = desk.signed_in()
    page = get(here, "/desk/account").text
    assert "Firefox on Linux" in page
    assert "198.51.100.0/24" in page
    assert page.count("this one") == 1
    (family,) = re.findall(r"sessions/([-0-9a-f]{36})/end.*?Firefox", page, re.DOTALL)[:1]
    assert change(desk.signed_in("bob"), f"/sessions/{family}/end").status_code == 404
    other = re.findall(r'sessions/([-0-9a-f]{36})/end"', page)
    assert len(other) == 2
    assert family in other
    assert change(here, f"/sessions/{family}/end").status_code == 303
    assert get(there, "/desk/").status_code in {200, 303}
    assert change(here, "/sessions/end-others").status_code == 303
    assert get(third, "/desk/").status_code == get(there, "/desk/").status_code == 303
    assert get(here, "/desk/").status_code == 200


def test_a_cookie_that_turns_up_elsewhere_is_recorded_and_shown(desk):
    """It is not ended, since people move; but whoever looks can see it."""
    owner = desk.browser()
    owner.environ_base["HTTP_USER_AGENT"] = FIREFOX
    sign_in(owner)
    thief = desk.browser()
    thief.environ_base |= {"HTTP_USER_AGENT": CHROME, "REMOTE_ADDR": "198.51.100.7"}
    thief.set_cookie(COOKIE, secret_of(owner), domain="localhost")
    assert get(thief, "/desk/").status_code == 200
    assert Event.SESSION_MOVED not in events(desk), "not at every request"
    later = desk.services.clock() + timedelta(minutes=2)
    object.__setattr__(desk.services.people.find_session, "clock", lambda: later)
    for browser in (thief, owner, thief, thief):
        assert get(browser, "/desk/").status_code == 200
    moved = [one for one in desk.services.audit.chain(None) if one.event == Event.SESSION_MOVED]
    assert [one.details for one in moved] == [
        {
            "from": "Firefox on Linux, 203.0.113.0/24",
            "to": "Chrome on Windows, 198.51.100.0/24",
        }
    ]
    assert "198.51.100.0/24" in get(thief, "/desk/account").text


def test_a_demoted_moderator_loses_it_at_the_next_request(desk):
    """The role is looked up each time; the session goes on under another secret."""
    people = desk.services.people
    bob = desk.signed_in("bob")
    path = desk.comment(site=desk.blog)
    form = {"csrf": token_of(bob), "version": "2", "action": "approve"}
    former = secret_of(bob)
    found = people.roster.found("bob@vestibule.example")
    membership = found.memberships[0]
    people.roster.give_role(found.id, type(membership)(Role.VIEWER, membership.site_id), None)
    assert post(bob, path, form).status_code == 403
    assert secret_of(bob) != former
    assert get(bob, path).status_code == 200
    people.roster.end_role(found.id, membership.site_id, None)
    assert get(bob, path).status_code == 303
