"""What readers see of a thread: order, pages, tombstones, versions."""

import random

from service.core.desk_queue import QueueFilter
from service.core.states import State


def tree(page) -> list[tuple[str, int]]:
    return [(comment.content or "(removed)", comment.depth) for comment, _ in page]


def test_replies_stand_under_their_parents_in_both_orders(world):
    """Threads are sorted by their first comment; within one, replies are oldest first."""
    first = world.add_decided(State.APPROVED, "first")
    second = world.add_decided(State.APPROVED, "second")
    reply = world.add_decided(State.APPROVED, "reply to first", parent=first)
    world.add_decided(State.APPROVED, "reply to second", parent=second)
    world.add_decided(State.APPROVED, "reply to reply", parent=reply)
    below_first = [("first", 0), ("reply to first", 1), ("reply to reply", 2)]
    below_second = [("second", 0), ("reply to second", 1)]
    assert tree(world.page()) == below_first + below_second
    assert tree(world.page(newest_first=True)) == below_second + below_first


def test_only_approved_comments_are_shown(world):
    """Neither pending nor held, spam, rejected or deleted ones."""
    world.add("pending")
    for state in (State.HELD, State.SPAM, State.REJECTED):
        world.add_decided(state, str(state))
    deleted = world.add_decided(State.APPROVED, "deleted")
    world.move(deleted, State.DELETED)
    world.add_decided(State.APPROVED, "shown")
    assert tree(world.page()) == [("shown", 0)]


def test_replies_under_a_removed_parent_stay_under_a_tombstone(world):
    """A removed comment keeps its place while anything approved hangs below it."""
    parent = world.add_decided(State.APPROVED, "parent")
    child = world.add_decided(State.APPROVED, "child", parent=parent)
    grandchild = world.add_decided(State.APPROVED, "grandchild", parent=child)
    world.move(parent, State.SPAM)
    world.move(child, State.DELETED)
    shown = world.page()
    assert tree(shown) == [("(removed)", 0), ("(removed)", 1), ("grandchild", 2)]
    assert all(not (c.author_name or c.avatar_id) for c, _ in shown if c.removed)
    world.move(grandchild, State.REJECTED)
    assert world.page() == []
    assert world.position().thread.approved_count == 0
    world.move(parent, State.APPROVED)
    assert tree(world.page()) == [("parent", 0)]


def test_pages_by_key_join_to_the_whole_thread(world):
    """Whatever the page size and the order, the pages are the whole thread, once."""
    rng = random.Random(7)
    ids: list[str] = []
    for number in range(60):
        parent = rng.choice(ids) if ids and rng.random() < 0.6 else None
        if parent and len(world.paths[parent]) > 16 * 6:
            parent = None
        ids.append(world.add(f"text {number}", parent=parent))
    world.conclude(world.lease(*ids), State.APPROVED)
    for removed in rng.sample(ids, 15):
        world.move(removed, State.SPAM)
    for newest_first in (False, True):
        whole = world.page(newest_first=newest_first, limit=200)
        for limit in (1, 3, 7, 59):
            joined, after = [], None
            while page := world.page(newest_first=newest_first, after=after, limit=limit):
                joined += page
                after = page[-1][1]
            assert joined == whole


def test_a_threads_version_grows_with_what_readers_see_and_only_then(world):
    """A held or spam verdict is nothing to readers; an approval or a removal is."""
    versions = [world.position().thread.version]

    def seen() -> bool:
        versions.append(world.position().thread.version)
        return versions[-1] > versions[-2]

    held = world.add_decided(State.HELD)
    assert not seen()
    world.move(held, State.SPAM)
    assert not seen()
    world.move(held, State.APPROVED)
    assert seen()
    world.move(held, State.DELETED)
    assert seen()


def test_a_stale_decision_is_not_stored(world):
    """Of two moderators who saw the same version, one is told that the other was faster."""
    comment = world.add_decided(State.HELD)
    assert world.move(comment, State.APPROVED, version=2)
    assert not world.move(comment, State.SPAM, version=2)
    assert world.state(comment) is State.APPROVED
    with world.store.read() as tx:
        assert [one.to_state for one in tx.decisions(world.site.id, comment)] == [
            State.HELD,
            State.APPROVED,
        ]
        head = tx.head(world.site.id, comment)
        assert (head.version, head.previous_state) == (3, State.HELD)


def test_the_queue_is_paged_by_key_and_counted_by_state(world):
    """Oldest first, across pages, with counts for every state."""
    ids = [world.add_decided(State.HELD, f"held {number}") for number in range(7)]
    world.add_decided(State.SPAM)
    seen, after = [], None
    with world.store.read() as tx:
        while page := tx.queue_page(QueueFilter((world.site,)), after=after, limit=3):
            seen += [one.id for one in page.comments]
            after = page.more
            if after is None:
                break
        assert tx.queue_counts([world.site]) == {State.HELD: 7, State.SPAM: 1}
    assert seen == ids
