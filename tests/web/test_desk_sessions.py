"""Signing in at the desk and out again, and forms that come from elsewhere."""

import re
from contextlib import ExitStack

import pytest
from desks import BASE, Desk, form_of, get, post, sign_in, token_of

from service import wiring
from service.core.states import State


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def desk(services):
    return Desk(services)


@pytest.fixture
def make_desk(settings, sqlite_url, redis_url):
    """Makes one desk with other settings."""
    with ExitStack() as open_services:

        def make(**given):
            given |= {"database_url": sqlite_url, "redis_url": redis_url}
            services = wiring.build(settings(**given))
            open_services.callback(services.close)
            return Desk(services)

        yield make


# -- signing in ------------------------------------------------------------------------------------


def test_signing_in_opens_the_queue_and_signing_out_ends_the_session(desk):
    """The cookie alone is the session, and its secret is worth nothing after signing out."""
    browser = desk.browser()
    assert get(browser, "/desk/").headers["Location"] == "/desk/sign-in"
    cookie = sign_in(browser).headers["Set-Cookie"]
    secret = re.match("__Host-vestibule=([^;]+);", cookie)[1]
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie
    page = get(browser, "/desk/")
    assert page.status_code == 200
    assert "Nothing waits here" in page.text
    assert secret not in page.text
    assert get(browser, "/desk/sign-in").status_code == 303

    assert post(browser, "/desk/sign-out", {"csrf": token_of(browser)}).status_code == 303
    browser.set_cookie("__Host-vestibule", secret, domain="localhost")
    assert get(browser, "/desk/").status_code == 303


def test_signing_in_again_makes_another_secret_and_ends_the_former(desk):
    """A cookie that was planted or stolen before a sign-in does not live on after it."""
    browser, thief = desk.signed_in(), desk.browser()
    former = browser.get_cookie("__Host-vestibule", domain="localhost").value
    sign_in(browser)
    assert browser.get_cookie("__Host-vestibule", domain="localhost").value != former
    thief.set_cookie("__Host-vestibule", former, domain="localhost")
    assert get(thief, "/desk/").status_code == 303


def test_a_wrong_address_and_a_wrong_password_get_the_same_page(desk):
    """The page does not tell which addresses belong to moderators, and repeats none."""
    stranger = sign_in(desk.browser(), "nobody")
    mistyped = sign_in(desk.browser(), "ada", "not the password")
    assert stranger.status_code == mistyped.status_code == 403
    assert stranger.text == mistyped.text
    assert 'name="password"' in mistyped.text
    assert "ada@" not in mistyped.text
    assert "Set-Cookie" not in mistyped.headers


def test_guessing_passwords_is_slowed_down(desk):
    """After a number of attempts a network gets 429 and the time to wait."""
    browser = desk.browser()
    answers = [sign_in(browser, "nobody", "wrong wrong") for _ in range(15)]
    refused = [one for one in answers if one.status_code == 429]
    assert refused
    assert int(refused[0].headers["Retry-After"]) > 0
    assert 'name="password"' in refused[0].text


@pytest.mark.parametrize(
    ("place", "name", "secure", "warned"),
    [
        (("http://localhost:8080", None), "__Host-vestibule", True, False),
        (("http://127.0.0.1:8080", None), "vestibule-desk", False, False),
        (("http://192.0.2.10:8080", None), "vestibule-desk", False, True),
        (("http://10.0.0.5", "https://talk.example"), "__Host-vestibule", True, False),
    ],
)
def test_the_cookie_fits_the_place(make_desk, place, name, secure, warned):
    """Where browsers drop secure cookies another one is used, with a warning off this machine."""
    base, public_url = place
    browser = make_desk(public_url=public_url).browser(base)
    assert ("not encrypted" in get(browser, "/desk/sign-in").text) is warned
    cookie = sign_in(browser, headers={"Origin": public_url or base}).headers["Set-Cookie"]
    assert cookie.startswith(f"{name}=")
    assert ("Secure" in cookie) is secure


def test_a_browser_that_keeps_no_cookie_is_told_so(desk):
    """Who comes back without a cookie right after signing in reads why."""
    browser = desk.browser()
    there = get(browser, "/desk/?signed_in=1").headers["Location"]
    assert "did not keep you signed in" in get(browser, there).text


# -- forms from elsewhere --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:8080.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": BASE},
    ],
)
def test_forms_of_other_pages_are_refused(desk, headers):
    """Neither signing in nor deciding works from a page that is not the desk's."""
    path = desk.comment()
    assert sign_in(desk.browser(), headers=headers).status_code == 403
    browser = desk.signed_in()
    form = form_of(get(browser, "/desk/"), action="approve")
    assert post(browser, path, form, headers=headers).status_code == 403
    assert desk.state(path) is State.HELD


@pytest.mark.parametrize("token", [None, "", "0" * 32, "é"])
def test_a_form_without_the_sessions_token_changes_nothing(desk, token):
    """A missing, wrong or odd token is refused, and so is another session's."""
    path = desk.comment()
    browser = desk.signed_in()
    form = form_of(get(browser, "/desk/"), action="approve")
    del form["csrf"]
    odd = form if token is None else form | {"csrf": token}
    foreign = form | {"csrf": token_of(desk.signed_in())}
    for one in (odd, foreign):
        assert post(browser, path, one).status_code == 403
    assert post(browser, "/desk/sign-out", odd | {"csrf": "no"}).status_code == 403
    assert desk.state(path) is State.HELD
