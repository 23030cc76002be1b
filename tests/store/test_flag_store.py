"""Flags in both databases: each stored once, counted once, settled once, and opened again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from service.core.flags import (
    RECORD_KEPT,
    Flag,
    FlagKind,
    FlagState,
    ReportReason,
    Settlement,
)
from service.core.states import State
from service.wiring import new_id

DISMISSED = {FlagKind.REPORT: FlagState.DISMISSED}


@pytest.fixture
def comment(world):
    return world.add_decided(State.APPROVED)


def report(world, comment_id, network=b"a" * 16, **changes):
    given = {
        "id": new_id(),
        "site_id": world.site.id,
        "comment_id": comment_id,
        "kind": FlagKind.REPORT,
        "text": "Look at this.",
        "created_at": world.now,
        "reason": ReportReason.SPAM,
        "network_hash": network,
    }
    return Flag(**(given | changes))


def appeal(world, comment_id):
    return report(
        world, comment_id, None, kind=FlagKind.APPEAL, reason=None, text="I meant it well."
    )


def add(world, *flags):
    with world.store.write() as tx:
        return [tx.add_flag(flag) for flag in flags]


def test_a_network_reports_a_comment_once_and_its_author_appeals_once(world, comment):
    """A second one is refused by the index, and what is stored comes back as it was."""
    first, second = report(world, comment), report(world, comment, b"b" * 16)
    assert add(world, first, report(world, comment), second) == [True, False, True]
    made = appeal(world, comment)
    assert add(world, made, appeal(world, comment)) == [True, False]
    with world.store.read() as tx:
        assert tx.flags_of(world.site.id, comment) == [first, second, made]
        assert tx.open_flags(world.site.id, [comment]) == {comment: [first, second, made]}
        assert tx.flagged_count([world.site.id]) == {FlagKind.REPORT: 1, FlagKind.APPEAL: 1}
        assert tx.has_appeal(world.site.id, comment)
        assert not tx.has_appeal(world.site.id, new_id())


def test_each_flag_is_told_once(world, comment):
    """The outbox has an event with the flag's id."""
    made = report(world, comment)
    add(world, made, report(world, comment), appeal(world, comment))
    with world.store._database.read() as connection:
        told = connection.exec_driver_sql("SELECT event FROM outbox ORDER BY id").scalars().all()
    assert told == ["comment.approved", "comment.reported", "comment.appealed"]


def test_settling_leaves_what_came_later_and_is_taken_back_by_its_decision(world, comment):
    """Flags up to a mark are settled; undoing the decision opens those that it settled alone."""
    flags = [report(world, comment, bytes([number]) * 16) for number in range(3)]
    add(world, *flags)
    decision, site = new_id(), world.site.id
    with world.store.write() as tx:
        by_hand = Settlement(world.now, moderator_id=new_id(), up_to=flags[0].id)
        assert tx.settle_flags(site, comment, DISMISSED, by_hand) == 1
        assert tx.settle_flags(site, comment, DISMISSED, by_hand) == 0
        upheld = {FlagKind.REPORT: FlagState.UPHELD}
        assert tx.settle_flags(site, comment, upheld, Settlement(world.now, decision)) == 2
        states = [one.state for one in tx.flags_of(site, comment)]
        assert states == [FlagState.DISMISSED, FlagState.UPHELD, FlagState.UPHELD]
        assert tx.reopen_flags(site, decision) == 2
        states = [one.state for one in tx.flags_of(site, comment)]
        assert states == [FlagState.DISMISSED, FlagState.OPEN, FlagState.OPEN]


def test_a_networks_record_is_what_became_of_its_reports(world):
    """Of the last year, at this site, and how many of today."""
    network, site = b"n" * 16, world.site.id
    for days, outcome in ((400, "DISMISSED"), (30, "DISMISSED"), (0, "UPHELD"), (0, "DISMISSED")):
        comment_id = world.add_decided(State.APPROVED)
        add(world, report(world, comment_id, network, created_at=world.now - timedelta(days=days)))
        with world.store.write() as tx:
            outcomes = {FlagKind.REPORT: FlagState[outcome]}
            tx.settle_flags(site, comment_id, outcomes, Settlement(world.now))
    with world.store.read() as tx:
        record = tx.reporter_record(site, network, now=world.now)
        assert (record.upheld, record.dismissed, record.today) == (1, 2, 2)
        assert record.counts
        assert tx.reporter_record(site, b"x" * 16, now=world.now).today == 0
    with world.store.write() as tx:
        tx.prune(now=world.now + RECORD_KEPT - timedelta(days=10))
    with world.store._database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM flags").scalar() == 2


def test_only_reports_that_count_are_counted_and_only_open_ones(world, comment):
    """One by a network that is mostly wrong waits like others, and moves nothing."""
    add(world, report(world, comment), report(world, comment, b"b" * 16, counts=False))
    with world.store.write() as tx:
        assert tx.counting_reports(world.site.id, comment) == 1
        tx.settle_flags(world.site.id, comment, DISMISSED, Settlement(world.now))
        assert tx.counting_reports(world.site.id, comment) == 0


def test_of_reports_at_the_same_moment_the_last_has_seen_them_all(world, comment):
    """Each adds, then counts: exactly one of them counts all, in whichever order they come."""
    barrier = Barrier(4)

    def file(number):
        barrier.wait(timeout=10)
        with world.store.write() as tx:
            assert tx.add_flag(report(world, comment, bytes([number]) * 16))
            return tx.counting_reports(world.site.id, comment)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(file, range(4))) == [1, 2, 3, 4]
