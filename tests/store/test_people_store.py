"""People, roles, sessions and invitations, as both databases keep them."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from service.core.accounts import Invitation, NewModerator, Session, token_hash
from service.core.chain import INSTALLATION
from service.core.people import Membership, Moderator, Role
from service.store import migrate
from service.store.engine import Database
from service.wiring import new_id
from tests.store.conftest import NOW, make_site
from tests.store.test_migrations import go_back

INDEXES = (b"index", b"older")
INVITATION = Invitation(
    id=new_id(),
    membership=Membership(Role.VIEWER),
    email_sealed=b"sealed",
    email_indexes=(b"index",),
    invited_by=None,
    created_at=NOW,
    expires_at=NOW + timedelta(days=7),
    token_hash=token_hash("secret"),
)


def person(store, *memberships, index=INDEXES, name="Bo"):
    moderator = Moderator(new_id(), name, memberships or (Membership(Role.MODERATOR),))
    with store.write() as tx:
        for one in moderator.memberships:
            first = replace(moderator, memberships=(one,))
            if not tx.add_moderator(NewModerator(first, b"sealed", index, "hash", NOW)):
                tx.set_membership(moderator.id, one)
    return moderator


def session_of(moderator, number=1, **changes):
    made = Session(bytes([number]) * 16, moderator, new_id(), NOW, NOW, "Firefox", b"network")
    return replace(made, **changes)


def test_a_moderator_is_found_by_address_once(store):
    """Under a retired secret's index too, or one address would be two people."""
    with store.read() as tx:
        assert not tx.has_moderators()
    moderator = person(store)
    new = NewModerator(replace(moderator, id=new_id()), b"sealed", INDEXES, "hash", NOW)
    with store.write() as tx:
        assert not tx.add_moderator(new)
        assert not tx.add_moderator(replace(new, email_indexes=(b"newer", b"index")))
        found = tx.credentials([b"older", b"index"])
        assert (found.moderator, found.password_hash) == (moderator, "hash")
        assert tx.credentials([b"other"]) is None
        tx.set_password(moderator.id, "another hash")
        tx.set_name(moderator.id, "Beau")
        assert tx.credentials_of(moderator.id).password_hash == "another hash"
        assert tx.moderator(moderator.id).name == "Beau"


def test_somebody_has_other_roles_at_other_sites(store):
    """One role a place; taking one leaves the others."""
    news, blog = (make_site(store, slug).id for slug in ("news", "blog"))
    moderator = person(store, Membership(Role.ADMIN, news), Membership(Role.VIEWER, blog))
    boss = person(store, Membership(Role.ADMIN), index=(b"boss",), name="Boss")
    with store.write() as tx:
        assert set(tx.moderator(moderator.id).memberships) == set(moderator.memberships)
        tx.set_membership(moderator.id, Membership(Role.MODERATOR, news))
        assert tx.moderator(moderator.id).role_at(news) is Role.MODERATOR
        assert tx.admins_of_all() == [boss.id]
        assert tx.end_membership(moderator.id, blog)
        assert not tx.end_membership(moderator.id, blog)
        assert tx.moderator_names_at([news]) == {moderator.id: "Bo", boss.id: "Boss"}
        assert tx.moderator_names_at([blog]) == {boss.id: "Boss"}
        assert [one.moderator.name for one in tx.people_at(None)] == ["Bo", "Boss"]
        assert [one.moderator.name for one in tx.people_at([blog])] == ["Boss"]


def test_of_somebody_who_was_removed_only_the_name_is_left(store):
    """They cannot sign in, and their address is free again."""
    moderator = person(store)
    with store.write() as tx:
        tx.add_session(session_of(moderator))
        tx.remove_moderator(moderator.id, NOW)
        assert tx.credentials(INDEXES) is None
        assert tx.credentials_of(moderator.id) is None
        assert tx.moderator(moderator.id) is None
        assert tx.session(b"\1" * 16, NOW) is None
        assert tx.people_at(None) == []
        assert tx.moderator_names([moderator.id]) == {moderator.id: "Bo"}
    assert person(store).id != moderator.id


