"""Sites, threads, contacts, keys and people; the schema; and many writers at once."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import IntegrityError

from service.core.comment import Thread
from service.core.errors import SetupError
from service.core.records import KeyClaim
from service.store import SqlStore, is_current, migrate
from service.store.engine import Database
from service.store.tables import metadata
from service.wiring import new_id
from tests.store.conftest import NOW, make_site


def test_the_migrations_make_the_tables_that_the_code_uses(database_url):
    """Nothing stands in the metadata that the migrations do not make, and nothing besides."""
    database = Database(database_url)
    try:
        with database.read() as connection:
            options = {"include_object": _is_of(connection.dialect.name)}
            context = MigrationContext.configure(connection, opts=options)
            assert compare_metadata(context, metadata) == []
    finally:
        database.close()
    assert is_current(database_url)
    migrate(database_url)


def _is_of(dialect):
    """SQLite finds words by a full-text table, in tables of its own, and PostgreSQL by an index."""

    def included(_thing, name, kind, *_rest):
        if kind == "table":
            return not name.startswith("found_words")
        return dialect != "sqlite" or name != "ix_readings_words"

    return included


def test_an_unreachable_database_is_said_in_plain_words_without_its_password():
    """The message names the setting; the driver's own text would repeat the address."""
    for url in ("postgresql+psycopg://u:sesame@127.0.0.1:9/x", "sqlite:////dev/null/x.db"):
        with pytest.raises(SetupError) as caught:
            is_current(url)
        assert "VESTIBULE_DATABASE_URL" in str(caught.value)
        assert "sesame" not in str(caught.value)


def test_a_site_is_read_as_it_was_stored_and_changed_by_version(store):
    """Settings survive the round trip; a change against an old version is refused."""
    site = make_site(store)
    with store.write() as tx:
        assert tx.site("news") == site
        assert tx.site("other") is None
        assert not tx.add_site(replace(site, id=new_id()), now=NOW)
        changed = replace(site, settings=replace(site.settings, hold_all=True))
        assert tx.change_site(changed)
        assert not tx.change_site(site)
    with store.read() as tx:
        assert tx.site("news") == replace(changed, version=2)
        assert list(tx.sites_by_id([site.id])) == [site.id]


def test_a_thread_is_found_by_address_and_by_the_sites_own_id(store):
    """The site's own id wins, so that a moved article keeps its comments."""
    site = make_site(store)
    one = Thread(new_id(), site.id, "https://news.example/a", "A", False, 1)
    with store.write() as tx:
        assert tx.add_thread(one, "news.example/a", "7", now=NOW) == one
    with store.read() as tx:
        assert tx.thread(site.id, "news.example/a", None) == one
        assert tx.thread(site.id, "news.example/moved", "7") == one
        assert tx.thread(site.id, "news.example/a", "8") == one
        assert tx.thread(site.id, "news.example/b", None) is None
        assert tx.thread_position("news", "news.example/b", None).thread is None
        assert tx.thread_position("gone", "news.example/a", None) is None
    with store.write() as tx:
        other = Thread(new_id(), site.id, "https://news.example/a", "B", False, 1)
        assert tx.add_thread(other, "news.example/a", None, now=NOW) == one


def test_requests_that_name_a_page_differently_leave_no_name_without_a_thread(world):
    """Eight pages that share an id race for it; each name leads to a thread that exists."""
    barrier = threading.Barrier(8)
    failed: list[BaseException] = []

    def work(number: int) -> None:
        barrier.wait()
        try:
            with world.store.write() as tx:
                url = f"news.example/{number}"
                new = Thread(new_id(), world.site.id, f"https://{url}", "", False, 1)
                tx.add_thread(new, url, "shared", now=NOW)
        except BaseException as error:  # noqa: BLE001 (shown by the assertion below)
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failed == []
    with world.store.read() as tx:
        shared = tx.thread(world.site.id, None, "shared")
        found = [tx.thread(world.site.id, f"news.example/{number}", None) for number in range(8)]
    assert shared in found
    assert {one for one in found if one is not None} == {shared}
    with world.store.write() as tx:
        unnamed = found.index(None)
        new = Thread(new_id(), world.site.id, f"https://news.example/{unnamed}", "", False, 1)
        assert tx.add_thread(new, f"news.example/{unnamed}", None, now=NOW) == new
        assert tx.thread(world.site.id, f"news.example/{unnamed}", None) == new


def test_a_thread_known_by_its_address_is_given_one_id(world):
    """The first id that a site names it by is kept; a second one, from whomever, is not."""
    with world.store.write() as tx:
        tx.link_thread(world.thread, "7")
        tx.link_thread(world.thread, "8")
    with world.store.read() as tx:
        assert tx.thread(world.site.id, "news.example/moved", "7") == world.thread
        assert tx.thread(world.site.id, None, "8") is None


