"""Lists in the store: entries, who met them, and the settings that became entries."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from service.core.listing import EntryFilter
from service.core.lists import ALL_SITES, Effect, EntryKind, ListEntry
from service.store import migrate
from service.store.engine import Database
from service.wiring import new_id
from tests.store.conftest import NOW
from tests.store.test_migrations import go_back, run

LATER = NOW + timedelta(days=2)


def entry(world, value="casino", **changes) -> ListEntry:
    made = ListEntry(new_id(), world.site.id, EntryKind.WORD, Effect.HOLD, value, value, NOW)
    return replace(made, **changes)


def add(world, *entries) -> set[str]:
    with world.store.write() as tx:
        for one in entries:
            tx.lock_rules(one.site_id)
        return set(tx.add_entries(entries))


def in_force(world, now=NOW, site_id=None) -> list[str]:
    with world.store.read() as tx:
        return [one.value for one in tx.entries_in_force(site_id or world.site.id, now=now)]


def test_an_entry_is_there_until_it_expires_or_ends(world):
    """What expired and what was ended holds no more, and can still be looked at."""
    short, long = entry(world, "one", expires_at=LATER), entry(world, "two", note="Why")
    add(world, short, long)
    assert in_force(world) == ["one", "two"]
    assert in_force(world, LATER) == ["two"]
    with world.store.write() as tx:
        assert tx.end_entries(world.site.id, [long.id], now=LATER, by=None) == {long.id}
        assert tx.end_entries(world.site.id, [long.id], now=LATER, by=None) == set()
    with world.store.read() as tx:
        asked = EntryFilter(world.site.id, LATER, ended=True)
        page = tx.entry_page(asked, after=None, limit=1)
        rest = tx.entry_page(asked, after=page[0].id, limit=5)
        assert [one.value for one in (*page, *rest)] == ["two", "one"]
        assert page[0] == replace(long, ended_at=LATER)
        assert tx.entry_page(replace(asked, text="WHY"), after=None, limit=5) == page
        assert tx.entry_page(replace(asked, text="%"), after=None, limit=5) == []
        assert tx.entry_counts(world.site.id, now=NOW) == {(EntryKind.WORD, Effect.HOLD): 1}


def test_there_is_one_entry_about_one_thing(world):
    """The same on another site, or for all, or of another kind, is another entry."""
    first = entry(world)
    others = (
        entry(world, site_id=ALL_SITES),
        entry(world, site_id=new_id()),
        entry(world, kind=EntryKind.NAME),
    )
    assert add(world, first, *others) == {one.id for one in (first, *others)}
    again = entry(world, effect=Effect.BLOCK)
    assert add(world, again) == set()
    with world.store.write() as tx:
        tx.end_entries(world.site.id, [first.id], now=NOW, by=None)
        assert tx.add_entries([again]) == {again.id}
        assert not tx.restore_entry(world.site.id, first.id, expires_at=None)
        tx.end_entries(world.site.id, [again.id], now=NOW, by=None)
        assert tx.restore_entry(world.site.id, first.id, expires_at=LATER)
        assert tx.entry(world.site.id, first.id) == replace(first, expires_at=LATER)
        assert tx.entry(ALL_SITES, first.id) is None


def test_each_change_makes_another_version(world):
    """Who keeps a site's lists finds out by one number that they are old."""
    add(world, entry(world, "one"), entry(world, "two", site_id=ALL_SITES))
    add(world, entry(world, "three"))
    with world.store.read() as tx:
        versions = tx.rule_versions([world.site.id, ALL_SITES, new_id()])
    assert versions == {world.site.id: 2, ALL_SITES: 1}


def test_a_comment_that_meets_an_entry_is_counted_once(world):
    """However often it is screened; the latest comments come first, page by page."""
    own, for_all = entry(world, "one"), entry(world, "two", site_id=ALL_SITES)
    add(world, own, for_all)
    one, two = world.add(), world.add()
    for firings in ([(own.id, one), (for_all.id, one)], [(own.id, one), (own.id, two)], []):
        with world.store.write() as tx:
            tx.add_firings(world.site.id, firings, now=LATER)
    with world.store.read() as tx:
        assert (tx.entry(world.site.id, own.id).fired, tx.entry(ALL_SITES, for_all.id).fired) == (
            2, 1,
        )  # fmt: skip
        assert tx.entry(world.site.id, own.id).last_fired_at == LATER
        sites = [world.site.id, new_id()]
        met = tx.fired_at(sites, own.id, before=None, limit=1)
        assert met == [(world.site.id, two)]
        assert tx.fired_at(sites, own.id, before=two, limit=5) == [(world.site.id, one)]


@pytest.fixture
def database(database_url):
    made = Database(database_url, pool_size=1)
    yield made
    made.close()


def test_words_and_domains_of_the_settings_become_entries(world, database, database_url):
    """Of a word that was on both lists the stricter one stays; and back again nothing is lost."""
    site_id = world.site.id
    world.store.close()
    go_back(database, "0006")
    settings = (
        '{"held_words": ["Fig  jam", "casino"], "blocked_words": ["casino"],'
        ' "blocked_domains": ["bad.example"], "closed": true}'
    )
    run(database, f"UPDATE sites SET settings = '{settings}'")
    migrate(database_url)
    assert sorted(
        (one.kind, one.effect, one.value, one.key)
        for one in _entries(world, site_id)
    ) == [
        ("domain", "block", "bad.example", "bad.example"),
        ("word", "block", "casino", "casino"),
        ("word", "hold", "Fig  jam", "fig jam"),
    ]  # fmt: skip
    with world.store.read() as tx:
        assert tx.sites()[0].settings.closed
        assert tx.rule_versions([site_id]) == {site_id: 1}
    world.store.close()
    go_back(database, "0006")
    with database.read() as connection:
        kept = connection.execute(text("SELECT settings FROM sites")).scalar_one()
    assert "Fig  jam" in str(kept)
    assert "bad.example" in str(kept)
    migrate(database_url)


def _entries(world, site_id):
    with world.store.read() as tx:
        return tx.entries_in_force(site_id, now=NOW + timedelta(days=10_000))
