"""Copies and campaigns in SQL, on both databases."""

from datetime import timedelta

from service.core.decisions import Actor, Decision
from service.core.records import CopyKind, CopyMark, WorkItem
from service.core.states import State
from service.wiring import new_id

SKETCH = (1, 2, 2**31 - 1)


def mark(world, comments, *, key=7, kind=CopyKind.SHINGLE, sketches=()):
    with world.store.write() as tx:
        tx.add_copy_marks(
            world.site.id,
            [CopyMark(kind, key, one) for one in comments],
            dict.fromkeys(sketches, SKETCH),
            now=world.now,
        )


def seen(world, *keys, since=None):
    with world.store.read() as tx:
        return tx.copies(world.site.id, keys, since=since or world.now)


def members(world, *campaigns):
    with world.store.read() as tx:
        found = tx.members(world.site.id, campaigns)
    return {one.comment_id: one for one in found}


def test_of_a_key_the_earliest_and_the_latest_are_found(world):
    """However many comments have it, twenty tell of a copy, and of a text that drifts."""
    ids = [world.add() for _ in range(35)]
    mark(world, ids, kind=CopyKind.TEXT, key=2**62 + 5)
    mark(world, ids[:2], sketches=ids[:2])
    mark(world, ids[:2], sketches=ids[:2])
    mark(world, ids[2:3], key=9)
    keys = [(CopyKind.TEXT, 2**62 + 5), *((CopyKind.SHINGLE, key) for key in (7, 8, 9))]
    found = seen(world, *keys)
    texts = [one.mark.comment_id for one in found if one.mark.kind is CopyKind.TEXT]
    assert sorted(texts) == ids[:10] + ids[-10:]
    shingle, _ = sorted(
        (one for one in found if one.mark.kind is CopyKind.SHINGLE),
        key=lambda one: one.mark.comment_id,
    )
    assert (shingle.sketch, shingle.campaign_id) == (SKETCH, ids[0])
    assert (shingle.state, shingle.by_person) == (State.PENDING, False)
    assert {one.sketch for one in found if one.mark.comment_id not in ids[:2]} == {()}
    assert seen(world, *keys, since=world.now + timedelta(seconds=1)) == []
    assert seen(world) == []


def test_what_became_of_a_copy_and_who_decided_is_told(world):
    """A refusal by a person counts for more than one by the checks; deleted is forgotten."""
    by_checks = world.add_decided(State.SPAM)
    by_person = world.add_decided(State.APPROVED)
    world.move(by_person, State.REJECTED)
    deleted = world.add_decided(State.APPROVED)
    world.move(deleted, State.DELETED)
    mark(world, [by_checks, by_person, deleted], sketches=[by_checks, by_person, deleted])
    found = {one.mark.comment_id: one for one in seen(world, (CopyKind.SHINGLE, 7))}
    assert {name: (one.state, one.by_person) for name, one in found.items()} == {
        by_checks: (State.SPAM, False),
        by_person: (State.REJECTED, True),
    }
    assert set(members(world, by_checks, by_person, deleted)) == {by_checks, by_person}


def test_campaigns_are_joined_and_members_beyond_the_count_left_out(world):
    """Joining takes all comments of a campaign along; an edit's new sketch leaves it in."""
    ids = [world.add() for _ in range(6)]
    mark(world, [], sketches=ids)
    with world.store.write() as tx:
        tx.join_campaigns(world.site.id, {ids[2]: ids[1]}, uncounted=())
        tx.join_campaigns(world.site.id, {ids[1]: ids[0], ids[3]: ids[0]}, uncounted=[ids[3]])
    mark(world, [], sketches=[ids[2]])
    found = members(world, ids[0], ids[1], ids[4])
    assert {name: one.campaign_id for name, one in found.items()} == {
        ids[0]: ids[0], ids[1]: ids[0], ids[2]: ids[0], ids[4]: ids[4],
    }  # fmt: skip
    one = found[ids[0]]
    assert (one.thread_id, one.network_hash) == (world.thread.id, b"n" * 16)
    assert (one.contact_id, one.created_at) == (None, world.now)


def test_marks_are_forgotten_after_a_week(world):
    """Fingerprints are no archive."""
    comment = world.add()
    mark(world, [comment, world.add()], sketches=[comment])
    with world.store.write() as tx:
        tx.prune(now=world.now + timedelta(days=6))
    assert seen(world, (CopyKind.SHINGLE, 7))
    assert members(world, comment)
    with world.store.write() as tx:
        tx.prune(now=world.now + timedelta(days=8))
    assert not seen(world, (CopyKind.SHINGLE, 7))
    assert not members(world, comment)


def test_what_the_checks_approved_is_held_again_and_nothing_else(world):
    """A person's approval stands; readers see what is left; the record says why."""
    parent = world.add_decided(State.APPROVED)
    shown = world.add_decided(State.APPROVED, parent=parent)
    by_person = world.add_decided(State.SPAM)
    world.move(by_person, State.APPROVED)
    held, spam = world.add_decided(State.HELD), world.add_decided(State.SPAM)
    notes = dict.fromkeys([shown, by_person, held, spam, new_id()], "It came again.")
    before = world.position().thread
    for expected in ([shown], []):
        with world.store.write() as tx:
            found = tx.hold_again(world.site.id, notes, now=world.now, new_id=new_id)
        assert list(found) == expected
    states = [world.state(one) for one in (parent, shown, by_person, held, spam)]
    assert states == [State.APPROVED, State.HELD, State.APPROVED, State.HELD, State.SPAM]
    after = world.position().thread
    assert after.approved_count == before.approved_count - 1
    assert after.version == before.version + 1
    assert shown not in {one.id for one, _ in world.page()}
    with world.store.read() as tx:
        decision = tx.decisions(world.site.id, shown)[-1]
        head = tx.head(world.site.id, shown)
    assert (decision.from_state, decision.to_state) == (State.APPROVED, State.HELD)
    assert (decision.actor, decision.note) == (Actor.CHECKS, "It came again.")
    assert head.previous_state is State.APPROVED
    assert world.move(shown, State.APPROVED)
    with world.store.write() as tx:
        assert not tx.hold_again(world.site.id, notes, now=world.now, new_id=new_id)


def test_a_comment_whose_edit_a_person_let_pass_is_not_held_again(world):
    """The checks approved it as it came in, but somebody has looked at what it says now."""
    comment = world.add_decided(State.APPROVED)
    with world.store.write() as tx:
        number = tx.add_revision(tx.head(world.site.id, comment), "second", now=world.now)
        item = WorkItem(world.site.id, comment, number)
        drafts = tx.lease([item], until=world.now, now=world.now)
    world.conclude_revisions(drafts, State.HELD)
    with world.store.write() as tx:
        revision = tx.open_revision(world.site.id, comment)
        decision = Decision(
            id=new_id(),
            comment_id=comment,
            site_id=world.site.id,
            from_state=State.HELD,
            to_state=State.APPROVED,
            actor=Actor.MODERATOR,
            moderator_id=None,
            at=world.now,
            revision=number,
        )
        assert tx.move_revision(tx.head(world.site.id, comment), revision, decision)
    with world.store.write() as tx:
        notes = {comment: "It came again."}
        assert not tx.hold_again(world.site.id, notes, now=world.now, new_id=new_id)
    assert world.state(comment) is State.APPROVED
