"""Edits: what is shown changes only when the new text is approved."""

from dataclasses import replace

from service.core.comment import Revision
from service.core.decisions import Actor, Decision
from service.core.desk_queue import QueueFilter
from service.core.records import WorkItem
from service.core.states import State
from service.wiring import new_id


def edit(world, comment_id: str, text: str) -> int | None:
    with world.store.write() as tx:
        return tx.add_revision(tx.head(world.site.id, comment_id), text, now=world.now)


def lease(world, comment_id: str, number: int):
    with world.store.write() as tx:
        return tx.lease(
            [WorkItem(world.site.id, comment_id, number)], until=world.now, now=world.now
        )


def shown(world) -> list[tuple[str, bool]]:
    return [(one.content, one.edited_at is not None) for one, _ in world.page()]


def open_revision(world, comment_id: str) -> Revision | None:
    with world.store.read() as tx:
        return tx.open_revision(world.site.id, comment_id)


def test_the_shown_text_stays_until_the_edit_is_approved(world):
    """A pending edit changes nothing for readers; its approval does, and shows as an edit."""
    comment = world.add_decided(State.APPROVED, "first")
    version = world.position().thread.version
    assert edit(world, comment, "second") == 2
    assert shown(world) == [("first", False)]
    assert world.position().thread.version == version
    drafts = lease(world, comment, 2)
    assert [(one.content, one.revision, one.attempt) for one in drafts] == [("second", 2, 1)]
    assert world.conclude_revisions(drafts, State.APPROVED) == {comment}
    assert shown(world) == [("second", True)]
    assert world.position().thread.version > version
    assert open_revision(world, comment) is None
    assert not world.move(comment, State.SPAM, version=3), "decided about a text not seen"


def test_a_held_edit_waits_at_the_desk_beside_what_is_shown(world):
    """The queue of held comments lists it with both texts and its own reasons."""
    comment = world.add_decided(State.APPROVED, "first")
    edit(world, comment, "second")
    world.conclude_revisions(lease(world, comment, 2), State.HELD, "MANY_LINKS")
    with world.store.read() as tx:
        (card,) = tx.queue_page(QueueFilter((world.site,)), after=None, limit=5).comments
        assert tx.queue_counts([world.site]) == {State.APPROVED: 1, State.HELD: 1}
        assert tx.queued(world.site, comment).content == "first"
    assert (card.content, card.shown_content, card.revision) == ("second", "first", 2)
    assert [part.signal.symbol for part in card.contributions] == ["MANY_LINKS"]
    assert shown(world) == [("first", False)]


def test_a_moderators_decision_about_an_edit_is_conditional_and_recorded(world):
    """Approving shows it; a second decision by somebody who saw the older version does not count."""
    comment = world.add_decided(State.APPROVED, "first")
    edit(world, comment, "second")
    world.conclude_revisions(lease(world, comment, 2), State.HELD)
    revision = open_revision(world, comment)
    with world.store.read() as tx:
        head = tx.head(world.site.id, comment)
    decision = Decision(
        id=new_id(),
        comment_id=comment,
        site_id=world.site.id,
        from_state=State.HELD,
        to_state=State.APPROVED,
        actor=Actor.MODERATOR,
        moderator_id=None,
        at=world.now,
        revision=2,
    )
    with world.store.write() as tx:
        # As when somebody decides about the comment between reading it and writing.
        assert not tx.move_revision(replace(head, version=head.version - 1), revision, decision)
    assert open_revision(world, comment) == revision, "refused, and yet moved"
    with world.store.write() as tx:
        assert tx.move_revision(head, revision, decision)
    with world.store.write() as tx:
        assert not tx.move_revision(head, revision, replace(decision, id=new_id()))
    assert shown(world) == [("second", True)]
    with world.store.read() as tx:
        record = tx.decisions(world.site.id, comment)
    assert [(one.revision, one.to_state) for one in record] == [
        (0, State.APPROVED),
        (2, State.HELD),
        (2, State.APPROVED),
    ]


def test_a_newer_edit_replaces_one_that_still_waits(world):
    """There is one open edit at most, and the verdict about the older one has no effect."""
    comment = world.add_decided(State.APPROVED, "first")
    edit(world, comment, "second")
    late = lease(world, comment, 2)
    assert edit(world, comment, "third") == 3
    assert world.conclude_revisions(late, State.APPROVED) == set()
    assert shown(world) == [("first", False)]
    assert open_revision(world, comment).number == 3
    world.conclude_revisions(lease(world, comment, 3), State.APPROVED)
    assert shown(world) == [("third", True)]


def test_an_edit_of_what_has_changed_meanwhile_is_refused(world):
    """Two edits from the same look: one of them is told to look again."""
    comment = world.add_decided(State.APPROVED, "first")
    with world.store.write() as tx:
        head = tx.head(world.site.id, comment)
        assert tx.add_revision(head, "second", now=world.now) == 2
        assert tx.add_revision(head, "third", now=world.now) is None


def test_a_stranded_edit_is_found_and_a_released_one_leaves_no_trace(world):
    """The sweeper sees pending edits; leases on them are counted like others."""
    comment = world.add_decided(State.APPROVED, "first")
    edit(world, comment, "second")
    with world.store.read() as tx:
        assert tx.stranded(before=world.now, now=world.now, limit=5) == [
            WorkItem(world.site.id, comment, 2)
        ]
    drafts = lease(world, comment, 2)
    with world.store.write() as tx:
        tx.renew(drafts, until=world.now)
        tx.release(drafts)
    (again,) = lease(world, comment, 2)
    assert again.attempt == 1
