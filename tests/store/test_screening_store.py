"""Leases, attempts and verdicts, on both databases."""

import threading
from dataclasses import replace
from datetime import timedelta

from service.core.decisions import Screening
from service.core.desk_queue import QueueFilter
from service.core.policy import decide, packaged_policy, probability
from service.core.rules import Family
from service.core.signals import Signal
from service.core.states import State
from service.core.trace import recompute, trace_of
from service.wiring import new_id


def test_a_leased_comment_is_nobody_elses_until_the_lease_ends(world):
    """A second worker gets nothing while the lease holds, and the comment once it has run out."""
    comment = world.add()
    (first,) = world.lease(comment, seconds=10)
    assert (first.attempt, first.content) == (1, "hello")
    assert world.lease(comment) == []
    (again,) = world.lease(comment, at=world.now + timedelta(seconds=11))
    assert again.attempt == 2


def test_a_verdict_of_an_older_attempt_changes_nothing(world):
    """A worker that lost its lease cannot overwrite what the next one found."""
    comment = world.add()
    late = world.lease(comment, seconds=10)
    current = world.lease(comment, at=world.now + timedelta(seconds=11))
    assert world.conclude(late, State.APPROVED) == set()
    assert world.state(comment) is State.PENDING
    assert world.conclude(current, State.HELD, "MANY_LINKS") == {comment}
    assert world.state(comment) is State.HELD


def test_running_a_conclusion_twice_changes_nothing(world):
    """The second run of the same job finds the comment decided and writes no second record."""
    comment = world.add()
    drafts = world.lease(comment)
    world.conclude(drafts, State.APPROVED)
    assert world.conclude(drafts, State.SPAM) == set()
    assert world.state(comment) is State.APPROVED
    with world.store.read() as tx:
        assert len(tx.decisions(world.site.id, comment)) == 1


def test_a_renewed_lease_holds_longer_and_a_released_one_leaves_no_trace(world):
    """Renewing moves the end; releasing gives the attempt back."""
    comment = world.add()
    drafts = world.lease(comment, seconds=10)
    with world.store.write() as tx:
        tx.renew(drafts, until=world.now + timedelta(seconds=60))
    assert world.lease(comment, at=world.now + timedelta(seconds=30)) == []
    with world.store.write() as tx:
        tx.release(drafts)
    (again,) = world.lease(comment)
    assert again.attempt == 1


def test_overlapping_batches_are_shared_out(world):
    """Workers that lease the same ids at once get each comment exactly once between them."""
    ids = [world.add(f"text {number}") for number in range(40)]
    taken: list[str] = []
    barrier = threading.Barrier(4)

    def work() -> None:
        barrier.wait()
        taken.extend(draft.id for draft in world.lease(*ids))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    leftover = [draft.id for draft in world.lease(*ids)]
    assert sorted(taken + leftover) == sorted(ids)


def test_stranded_are_old_pending_and_free(world):
    """The sweeper sees neither what is new, nor what is leased, nor what is decided."""
    old, leased, decided = world.add(), world.add(), world.add()
    world.lease(leased, seconds=60)
    world.conclude(world.lease(decided), State.SPAM)
    young = world.add(created_at=world.now + timedelta(seconds=8))
    with world.store.read() as tx:
        now = world.now + timedelta(seconds=9)
        found = tx.stranded(before=now - timedelta(seconds=5), now=now, limit=10)
        assert [item.comment_id for item in found] == [old]
        found = tx.stranded(before=now, now=now + timedelta(hours=1), limit=10)
        assert [item.comment_id for item in found] == [old, leased, young]
        assert tx.pending_count(2) == 2
        assert tx.pending_count(100) == 3


def test_histories_and_rates_count_what_is_the_authors(world):
    """States are counted by contact, recent comments by contact and by network."""
    contact = world.contact()
    for state in (State.APPROVED, State.APPROVED, State.SPAM):
        comment = world.add(contact_id=contact)
        world.conclude(world.lease(comment), state)
    world.add(contact_id=contact, created_at=world.now - timedelta(hours=1))
    drafts = world.lease(world.add(contact_id=contact), world.add(network_hash=b"m" * 16))
    with world.store.read() as tx:
        history = tx.histories(world.site.id, [contact])[contact]
        rates = tx.rates(world.site.id, drafts, since=world.now - timedelta(minutes=10))
    assert history.by_state == {State.APPROVED: 2, State.SPAM: 1, State.PENDING: 2}
    by_author = {draft.contact_id: rates[draft.id] for draft in drafts}
    assert (by_author[contact].author, by_author[contact].network) == (4, 4)
    assert (by_author[None].author, by_author[None].network) == (1, 1)


def test_signals_are_shown_with_their_share_of_the_score(world):
    """What the checks saw stands at the desk with points that sum to the score."""
    comment = world.add("five links")
    world.conclude(world.lease(comment), State.HELD, "MANY_LINKS", "SHOUTING")
    with world.store.read() as tx:
        (shown,) = tx.queue_page(QueueFilter((world.site,)), after=None, limit=10).comments
        (decision,) = tx.decisions(world.site.id, comment)
    assert {part.signal.symbol for part in shown.contributions} == {"MANY_LINKS", "SHOUTING"}
    assert sum(part.points for part in shown.contributions) == 2.5
    assert {part.family for part in shown.contributions} == {Family.SPAM}
    assert (decision.spam, decision.abuse) == (probability(-1.5), probability(-4.0))


def test_a_trace_comes_back_as_it_went_in(world):
    """Rules, sums, versions and signals: on both databases to the last digit, shadows included."""
    comment = world.add("five links")
    signals = [
        Signal("MANY_LINKS", 0.7, "4 links", ((0, 4), (5, 9))),
        Signal("FIRST_TIME_AUTHOR", 1 / 3),
        Signal("UNKNOWN", 0.1),
        Signal("SHOUTING", 0.2, "loud"),
    ]
    packaged = packaged_policy()
    tried = replace(packaged.rules["SHOUTING"], shadow=True)
    policy = replace(packaged, rules={**packaged.rules, "SHOUTING": tried})
    verdict = decide(signals, policy)
    trace = trace_of(verdict, policy, versions={"part": "1"}, input_hash="ab" * 16)
    (draft,) = world.lease(comment)
    screening = Screening(comment, world.site.id, draft.attempt, verdict, trace=trace)
    with world.store.write() as tx:
        tx.conclude([screening], now=world.now, new_id=new_id)
    world.move(comment, State.APPROVED)
    with world.store.read() as tx:
        assert tx.traces(world.site.id, [comment, world.add()]) == {(comment, 0): trace}
        shown = tx.queued(world.site, comment)
    assert recompute(trace) == verdict
    assert shown.contributions == verdict.contributions
    assert shown.policy == trace.policy
