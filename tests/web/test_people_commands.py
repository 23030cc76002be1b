"""`vestibule moderator`: what it does to people without an account of one's own."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner

from service import wiring
from service.cli import main
from service.core.audit import Event
from service.core.errors import Conflict, Forbidden
from service.core.people import Membership, Role
from service.core.places import Place
from service.core.site import SiteSettings
from service.usecases.sign_in import CodeNeeded

ANN = "ann@vestibule.example"
PLACE = Place("192.0.2.0/24")


@pytest.fixture
def built(settings, sqlite_url, redis_url):
    made = wiring.build(settings(database_url=sqlite_url, redis_url=redis_url))
    made.add_site("news", name="", origins=["https://news.example"], settings=SiteSettings())
    yield made
    made.close()


@pytest.fixture
def moderator(built, tmp_path):
    """Runs the command; `status` is what it must end with."""
    environment = {
        "VESTIBULE_DATABASE_URL": built.settings.database_url,
        "VESTIBULE_SECRET_KEY": built.settings.secret_key,
        "VESTIBULE_DATA_DIR": str(tmp_path),
    }

    def run(*arguments, status=0, stdin="a good password\n"):
        done = CliRunner().invoke(main, ["moderator", *arguments], env=environment, input=stdin)
        assert done.exit_code == status, done.output
        return done.output

    return run


def test_adding_may_be_repeated_at_every_start(moderator, built):
    """The second time nothing changes, not even the password; another role is an error."""
    add = ("add", ANN, "--role", "admin", "--password-file", "-")
    assert "Added an admin" in moderator(*add)
    assert "nothing is changed" in moderator(*add, stdin="another password\n")
    assert built.people.sign_in(ANN, "a good password", PLACE)
    with pytest.raises(Forbidden):
        built.people.sign_in(ANN, "another password", PLACE)
    assert "other roles" in moderator("add", ANN, "--role", "viewer", status=2)
    assert "other roles" in moderator("add", ANN, "--role", "admin", "--site", "news", status=2)
    assert "at least 10" in moderator(*add, status=2, stdin="short\n")
    assert "no site nope" in moderator("add", ANN, "--role", "admin", "--site", "nope", status=2)


def test_of_many_that_add_at_the_same_moment_all_succeed(built):
    """As containers do that start together."""

    def add(_number):
        try:
            built.people.add(ANN, name="", role=Role.ADMIN, site_slug=None, password="0123456789")
        except Conflict:
            return "there already"
        return "added"

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(add, range(4)))
    assert outcomes == ["added"] + ["there already"] * 3


def test_people_are_listed_given_roles_and_removed(moderator, built):
    """Addresses are masked; the last admin of all sites stays."""
    moderator("add", ANN, "--role", "admin", "--name", "Ann", "--password-file", "-")
    moderator("add", "bo@vestibule.example", "--role", "viewer", "--site", "news", "--name", "Bo")
    listed = moderator("list").splitlines()
    assert re.fullmatch(
        r"Ann\ta•••@v•••\.example\tadmin for all sites\tno codes\tnot signed in", listed[0]
    )
    assert "viewer for news" in listed[1]
    moderator("role", "bo@vestibule.example", "moderator", "--site", "news")
    moderator("role", "bo@vestibule.example", "viewer")
    found = built.people.roster.found("bo@vestibule.example")
    with built.store.read() as tx:
        news = tx.site("news").id
    assert set(found.memberships) == {Membership(Role.MODERATOR, news), Membership(Role.VIEWER)}
    assert "must remain" in moderator("role", ANN, "viewer", status=2)
    assert "must remain" in moderator("role", ANN, "none", status=2)
    assert "must remain" in moderator("remove", ANN, status=2)
    moderator("role", "bo@vestibule.example", "none")
    assert "Bo is removed" in moderator("remove", "bo@vestibule.example")
    assert "There is no moderator" in moderator("remove", "bo@vestibule.example", status=2)
    events = [one.event for one in built.audit.chain(news)]
    assert events[-3:] == [Event.PERSON_ADDED, Event.ROLE_CHANGED, Event.PERSON_REMOVED]


def test_lost_codes_and_stolen_sessions(moderator, built):
    """Codes are reset and required, sessions end."""
    moderator("add", ANN, "--role", "admin", "--password-file", "-")
    ann = built.people.roster.found(ANN)
    with built.store.write() as tx:
        tx.set_totp(ann.id, b"sealed")
    assert isinstance(built.people.sign_in(ANN, "a good password", PLACE), CodeNeeded)
    assert "signs in by password" in moderator("reset-codes", ANN)
    session = built.people.sign_in(ANN, "a good password", PLACE).secret
    assert not built.people.find_session(session).session.lacks_totp
    assert "required of everybody at news" in moderator("require-codes", "--site", "news")
    assert built.people.find_session(session).session.lacks_totp
    assert "left to everybody at news" in moderator("require-codes", "--site", "news", "--off")
    assert "signed out everywhere" in moderator("sign-out", ANN)
    assert built.people.find_session(session) is None
