"""The record of what people did: it grows in order, and whatever is done to it later shows."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from service.core.audit import BY_NOBODY, BY_OPERATOR, AuditQuestion, Entry, Event, by_key
from service.crypto import Keyring, SealedVault
from service.store import SqlStore
from service.store.engine import Database
from service.usecases.audit import Audit, erase_details, mark_of
from service.wiring import new_id
from tests.store.conftest import NOW, make_site

VAULT = SealedVault(Keyring("a secret of this test, which is long enough"))


@pytest.fixture
def store(database_url: str) -> Iterator[SqlStore]:
    made = SqlStore(database_url, stamp=VAULT.stamp)
    yield made
    made.close()


@pytest.fixture
def audit(store):
    return Audit(store, VAULT, lambda: NOW)


@pytest.fixture
def run(database_url):
    """Runs a statement past the store, as whoever has the database may."""
    database = Database(database_url, pool_size=1)

    def run(statement, **values):
        with database.write() as connection:
            connection.execute(text(statement), values)

    yield run
    database.close()


def record(store, *entries):
    with store.write() as tx:
        for entry in entries:
            tx.record(entry)


def entry(site_id, number=1, event=Event.SITE_CHANGED, **given):
    given = {"by": BY_OPERATOR, "details": {"number": number}} | given
    return Entry(site_id, event, given.pop("by"), NOW + timedelta(seconds=number), **given)


def five(store, site_id=None):
    record(store, *(entry(site_id, number, about=f"thing {number}") for number in range(1, 6)))


# -- appending -------------------------------------------------------------------------------------


def test_each_site_and_the_installation_have_a_chain_of_their_own(store, audit):
    """Numbers count from one in each, and each is whole."""
    site_id = make_site(store).id
    record(store, entry(site_id, 1), entry(None, 1), entry(site_id, 2))
    assert audit.chains() == [None, site_id]
    assert [one.number for one in audit.chain(site_id)] == [1, 2]
    assert [one.details for one in audit.chain(None)] == [{"number": 1}]
    for one in (None, site_id):
        found = audit.verify(one)
        assert (found.fault, found.unknown_stamps) == (None, 0)


def test_what_is_rolled_back_leaves_no_trace(store, audit):
    """An entry is part of the transaction of what it records."""
    with pytest.raises(RuntimeError), store.write() as tx:
        tx.record(entry(None))
        raise RuntimeError
    assert list(audit.chain(None)) == []
    five(store)
    assert audit.verify(None).count == 5


def test_many_at_once_stand_in_one_line(store, audit):
    """Threads that record in several chains at the same moment wait for each other, no more."""
    sites = [make_site(store, slug).id for slug in ("news", "blog")]

    def work(turn):
        for number in range(10):
            # In another order each time: what is recorded waits for the end of the transaction.
            order = [*sites, None] if turn % 2 else [None, *reversed(sites)]
            record(store, *(entry(one, number) for one in order))

    threads = [threading.Thread(target=work, args=(turn,)) for turn in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [audit.verify(one).count for one in (*sites, None)] == [40, 40, 40]
    assert all(audit.verify(one).fault is None for one in (*sites, None))


def test_details_of_any_kind_and_length_are_taken(store, audit):
    """Text that no database would take as it is, and more of it than anybody reads."""
    odd = {
        "nul": "a\0b",
        "half": "\ud800",
        "long": "x" * 9000,
        "many": list(range(9999)),
        "n": None,
    }
    record(store, entry(None, details=odd | {"pair": {"from": ("a",), "to": {"b": NOW}}}))
    (link,) = audit.chain(None)
    assert link.details["nul"] == "a\0b"
    assert link.details["half"] == "\ud800"
    assert len(link.details["long"]) == 2001
    assert len(link.details["many"]) == 200
    assert link.details["pair"] == {"from": ["a"], "to": {"b": str(NOW)}}
    assert audit.verify(None).fault is None


# -- what was altered ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE audit SET payload = '{}' WHERE number = 3", (3, "details were altered")),
        ("UPDATE audit SET payload = NULL, salt = NULL WHERE number = 3", (3, "taken away")),
        ("UPDATE audit SET about = 'x' WHERE number = 2", (2, "it was altered")),
        ("UPDATE audit SET event = 'session.ended' WHERE number = 2", (2, "it was altered")),
        ("UPDATE audit SET doer_kind = 'nobody' WHERE number = 4", (4, "it was altered")),
        ("UPDATE audit SET stamp = digest WHERE number = 4", (4, "not written by this")),
        ("DELETE FROM audit WHERE number = 1", (1, "missing")),
        ("DELETE FROM audit WHERE number = 3", (3, "missing")),
        ("DELETE FROM audit WHERE number > 3", (4, "2 at the end are missing")),
        ("UPDATE audit SET number = 9 WHERE number = 5", (5, "1 at the end are missing")),
        ("DELETE FROM audit_heads", (1, "no head")),
    ],
)
def test_the_first_altered_entry_is_named(store, audit, run, statement, fault):
    """Whatever somebody does past the service to one of five entries, or to the end of them."""
    five(store)
    run(statement)
    found, (number, what) = audit.verify(None).fault, fault
    assert found is not None
    assert found.number == number
    assert what in found.what


def test_taking_off_the_end_and_setting_back_the_head_shows(store, audit, run):
    """The head has a stamp of its own, which only the service can make."""
    five(store)
    run("DELETE FROM audit WHERE number > 3")
    run(
        "UPDATE audit_heads SET number = 3, digest = (SELECT digest FROM audit WHERE number = 3),"
        " stamp = (SELECT stamp FROM audit WHERE number = 3)"
    )
    fault = audit.verify(None).fault
    assert (fault.number, fault.what) == (
        4, "what came after it may be missing: the head was altered"
    )  # fmt: skip


def test_a_chain_made_anew_without_the_secret_shows_from_where_it_begins(store, audit, run):
    """Whoever has the database can compute digests, but no stamps."""
    five(store)
    links = list(audit.chain(None))
    run("DELETE FROM audit WHERE number > 2")
    run("UPDATE audit_heads SET number = 2, digest = (SELECT digest FROM audit WHERE number = 2)")
    forger = SealedVault(Keyring("another secret"))

    def stamp(purpose, value):
        # Under the id of the true secret, as a forger would.
        return VAULT.stamp(purpose, value)[:4] + forger.stamp(purpose, value)[4:]

    store._stamp = stamp
    record(store, *(entry(None, one.number, about="nothing") for one in links[2:]))
    fault = audit.verify(None).fault
    assert (fault.number, fault.what) == (3, "it was not written by this installation")


def test_a_head_that_was_noted_shows_a_database_that_was_set_back(store, audit, run):
    """That alone cannot be seen from within: earlier states were genuine, too."""
    five(store)
    with store.read() as tx:
        early = tx.audit_head(None)
    record(store, entry(None, 6))
    with store.read() as tx:
        late = tx.audit_head(None)
    assert audit.verify(None, [early, late]).fault is None
    run("DELETE FROM audit WHERE number = 6")
    run("UPDATE audit_heads SET number = 5, digest = :digest, stamp = :stamp",
        digest=early.digest, stamp=early.stamp)  # fmt: skip
    assert audit.verify(None).fault is None
    assert audit.verify(None, [early]).fault is None
    assert "gone" in audit.verify(None, [late]).fault.what
    record(store, entry(None, 6))
    assert audit.verify(None, [late]).fault.number == 6


def test_a_change_of_secret_is_no_fault(store, audit, run):
    """Entries of before verify with the retired secret, and are counted without it."""
    five(store)
    new = SealedVault(Keyring("new secret", ["a secret of this test, which is long enough"]))
    store._stamp = new.stamp
    record(store, entry(None, 6))
    found = Audit(store, new, lambda: NOW).verify(None)
    assert (found.fault, found.count, found.unknown_stamps) == (None, 6, 0)
    forgetful = Audit(store, SealedVault(Keyring("new secret")), lambda: NOW)
    found = forgetful.verify(None)
    assert (found.fault, found.count, found.unknown_stamps) == (None, 6, 5)
    run("DELETE FROM audit WHERE number > 5")
    assert forgetful.verify(None).fault is not None
    stranger = Audit(store, SealedVault(Keyring("a third secret")), lambda: NOW)
    assert stranger.verify(None).fault is not None


# -- erasing ---------------------------------------------------------------------------------------


def test_details_can_be_erased_and_the_chain_holds(store, audit):
    """What is left tells that there was something, not what; the erasure is recorded."""
    comment_id = new_id()
    record(
        store,
        *(entry(None, number, about=comment_id if number % 2 else "") for number in range(1, 8)),
    )
    with store.write() as tx:
        numbers = tx.audit_numbers(None, comment_id)
        erase_details(tx, None, numbers, by=BY_OPERATOR, at=NOW)
        erase_details(tx, None, [2], by=BY_OPERATOR, at=NOW)
    links = list(audit.chain(None))
    assert [one.number for one in links if one.is_erased] == [1, 2, 3, 5, 7]
    assert all(one.salt is None for one in links if one.is_erased)
    assert [one.about for one in links[7:]] == ["1,3,5,7", "2"]
    found = audit.verify(None)
    assert (found.fault, found.erased) == (None, 5)


# -- reading ---------------------------------------------------------------------------------------


def test_pages_follow_each_other_over_chains_and_filters(store):
    """Every entry comes once, the newest first, also where times are the same in two chains."""
    site_id, person = make_site(store).id, new_id()
    whole = []
    for number in range(1, 30):
        doer = (BY_OPERATOR, BY_NOBODY, by_key(person))[number % 3]
        event = Event.SIGNED_IN if number % 2 else Event.SITE_CHANGED
        one = entry(site_id if number % 5 else None, number // 4, event, by=doer)
        whole.append(one)
        record(store, one)

    def numbers(**asked):
        question = AuditQuestion([site_id, None], **asked)
        found, after = [], None
        while True:
            with store.read() as tx:
                page = tx.audit_page(question, after=after, limit=4)
            found += page
            if len(page) < 4:
                return found
            after = mark_of(page[-1])

    found = numbers()
    assert len({(one.site_id, one.number) for one in found}) == len(found) == 29
    assert [one.at for one in found] == sorted((one.at for one in whole), reverse=True)
    assert len(numbers(events=[Event.SIGNED_IN])) == 15
    assert {one.doer_id for one in numbers(doer=by_key(person))} == {person}
    assert len(numbers(since=NOW + timedelta(seconds=3), until=NOW + timedelta(seconds=4))) == 4
    assert replace(found[0], digest=b"") != found[1]