def test_a_sessions_secret_changes_and_the_former_one_counts_for_moments(store):
    """What a browser had asked before the change is answered; a minute later it is worthless."""
    session = session_of(person(store))
    with store.write() as tx:
        tx.add_session(session)
        tx.ask_to_renew_sessions(session.moderator.id)
        assert tx.session(session.id, NOW) == replace(session, must_renew=True)
        assert tx.renew_session(session, b"n" * 16, NOW)
        assert not tx.renew_session(session, b"m" * 16, NOW)
        renewed = replace(session, id=b"n" * 16)
        assert tx.session(b"n" * 16, NOW) == renewed
        assert tx.session(session.id, NOW + timedelta(seconds=29)) == renewed
        assert tx.session(session.id, NOW + timedelta(seconds=30)) is None
        tx.end_session(session.id)
        assert tx.session(b"n" * 16, NOW) is None


def test_sessions_are_listed_and_ended(store):
    """One, all, or all but one; the latest comes first."""
    moderator = person(store)
    first, second, third = (
        session_of(moderator, n, seen_at=NOW + timedelta(minutes=n)) for n in (1, 2, 3)
    )
    with store.write() as tx:
        for one in (first, second, third):
            tx.add_session(one)
        assert tx.sessions_of(moderator.id) == [third, second, first]
        tx.touch_session(replace(first, device="Chrome"), NOW + timedelta(hours=1))
        assert tx.sessions_of(moderator.id)[0].device == "Chrome"
        assert tx.end_session_of(moderator.id, second.family)
        assert not tx.end_session_of(moderator.id, second.family)
        assert not tx.end_session_of(new_id(), third.family)
        tx.end_sessions(moderator.id, but=third.family)
        assert tx.sessions_of(moderator.id) == [third]
        tx.end_sessions(moderator.id)
        assert tx.sessions_of(moderator.id) == []


def test_codes_and_recovery_codes_count_once(store):
    """A time-step is used up with all before it, a recovery code is gone."""
    moderator = person(store)
    with store.write() as tx:
        tx.set_totp(moderator.id, b"sealed secret")
        assert tx.credentials_of(moderator.id).totp_sealed == b"sealed secret"
        assert tx.use_totp_step(moderator.id, 7)
        assert not tx.use_totp_step(moderator.id, 7)
        assert not tx.use_totp_step(moderator.id, 6)
        assert tx.use_totp_step(moderator.id, 8)
        tx.set_recovery_codes(moderator.id, [b"a", b"b"])
        assert tx.use_recovery_code(moderator.id, b"a")
        assert not tx.use_recovery_code(moderator.id, b"a")
        assert not tx.use_recovery_code(new_id(), b"b")
        assert tx.recovery_codes_left(moderator.id) == 1
        tx.set_totp(moderator.id, None)
        assert tx.recovery_codes_left(moderator.id) == 0


def test_who_lacks_codes_is_told_by_the_sites_they_work_for(store):
    """A site's rule is for its people and those of all sites, the installation's for everybody."""
    news, blog = (make_site(store, slug).id for slug in ("news", "blog"))
    people = {
        "news": person(store, Membership(Role.VIEWER, news), index=(b"1",)),
        "blog": person(store, Membership(Role.VIEWER, blog), index=(b"2",)),
        "all": person(store, Membership(Role.VIEWER), index=(b"3",)),
    }

    def lacking():
        with store.read() as tx:
            found = (tx.session(bytes([number]) * 16, NOW) for number in (1, 2, 3))
            return [name for name, one in zip(people, found, strict=True) if one.lacks_totp]

    with store.write() as tx:
        for number, one in enumerate(people.values(), 1):
            tx.add_session(session_of(one, number))
    assert lacking() == []
    with store.write() as tx:
        tx.set_totp_rule(news, required=True)
        tx.set_totp_rule(news, required=True)
        assert tx.totp_rules() == {news}
    assert lacking() == ["news", "all"]
    with store.write() as tx:
        tx.set_totp_rule(None, required=True)
        tx.set_totp(people["all"].id, b"sealed")
    assert lacking() == ["news", "blog"]
    with store.write() as tx:
        tx.set_totp_rule(None, required=False)
        tx.set_totp_rule(news, required=False)
    assert lacking() == []