def test_many_first_comments_at_once_make_one_thread_and_one_contact(world):
    """Sixteen requests for a new page by one author race; all of them find the same rows."""
    barrier = threading.Barrier(16)
    found: list[tuple[str, str, bool]] = []
    failed: list[BaseException] = []

    def work() -> None:
        barrier.wait()
        try:
            with world.store.write() as tx:
                new = Thread(new_id(), world.site.id, "https://news.example/z", "Z", False, 1)
                thread = tx.add_thread(new, "news.example/z", "z", now=NOW)
                claim = claimed(tx, claim_of(world, b"k" * 16))
            found.append((thread.id, world.contact(b"same" * 4), claim))
        except BaseException as error:  # noqa: BLE001 (shown by the assertion below)
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(16)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failed == []
    assert len({thread_id for thread_id, _, _ in found}) == 1
    assert len({contact_id for _, contact_id, _ in found}) == 1
    assert sum(first for _, _, first in found) == 1


def test_an_idempotency_key_is_claimed_once_and_forgotten_after_a_day(world):
    """The second claim gets the first one's fingerprint and comment."""
    first, second = claim_of(world, b"k"), claim_of(world, b"k", fingerprint=b"g")
    with world.store.write() as tx:
        assert tx.claimed_key(world.site.id, b"k") is None
        assert claimed(tx, first)
        assert not claimed(tx, second)
        tx.prune(now=NOW + timedelta(hours=23))
        assert tx.claimed_key(world.site.id, b"k") == (b"f", first.comment_id)
        tx.prune(now=NOW + timedelta(hours=25))
        assert tx.claimed_key(world.site.id, b"k") is None
        assert claimed(tx, second)


def test_of_several_keys_the_free_ones_are_claimed(world):
    """The store says that some are taken; a claim is taken back by its own comment only."""
    taken = claim_of(world, b"taken")
    free, rival = claim_of(world, b"free"), claim_of(world, b"taken", fingerprint=b"g")
    with world.store.write() as tx:
        assert claimed(tx)
        assert claimed(tx, taken)
        assert not claimed(tx, free, rival)
        tx.release_key(rival)
        assert tx.claimed_key(world.site.id, b"taken") == (b"f", taken.comment_id)
        assert tx.claimed_key(world.site.id, b"free") == (b"f", free.comment_id)
        tx.release_key(free)
        assert tx.claimed_key(world.site.id, b"free") is None


def test_contacts_are_found_by_many_indexes_at_once(world):
    """More than fit into one question, known ones among unknown ones."""
    site_id = world.site.id
    ids = {(site_id, one.to_bytes(16)): world.contact(one.to_bytes(16)) for one in range(40)}
    strangers = [(site_id, number.to_bytes(16)) for number in range(100, 103)]
    elsewhere = [(new_id(), index) for _, index in ids]
    with world.store.write() as tx:
        assert tx.receive([], [], [*strangers, *ids, *elsewhere]).contact_ids == ids


def test_pages_are_found_as_one_by_one(world):
    """Each question has the answer of `thread_position`, whether there is a page or a site."""
    pages = [
        ("news", "news.example/a", None), ("news", "news.example/b", None),
        ("news", "news.example/a", "17"), ("news", None, None), ("nowhere", "news.example/a", None),
    ]  # fmt: skip
    with world.store.write() as tx:
        found = tx.receive([], pages, []).positions
        assert found == {page: tx.thread_position(*page) for page in pages}
    assert found[pages[0]].thread == world.thread


def test_a_failed_transaction_leaves_nothing(world):
    """What was written before the fault is gone, and the error's text has none of the values."""
    with pytest.raises(IntegrityError) as caught, world.store.write() as tx:
        tx.add_key_id("feedbeef")
        tx.add_comments([_broken(world, content="whisper")])
    assert "whisper" not in str(caught.value)
    with world.store.read() as tx:
        assert tx.key_ids() == frozenset()


def claimed(tx, *claims):
    return tx.receive(claims, [], []).all_claimed


def claim_of(world, key_hash, *, fingerprint=b"f"):
    return KeyClaim(world.site.id, key_hash, fingerprint, comment_id=new_id(), created_at=NOW)


def _broken(world, **changes):
    from service.core.comment import DoorFacts, NewComment

    return NewComment(
        id=new_id(),
        site_id=world.site.id,
        thread_id=None,
        parent_id=None,
        path=b"p" * 16,
        contact_id=None,
        author_name="Ada",
        author_url=None,
        ip_hash=b"",
        network_hash=b"",
        network_sealed=b"",
        facts=DoorFacts(),
        created_at=NOW,
        **changes,
    )


def test_many_writers_all_get_their_turn(world):
    """Reading and then writing in one transaction never ends in a locked database."""
    done: list[str] = []
    failed: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(25):
                comment_id = world.add()
                world.state(comment_id)
                done.append(comment_id)
        except BaseException as error:  # noqa: BLE001 (shown by the assertion below)
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failed == []
    assert len(set(done)) == 200


def test_two_processes_share_the_database(database_url, world):
    """A second store on the same database sees what the first has committed, at once."""
    comment_id = world.add()
    other = SqlStore(database_url)
    try:
        with other.read() as tx:
            assert tx.comment_state(world.site.id, comment_id) is not None
    finally:
        other.close()


def test_key_ids_and_contacts_are_remembered(world):
    """So that a start with another secret can be refused."""
    with world.store.write() as tx:
        tx.add_key_id("aabbccdd")
        tx.add_key_id("aabbccdd")
        assert tx.key_ids() == {"aabbccdd"}
        assert not tx.has_contacts()
    world.contact()
    with world.store.read() as tx:
        assert tx.has_contacts()
