"""Bulk actions, on both databases: counted, carried on, left, resumed, stopped and taken back."""

from datetime import timedelta

import pytest
from test_deciding_store import ADA, BOB, comment_row, decide, lessons, row_of

from service.core.accounts import NewModerator
from service.core.bulk import DONE, BulkItem, Stopped
from service.core.deciding import Refusal
from service.core.decisions import Action
from service.core.desk_queue import QueueFilter
from service.core.errors import Conflict, Forbidden, NotFound
from service.core.people import Membership, Moderator, Role
from service.core.states import State
from service.store.tables import threads
from service.usecases import bulk as bulk_module
from service.usecases.bulk import LEFT_AFTER, BulkActions
from service.wiring import new_id

SECOND = timedelta(seconds=1)


class Clock:
    """Goes on by itself, so that what has a budget of time ends."""

    def __init__(self, now):
        self.now = now

    def __call__(self):
        self.now += timedelta(milliseconds=1)
        return self.now


@pytest.fixture
def clock(world):
    return Clock(world.now)


@pytest.fixture
def bulk(world, clock):
    return BulkActions(world.store, clock, new_id)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(bulk_module, "CHUNK", 10)
    monkeypatch.setattr(bulk_module, "_PAGE", 7)


def held(world, number):
    return [world.add_decided(State.HELD, f"number {one}") for one in range(number)]


def everything(world, state=State.HELD):
    return QueueFilter((world.site,), state)


def states(world, ids):
    return [world.state(one) for one in ids]


def test_all_that_match_are_decided_about_and_taken_back_as_one_step(world, bulk):
    """Counts, lessons and rows are what they were; who came meanwhile is not overruled."""
    ids = held(world, 25)
    before = {one: comment_row(world, one) for one in ids}
    bulk_id = bulk.prepare_all(everything(world), Action.APPROVE, ADA)
    assert bulk.progress(bulk_id, ADA).total == 25
    late = held(world, 1)
    decide(world, ids[3], Action.SPAM, BOB)
    decide(world, ids[4], Action.APPROVE, BOB)
    assert bulk.run(bulk_id, ADA, for_=SECOND).counts == {"": 25}, "nothing before a yes"
    bulk.confirm(bulk_id, ADA, note="All fine.")
    done = bulk.run(bulk_id, ADA, for_=SECOND)
    assert not done.is_going_on
    assert done.counts == {DONE: 23, Refusal.CHANGED: 2}
    assert states(world, late) == [State.HELD]
    assert row_of(world, threads)["approved_count"] == 24
    assert all(lessons(world, one)[0].label == "ok" for one in ids[5:])
    decide(world, ids[7], Action.REJECT, BOB)
    undo_id = bulk.undo(bulk_id, ADA)
    assert bulk.undo(bulk_id, ADA) == undo_id, "a double click"
    undone = bulk.run(undo_id, ADA, for_=SECOND)
    assert undone.counts == {DONE: 22, Refusal.CHANGED: 1}
    for one in ids:
        if one not in (ids[3], ids[4], ids[7]):
            assert comment_row(world, one) == before[one]
            assert lessons(world, one) == {}
    assert world.state(ids[7]) is State.REJECTED
    assert row_of(world, threads)["approved_count"] == 1
    with pytest.raises(Conflict):
        bulk.undo(undo_id, ADA)


def test_what_was_left_is_carried_on_by_the_sweeper(world, bulk, clock):
    """A lost connection leaves no half decision; the rest is done later, once."""
    ids = held(world, 35)
    bulk_id = bulk.prepare_all(everything(world), Action.SPAM, ADA)
    bulk.confirm(bulk_id, ADA)
    part = bulk.progress(bulk_id, ADA).parts[0]
    ada = stored(world, ADA)
    assert bulk._chunk(part, ada)
    assert states(world, ids).count(State.SPAM) == 10
    assert bulk.carry_on_left() == 0, "somebody is at it"
    clock.now += LEFT_AFTER
    assert bulk.carry_on_left() == 1
    assert set(states(world, ids)) == {State.SPAM}
    assert bulk.progress(bulk_id, ADA).counts == {DONE: 35}
    clock.now += LEFT_AFTER
    assert bulk.carry_on_left() == 0


def stored(world, moderator, role=Role.ADMIN):
    """Somebody whom the sweeper finds by their id."""
    with world.store.write() as tx:
        tx.add_moderator(
            NewModerator(
                Moderator(moderator.id, moderator.name, (Membership(role),)),
                b"sealed", (moderator.id.encode()[:16],), "hash", world.now,
            )
        )  # fmt: skip
        return tx.moderator(moderator.id)