def test_known_networks_are_known_for_a_while(store):
    """Each is somebody's own, and forgotten when it was not seen for long."""
    moderator = person(store)
    with store.write() as tx:
        tx.note_network(moderator.id, b"net", NOW - timedelta(days=200))
        assert not tx.knows_network(moderator.id, b"net", since=NOW - timedelta(days=180))
        tx.note_network(moderator.id, b"net", NOW)
        assert tx.knows_network(moderator.id, b"net", since=NOW - timedelta(days=180))
        assert not tx.knows_network(new_id(), b"net", since=NOW)
        tx.prune(now=NOW + timedelta(days=181))
        assert not tx.knows_network(moderator.id, b"net", since=NOW)


def test_an_invitation_is_taken_once(store):
    """Used, withdrawn or too old, it is none any more."""
    later = NOW + timedelta(days=7)
    with store.write() as tx:
        tx.add_invitation(INVITATION)
        assert tx.invitation(INVITATION.token_hash) == INVITATION
        assert tx.invitations() == [INVITATION]
        assert not tx.use_invitation(INVITATION.token_hash, later)
        assert tx.use_invitation(INVITATION.token_hash, NOW)
        assert not tx.use_invitation(INVITATION.token_hash, NOW)
        tx.add_invitation(INVITATION)
        assert tx.withdraw_invitation(INVITATION.id) == INVITATION
        assert tx.withdraw_invitation(INVITATION.id) is None
        tx.add_invitation(INVITATION)
        tx.prune(now=later + timedelta(days=8))
        assert tx.invitations() == []


def test_of_many_who_take_an_invitation_at_once_one_gets_it(store):
    """The conditional DELETE decides, on both databases."""
    with store.write() as tx:
        tx.add_invitation(INVITATION)
    taken = []

    def take():
        with store.write() as tx:
            taken.append(tx.use_invitation(INVITATION.token_hash, NOW))

    threads = [threading.Thread(target=take) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(taken) == [False] * 5 + [True]


def test_people_of_before_keep_their_role(database_url, store):
    """The migration makes memberships of roles, both ways; whoever was signed in signs in again."""
    site_id = make_site(store).id
    person(store, Membership(Role.VIEWER, site_id), index=(b"1",), name="One")
    person(
        store, Membership(Role.ADMIN), Membership(Role.VIEWER, site_id), index=(b"2",), name="Two"
    )
    database = Database(database_url, pool_size=1)
    try:
        go_back(database, "0012")
        with database.write() as connection:
            rows = connection.execute(
                text("SELECT name, role, site_id FROM moderators ORDER BY name")
            )
            (_, role, site), (_, admin, nowhere) = rows
        assert (role, str(site).replace("-", "")) == ("viewer", site_id.replace("-", ""))
        assert (admin, nowhere) == ("admin", None)
    finally:
        database.close()
    migrate(database_url)
    with store.read() as tx:
        people = [one.moderator for one in tx.people_at(None)]
    assert [one.memberships for one in people] == [
        (Membership(Role.VIEWER, site_id),), (Membership(Role.ADMIN),)
    ]  # fmt: skip
    assert INSTALLATION not in {one.memberships[0].site_id for one in people}


@pytest.mark.parametrize("number", [2, 8])
def test_two_admins_cannot_take_each_others_role_at_once(store, number):
    """The rows of the admins are locked while one of them is counted out."""
    admins = [
        person(store, Membership(Role.ADMIN), index=(bytes([place]),)).id for place in range(number)
    ]
    refused = []

    def demote(moderator_id):
        with store.write() as tx:
            if len(tx.admins_of_all()) < 2:
                refused.append(moderator_id)
                return
            tx.set_membership(moderator_id, Membership(Role.VIEWER))

    threads = [threading.Thread(target=demote, args=(one,)) for one in admins]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with store.read() as tx:
        assert tx.admins_of_all() == refused
    assert len(refused) == 1
