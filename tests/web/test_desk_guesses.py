"""Guessing is slow, and locks nobody out for good."""

import pytest
from desks import PASSWORD, Desk, get, sign_in

from service.core.audit import Event
from service.core.errors import TooManyRequests
from service.core.places import Place

EMAIL = "ada@vestibule.example"


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def desk(services):
    return Desk(services)


def browser_at(desk, number, device=None):
    """A browser in a network of its own."""
    browser = desk.browser()
    browser.environ_base["REMOTE_ADDR"] = f"198.51.{number}.7"
    if device is not None:
        browser.set_cookie("__Host-vestibule-device", device, domain="localhost")
    return browser


def flood(desk, name="ada", number=30):
    """Strangers in many networks who try passwords of one account."""
    return [
        sign_in(browser_at(desk, 100 + place), name, "wrong wrong").status_code
        for place in range(number)
    ]


@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_strangers_everywhere_get_ten_guesses_at_one_account(desk, name):
    """More networks give no more guesses, and the answers do not tell whether there is such one."""
    assert flood(desk, name) == [403] * 10 + [429] * 20


def test_owners_get_in_where_they_have_been_before(desk):
    """By the network, and by the browser wherever it is; from elsewhere they wait."""
    home = browser_at(desk, 1)
    assert sign_in(home).status_code == 303
    device = home.get_cookie("__Host-vestibule-device", domain="localhost").value
    assert 429 in flood(desk)
    assert sign_in(browser_at(desk, 2)).status_code == 429
    assert sign_in(browser_at(desk, 1)).status_code == 303
    travelling = browser_at(desk, 3, device)
    assert sign_in(travelling).status_code == 303
    assert sign_in(browser_at(desk, 4), "bob").status_code == 303


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1] + "0", lambda t: "", lambda t: t.replace(".", "..")]
)
def test_a_forged_device_is_a_stranger(desk, change):
    """What names a device is stamped."""
    home = browser_at(desk, 1)
    sign_in(home)
    device = home.get_cookie("__Host-vestibule-device", domain="localhost").value
    flood(desk)
    forged = change(device)
    if forged != device:
        assert sign_in(browser_at(desk, 2, forged)).status_code == 429


def test_another_persons_device_is_a_strangers(desk):
    """It is known for whom it was given out."""
    home = browser_at(desk, 1)
    sign_in(home, "bob")
    device = home.get_cookie("__Host-vestibule-device", domain="localhost").value
    flood(desk)
    assert sign_in(browser_at(desk, 2, device)).status_code == 429


def test_a_known_place_has_its_own_ten_guesses(desk):
    """A stolen browser is no way to guess on, and uses up nothing of others."""
    home = browser_at(desk, 1)
    sign_in(home)
    device = home.get_cookie("__Host-vestibule-device", domain="localhost").value
    answers = [sign_in(browser_at(desk, 2, device), "ada", "wrong").status_code for _ in range(15)]
    assert answers[:9] == [403] * 9
    assert answers[-1] == 429
    assert sign_in(browser_at(desk, 5)).status_code == 303


def test_failed_sign_ins_are_recorded_without_address_or_password(desk):
    """With whom it concerns, from where, and nothing that was typed."""
    sign_in(browser_at(desk, 9), "ada", "a secret guess")
    sign_in(browser_at(desk, 9), "eve.typed@elsewhere", "x")
    failed = [one for one in desk.services.audit.chain(None) if one.event == Event.SIGN_IN_FAILED]
    assert [one.details["network"] for one in failed] == ["198.51.9.0/24"] * 2
    assert [bool(one.about) for one in failed] == [True, False]
    text = "".join(str(one.as_data()) for one in failed)
    assert "a secret guess" not in text
    assert "typed" not in text
    assert "@" not in text


def test_strangers_cannot_fill_the_record(desk):
    """Of attempts at addresses that nobody has, ten in a quarter of an hour are recorded."""
    for number in range(14):
        sign_in(browser_at(desk, 100 + number), f"nobody{number}", "wrong wrong")
    events = [one.event for one in desk.services.audit.chain(None)]
    assert events.count(Event.SIGN_IN_FAILED) == 10


def test_without_redis_one_signs_in_all_the_same(settings, sqlite_url):
    """Guesses are not counted then, and the password is what counts."""
    from service import wiring

    built = wiring.build(settings(database_url=sqlite_url, redis_url="redis://127.0.0.1:1"))
    try:
        desk = Desk(built)
        assert sign_in(desk.browser()).status_code == 303
        assert sign_in(desk.browser(), password="wrong wrong").status_code == 403
    finally:
        built.close()


def test_the_wait_is_told(desk):
    """In seconds, for whoever has to."""
    flood(desk, number=11)
    with pytest.raises(TooManyRequests) as refused:
        desk.services.people.sign_in(EMAIL, PASSWORD, Place("192.0.2.0/24"))
    assert 0 < refused.value.retry_after_seconds <= 91
    answer = sign_in(browser_at(desk, 2))
    assert int(answer.headers["Retry-After"]) <= 91
    assert get(browser_at(desk, 2), "/desk/sign-in").status_code == 200