def test_a_moderator_demoted_meanwhile_decides_no_more(world, bulk, clock):
    """What was done stays, the rest is not; it says why it was stopped."""
    ids = held(world, 15)
    bulk_id = bulk.prepare_all(everything(world), Action.SPAM, ADA)
    bulk.confirm(bulk_id, ADA)
    part = bulk.progress(bulk_id, ADA).parts[0]
    bulk._chunk(part, ADA)
    viewer = Moderator(ADA.id, "Ada", (Membership(Role.VIEWER),))
    with pytest.raises(Forbidden):
        bulk.run(bulk_id, viewer, for_=SECOND)
    progress = bulk.progress(bulk_id, BOB)
    assert progress.counts == {DONE: 10, "": 5}
    assert progress.parts[0].stopped is Stopped.NOT_ALLOWED
    clock.now += LEFT_AFTER
    assert bulk.carry_on_left() == 0
    assert states(world, ids).count(State.HELD) == 5


def test_the_sweeper_does_nothing_for_who_is_gone(world, bulk, clock):
    """An action of somebody whom nobody knows any more is stopped at its next turn."""
    ids = held(world, 5)
    bulk_id = bulk.prepare_all(everything(world), Action.SPAM, BOB)
    bulk.confirm(bulk_id, BOB)
    clock.now += LEFT_AFTER + SECOND
    bulk.carry_on_left()
    assert bulk.progress(bulk_id, ADA).parts[0].stopped is Stopped.NOT_ALLOWED
    assert set(states(world, ids)) == {State.HELD}


def test_only_who_began_it_runs_it_and_others_stop_it(world, bulk):
    """Bob cannot say yes for Ada; he can stop what goes on and take it back."""
    ids = held(world, 12)
    bulk_id = bulk.prepare_all(everything(world), Action.DELETE, ADA)
    for attempt in (
        lambda: bulk.confirm(bulk_id, BOB),
        lambda: bulk.run(bulk_id, BOB, for_=SECOND),
    ):
        with pytest.raises(Forbidden):
            attempt()
    bulk.confirm(bulk_id, ADA)
    bulk._chunk(bulk.progress(bulk_id, ADA).parts[0], ADA)
    bulk.stop(bulk_id, BOB)
    assert bulk.run(bulk_id, ADA, for_=SECOND).counts == {DONE: 10, "": 2}
    undo_id = bulk.undo(bulk_id, BOB)
    assert bulk.run(undo_id, BOB, for_=SECOND).counts == {DONE: 10}
    assert set(states(world, ids)) == {State.HELD}


def test_another_sites_are_not_there(world, bulk):
    """Who has no part in a site finds neither its comments nor what was done to them."""
    held(world, 2)
    stranger = Moderator(new_id(), "Eve", (Membership(Role.ADMIN, new_id()),))
    with pytest.raises(Conflict):
        bulk.prepare_all(everything(world), Action.SPAM, stranger)
    bulk_id = bulk.prepare_all(everything(world), Action.SPAM, ADA)
    for attempt in (bulk.progress, bulk.stop, bulk.undo, bulk.confirm):
        with pytest.raises(NotFound):
            attempt(bulk_id, stranger)


def test_a_selection_is_taken_as_it_was_seen(world, bulk):
    """Each in the version that was on the page, and none twice."""
    ids = held(world, 3)
    picked = [(world.site.id, BulkItem(one, 0, 2)) for one in [*ids[:2], ids[0]]]
    picked.append((world.site.id, BulkItem(new_id(), 0, 2)))
    bulk_id = bulk.prepare(picked, Action.REJECT, ADA)
    bulk.confirm(bulk_id, ADA, reason="off_topic")
    assert bulk.run(bulk_id, ADA, for_=SECOND).counts == {DONE: 2, Refusal.GONE: 1}
    assert states(world, ids) == [State.REJECTED, State.REJECTED, State.HELD]


def test_old_ones_are_forgotten(world, bulk, clock):
    """What nobody confirmed goes after a day, the rest after a month; decisions stay."""
    ids = held(world, 2)
    first = bulk.prepare_all(everything(world), Action.SPAM, ADA)
    bulk.confirm(first, ADA)
    bulk.run(first, ADA, for_=SECOND)
    held(world, 1)
    second = bulk.prepare_all(everything(world), Action.SPAM, ADA)
    for days, known in ((0, (first, second)), (2, (first,)), (31, ())):
        with world.store.write() as tx:
            tx.prune_bulk_actions(now=clock.now + timedelta(days=days))
        for one in (first, second):
            with world.store.read() as tx:
                assert bool(tx.bulk_parts([world.site.id], one)) is (one in known)
                assert bool(tx.bulk_counts([world.site.id], one)) is (one in known)
    assert set(states(world, ids)) == {State.SPAM}
