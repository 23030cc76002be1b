"""The kept numbers of comments in each state: right whatever happens, also at the same time."""

import threading
from dataclasses import replace
from datetime import timedelta
from random import Random

from sqlalchemy import func, select

from service.core.states import VERDICTS, State, may_follow
from service.store.queue_tables import state_counts
from service.store.tables import comments, revisions
from tests.store.conftest import NOW


def full_count(world):
    """What a count of all rows says."""
    with world.store.read() as tx:
        rows = tx._connection.execute(
            select(comments.c.state, func.count()).group_by(comments.c.state)
        )
        found = {State(state): number for state, number in rows}
        held = tx._connection.execute(
            select(func.count()).where(revisions.c.state == State.HELD)
        ).scalar_one()
    if held:
        found[State.HELD] = found.get(State.HELD, 0) + held
    return found


def kept(world):
    with world.store.read() as tx:
        return dict(tx.queue_counts([world.site]))


def edit(world, comment, state):
    """Let the author change a comment, and the checks conclude."""
    with world.store.write() as tx:
        number = tx.add_revision(tx.head(world.site.id, comment), "other", now=NOW)
        item = replace(world.item(comment), revision=number)
        drafts = tx.lease([item], until=NOW + timedelta(seconds=9), now=NOW)
    world.conclude_revisions(drafts, state)


def test_the_numbers_are_those_of_a_full_count(world):
    """After verdicts, decisions, edits, edits of edits and erasure."""
    random = Random(7)
    ids = [world.add() for _ in range(30)]
    assert kept(world) == full_count(world) == {State.PENDING: 30}
    for comment in ids[:25]:
        world.conclude(world.lease(comment), random.choice(VERDICTS))
    assert kept(world) == full_count(world)
    for comment in ids[:12]:
        edit(world, comment, random.choice(VERDICTS))
        edit(world, comment, State.HELD)
    assert kept(world) == full_count(world)
    for comment in ids * 3:
        current = world.state(comment)
        following = [state for state in State if may_follow(current, state)]
        if following:
            assert world.move(comment, random.choice(following))
    assert kept(world) == full_count(world)
    with world.store.write() as tx:
        for table in (revisions, comments):
            tx._connection.execute(table.delete())
    assert kept(world) == {}


def test_many_who_decide_at_once_leave_right_numbers(world):
    """Threads that decide crosswise, and one that sums up, neither block each other nor miscount."""
    ids = [world.add_decided(State.HELD) for _ in range(40)]
    faults = []

    def decide(seed):
        random = Random(seed)
        try:
            for comment in random.sample(ids, len(ids)):
                current = world.state(comment)
                target = random.choice([one for one in VERDICTS if may_follow(current, one)])
                world.move(comment, target)
        except BaseException as fault:
            faults.append(fault)
            raise

    def settle():
        for _ in range(30):
            with world.store.write() as tx:
                tx.settle_counts()

    threads = [threading.Thread(target=decide, args=(seed,)) for seed in range(4)]
    threads += [threading.Thread(target=settle) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    assert kept(world) == full_count(world)


def test_summing_up_changes_no_number_and_leaves_few_rows(world):
    """On PostgreSQL every change is a row until then; on SQLite there is nothing to sum up."""
    for _ in range(8):
        comment = world.add_decided(State.HELD)
        world.move(comment, State.SPAM)
    before = kept(world)
    with world.store.write() as tx:
        tx.settle_counts()
    with world.store.read() as tx:
        rows = tx._connection.execute(select(state_counts)).all()
        assert not tx.has_loose_counts()
    assert len(rows) == 2
    assert kept(world) == before == {State.SPAM: 8}


def test_numbers_are_kept_for_each_site(world, store):
    """Another site's comments do not count."""
    from tests.store.conftest import World, make_site

    other = World(store, make_site(store, "blog"), world.thread)
    world.add_decided(State.HELD)
    other.add_decided(State.HELD)
    with store.read() as tx:
        assert tx.queue_counts([world.site]) == {State.HELD: 1}
        assert tx.queue_counts([world.site, other.site]) == {State.HELD: 2}
        assert tx.queue_counts([]) == {}
