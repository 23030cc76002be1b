"""Lessons in the store, on both databases: versions, readings, resets, and many at once."""

import threading
from dataclasses import replace
from datetime import timedelta

from test_revisions import edit, lease

from service.core.learning import lessons_from
from service.core.lessons import FilterState, Label, Lesson
from service.core.states import State
from service.store import SqlStore
from service.wiring import new_id


def lesson(world, comment_id: str, label: Label = Label.SPAM, **given) -> Lesson:
    made = Lesson(world.site.id, comment_id, 0, label, new_id(), new_id(), world.now)
    return replace(made, **given)


def keep(world, *kept: Lesson, of: str | None = None) -> bool:
    with world.store.write() as tx:
        return tx.keep_lessons(world.site.id, of or kept[0].comment_id, kept)


def stored(world) -> list[Lesson]:
    with world.store.read() as tx:
        return sorted(tx.lessons(world.site.id), key=lambda one: one.decision_id)


def version(world) -> int | None:
    with world.store.read() as tx:
        return tx.filter_versions([world.site.id]).get(world.site.id)


def test_each_change_has_a_version(world):
    """A filter is up to date if it is of the latest version; what changes nothing makes none."""
    assert version(world) is None
    one, other = lesson(world, world.add()), lesson(world, world.add(), Label.OK)
    assert keep(world, one)
    assert keep(world, other)
    assert not keep(world, other)
    assert (stored(world), version(world)) == ([one, other], 2)
    changed = replace(one, label=Label.OK, decision_id=new_id())
    assert keep(world, changed)
    assert (stored(world), version(world)) == ([other, changed], 3)


def test_what_was_read_stays_with_the_text_and_goes_with_the_lesson(world):
    """Another label does not change a text; of a withdrawn lesson nothing is left."""
    one = lesson(world, world.add())
    keep(world, one)
    with world.store.write() as tx:
        tx.keep_readings(world.site.id, [replace(one, reading=b"numbers")])
    keep(world, replace(one, label=Label.OK, decision_id=new_id()))
    assert [found.reading for found in stored(world)] == [b"numbers"]
    assert keep(world, of=one.comment_id)
    assert (stored(world), version(world)) == ([], 3)
    with world.store.write() as tx:
        tx.keep_readings(world.site.id, [replace(one, reading=b"late")])
    assert stored(world) == []
    assert keep(world, one), "taught again"
    assert [found.reading for found in stored(world)] == [b""]


def test_a_snapshot_is_kept_for_its_version_only(world):
    """What a slow worker made of older lessons does not replace what there is."""
    keep(world, lesson(world, world.add()))
    made = FilterState(1, made_of=1, made_at=world.now, snapshot=b"one")
    with world.store.write() as tx:
        tx.keep_snapshot(world.site.id, made)
        assert tx.filter_state(world.site.id) == made
    keep(world, lesson(world, world.add()))
    with world.store.write() as tx:
        tx.keep_snapshot(world.site.id, replace(made, snapshot=b"late"))
        assert tx.filter_state(world.site.id) == replace(made, version=2)


def test_a_reset_forgets_and_keeps_the_past_out(world):
    """Afterwards only what is decided later counts; without a time everything counts again."""
    old, new = lesson(world, world.add()), lesson(world, world.add())
    new = replace(new, at=world.now + timedelta(minutes=2))
    keep(world, old)
    with world.store.write() as tx:
        tx.reset_filter(world.site.id, since=world.now + timedelta(minutes=1))
    assert (stored(world), version(world)) == ([], 2)
    assert not keep(world, old)
    assert keep(world, new)
    assert [one.key for one in stored(world)] == [new.key]
    with world.store.write() as tx:
        tx.reset_filter(world.site.id, since=None)
    assert keep(world, old)
    with world.store.write() as tx:
        tx.keep_readings(world.site.id, [replace(old, reading=b"numbers")])
        tx.forget_readings(world.site.id)
    assert [one.reading for one in stored(world)] == [b""]


def test_the_text_of_a_lesson_is_the_one_that_was_decided_about(world):
    """An edit does not put other words into the mouth of an earlier decision."""
    comment = world.add_decided(State.HELD, "first", parent=None)
    world.move(comment, State.APPROVED)
    edit(world, comment, "second")
    world.conclude_revisions(lease(world, comment, 2), State.APPROVED)
    world.move(comment, State.SPAM)
    with world.store.read() as tx:
        found = lessons_from(tx.decisions(world.site.id, comment))
        texts = tx.lesson_texts(world.site.id, [one.key for one in found])
    assert {one.revision: one.label for one in found} == {0: Label.OK, 2: Label.SPAM}
    assert {one.revision: one.content for one in texts} == {0: "first", 2: "second"}
    assert {one.author_name for one in texts} == {"Ada"}


def test_what_was_taught_is_listed_page_by_page(world):
    """Comments that a person decided about, once each, and those with lessons."""
    ids = [world.add_decided(State.HELD) for _ in range(5)]
    world.add_decided(State.SPAM)
    for one in ids:
        world.move(one, State.SPAM)
    world.move(ids[0], State.APPROVED)
    stray = world.add_decided(State.APPROVED)
    keep(world, lesson(world, stray))
    found, after = [], None
    with world.store.read() as tx:
        while page := tx.taught_comments(world.site.id, after=after, limit=2):
            found += page
            after = page[-1]
        assert tx.taught_count(world.site.id) == 6
    assert found == sorted([*ids, stray])


def test_many_teach_and_read_at_once_and_nothing_is_lost(world, database_url):
    """Whoever sees a version finds all of its lessons, while four teach and read."""
    number, threads = 30, 4
    ids = [world.add() for _ in range(number * threads)]
    failures: list[Exception] = []
    done = threading.Event()

    def teach(part: list[str]) -> None:
        own = SqlStore(database_url)
        try:
            for one in part:
                with own.write() as tx:
                    tx.keep_lessons(world.site.id, one, [lesson(world, one)])
                with own.write() as tx:
                    read = [replace(found, reading=b"x") for found in tx.lessons(world.site.id)]
                    tx.keep_readings(world.site.id, read)
        except Exception as error:  # noqa: BLE001 (shown below)
            failures.append(error)
        finally:
            own.close()

    def follow() -> None:
        own = SqlStore(database_url)
        try:
            while not done.is_set():
                with own.read() as tx:
                    found = tx.filter_versions([world.site.id]).get(world.site.id, 0)
                    assert len(tx.lessons(world.site.id)) >= found
        except Exception as error:  # noqa: BLE001 (shown below)
            failures.append(error)
        finally:
            own.close()

    workers = [threading.Thread(target=teach, args=[ids[one::threads]]) for one in range(threads)]
    follower = threading.Thread(target=follow)
    for one in [*workers, follower]:
        one.start()
    for one in workers:
        one.join()
    done.set()
    follower.join()
    assert failures == []
    assert version(world) == number * threads
    assert {one.comment_id for one in stored(world)} == set(ids)
