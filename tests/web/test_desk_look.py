"""The frame of the desk's pages: its places, its themes, and the scripts of others."""

import hashlib
import json
import re
from base64 import b64encode
from html import unescape
from importlib.resources import files

import pytest
from desks import Desk, get, post, token_of

from service.core.people import Permission
from service.web.desk import navigation
from service.web.desk.navigation import Place, add_place, places_for
from service.web.desk.scripts import HTMX
from service.web.desk.themes import COOKIE


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def desk(services):
    return Desk(services)


# -- places ----------------------------------------------------------------------------------------


def test_the_page_that_is_open_is_marked_in_the_navigation(desk):
    """The queue's own page is the current one, and a comment's record belongs to the queue."""
    browser = desk.signed_in()
    marks = [
        re.findall(r'class="places".*?aria-current="(\w+)">(\w+)<', page.text, re.DOTALL)
        for page in (get(browser, "/desk/"), get(browser, desk.comment()))
    ]
    assert marks == [[("page", "Queue")], [("true", "Queue")]]


def test_places_stand_in_their_order_for_whom_they_are(desk, monkeypatch):
    """Each page adds its own line; one that is not for a moderator is not shown to them."""
    monkeypatch.setattr(navigation, "_PLACES", {})
    late = Place("Late", "desk.late", order=90)
    own = Place("Admins", "desk.admins", order=20, needs=Permission.PEOPLE)
    early = Place("Early", "desk.early", order=10)
    for place in (late, own, early):
        add_place(place)
    people = [
        desk.services.people.find_session(_secret(desk.signed_in(name))) for name in ("ada", "vera")
    ]
    assert [list(places_for(one.moderator)) for one in people] == [
        [early, own, late],
        [early, late],
    ]
    with pytest.raises(ValueError, match="has a place already"):
        add_place(early)


def _secret(browser):
    return next(one.value for one in browser._cookies.values() if "vestibule" in one.key)


def test_nobody_sees_places_before_signing_in(desk):
    """The page to sign in has neither navigation nor scripts."""
    page = get(desk.browser(), "/desk/sign-in").text
    assert 'class="places"' not in page
    assert "<script" not in page


# -- themes ----------------------------------------------------------------------------------------


def test_a_theme_is_chosen_without_scripts_and_kept(desk):
    """The choice leads back to its page, holds for all pages of the browser, and can be undone."""
    browser = desk.signed_in()
    token = token_of(browser)
    assert "data-theme" not in get(browser, "/desk/").text
    back = "/desk/?state=spam"
    for name, mark in (("dark", 'data-theme="dark"'), ("light", 'data-theme="light"')):
        answer = post(browser, "/desk/theme", {"csrf": token, "theme": name, "back": back})
        assert (answer.status_code, answer.location) == (303, back)
        assert mark in get(browser, "/desk/").text
    post(browser, "/desk/theme", {"csrf": token, "theme": "automatic", "back": back})
    assert "data-theme" not in get(browser, "/desk/").text


@pytest.mark.parametrize(
    "back",
    ["", "https://evil.example/desk/", "//evil.example/desk/", "/\\evil.example", "/v1/x",
     "/desk/\\..", "/desk/\n", "javascript:alert(1)", "http:/desk/"],
)  # fmt: skip
def test_a_choice_of_theme_leads_nowhere_else(desk, back):
    """What is no page of the desk stands for the queue."""
    browser = desk.signed_in()
    form = {"csrf": token_of(browser), "theme": "dark", "back": back}
    assert post(browser, "/desk/theme", form).location == "/desk/"


def test_an_odd_theme_is_none(desk):
    """A form with an unknown theme is refused; a cookie with one does not count."""
    browser = desk.signed_in()
    form = {"csrf": token_of(browser), "theme": '"><b>', "back": ""}
    assert post(browser, "/desk/theme", form).status_code == 400
    browser.set_cookie(COOKIE, '"><b>', domain="localhost")
    assert "data-theme" not in get(browser, "/desk/").text


# -- scripts of others -----------------------------------------------------------------------------


def test_a_vendored_script_is_the_one_that_was_taken(desk):
    """Its digest is the one that pages name, its licence lies beside it, and browsers may run it."""
    name, _, expected = HTMX.integrity.partition("-")
    folder = files("service.web.desk") / "static"
    body = (folder / HTMX.path).read_bytes()
    assert b64encode(hashlib.new(name, body).digest()).decode() == expected
    licence = (folder / HTMX.path.replace(".min.js", ".LICENSE.txt")).read_text("utf-8")
    assert HTMX.version in licence
    assert "Zero-Clause BSD" in licence
    page = get(desk.signed_in(), "/desk/").text
    assert f'integrity="{HTMX.integrity}"' in page
    with get(desk.browser(), f"/desk/static/{HTMX.path}") as answer:
        assert answer.data == body
        assert answer.mimetype == "text/javascript"


def test_htmx_is_told_to_evaluate_nothing_and_to_keep_nothing(desk):
    """Its settings fit the policy, and no page stays in the browser's storage."""
    page = get(desk.signed_in(), "/desk/").text
    settings = json.loads(unescape(re.search(r'name="htmx-config"\s+content="(.*?)"', page)[1]))
    assert settings["allowEval"] is False
    assert settings["includeIndicatorStyles"] is False
    assert settings["allowScriptTags"] is False
    assert settings["historyCacheSize"] == 0
