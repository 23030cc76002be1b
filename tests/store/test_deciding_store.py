"""Deciding and undoing, on both databases: the comment is exactly what it was before."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from test_revisions import edit, lease

from service.core.deciding import UNDO_WITHIN, Judgement, Refusal
from service.core.decisions import Action
from service.core.errors import Conflict, StaleVersion, TransitionRefused
from service.core.learning import lessons_from
from service.core.lessons import Label
from service.core.people import Membership, Moderator, Role
from service.core.states import State
from service.store.tables import comments, revisions, threads
from service.usecases.moderate import DecideComment, DecisionMaker, decide_all
from service.usecases.undo import UndoDecision, undo_all
from service.wiring import new_id

ADA = Moderator(new_id(), "Ada", (Membership(Role.ADMIN),))
BOB = Moderator(new_id(), "Bob", (Membership(Role.MODERATOR),))


def row_of(world, table, *where):
    with world.store.read() as tx:
        return dict(tx._connection.execute(select(table).where(*where)).one()._mapping)


def comment_row(world, comment_id):
    """All of a comment's row but for its version, which only grows."""
    row = row_of(world, comments, comments.c.id == comment_id)
    return {name: value for name, value in row.items() if name != "version"}


def version(world, comment_id):
    with world.store.read() as tx:
        return tx.head(world.site.id, comment_id).version


def judgement(world, comment_id, action, **given):
    seen = given.pop("seen_version", None) or version(world, comment_id)
    return Judgement(world.site.id, comment_id, action, seen, **given)


def decide(world, comment_id, action, who=ADA, *, at=None, **given):
    made = judgement(world, comment_id, action, **given)
    return DecideComment(world.store, lambda: at or world.now, new_id)(made, who)


def last(world, comment_id):
    with world.store.read() as tx:
        return tx.decisions(world.site.id, comment_id)[-1]


def undo(world, decision, who=ADA, *, at=None):
    return UndoDecision(world.store, lambda: at or world.now, new_id)(
        world.site.id, decision.id, who
    )


def lessons(world, comment_id):
    with world.store.read() as tx:
        return {one.revision: one for one in tx.lessons_of(world.site.id, comment_id)}


def record(world, comment_id):
    with world.store.read() as tx:
        return tx.decisions(world.site.id, comment_id)


@pytest.mark.parametrize("state", [State.HELD, State.APPROVED, State.SPAM, State.REJECTED])
@pytest.mark.parametrize("action", [Action.APPROVE, Action.SPAM, Action.REJECT, Action.DELETE])
def test_undoing_restores_every_column(world, state, action):
    """State, what was before it, when it was decided, and what readers count: all as it was."""
    comment_id = world.add_decided(state)
    if action.value.startswith({"approved": "approve", "rejected": "reject"}.get(state, state)):
        return  # it is there already
    before, thread = comment_row(world, comment_id), row_of(world, threads)
    later = world.now + timedelta(minutes=5)
    decide(world, comment_id, action, at=later)
    assert comment_row(world, comment_id)["state"] != state
    assert undo(world, last(world, comment_id), at=later) is state
    assert comment_row(world, comment_id) == before
    after = row_of(world, threads)
    assert after["approved_count"] == thread["approved_count"]
    assert lessons(world, comment_id) == {}
    one = last(world, comment_id)
    assert (one.undoes, one.to_state, one.moderator_id) == (
        record(world, comment_id)[-2].id, state, ADA.id,
    )  # fmt: skip


def test_undoing_goes_back_step_by_step_and_remembers_what_to_restore_to(world):
    """A deleted comment that was restored and undone can be restored to what it was at first."""
    comment_id = world.add_decided(State.APPROVED)
    decide(world, comment_id, Action.SPAM)
    decide(world, comment_id, Action.DELETE)
    deleted = comment_row(world, comment_id)
    decide(world, comment_id, Action.RESTORE)
    assert undo(world, last(world, comment_id)) is State.DELETED
    assert comment_row(world, comment_id) == deleted
    assert decide(world, comment_id, Action.RESTORE) is State.SPAM


def test_an_undone_decision_was_never_learned(world):
    """The lesson before it is back to the last digit, with its own decision and time."""
    comment_id = world.add_decided(State.HELD)
    decide(world, comment_id, Action.APPROVE)
    taught = lessons(world, comment_id)
    assert taught[0].label is Label.OK
    decide(world, comment_id, Action.SPAM, BOB, at=world.now + timedelta(minutes=1))
    assert lessons(world, comment_id)[0].label is Label.SPAM
    undo(world, last(world, comment_id), at=world.now + timedelta(minutes=2))
    assert lessons(world, comment_id) == taught
    assert {one.revision: one for one in lessons_from(record(world, comment_id))} == taught


def test_only_the_latest_decision_can_be_undone_and_only_for_a_day(world):
    """Who comes later is not overruled by an undo; undoing twice is undoing once."""
    comment_id = world.add_decided(State.HELD)
    decide(world, comment_id, Action.APPROVE)
    first = last(world, comment_id)
    decide(world, comment_id, Action.REJECT, BOB)
    second = last(world, comment_id)
    with pytest.raises(StaleVersion):
        undo(world, first)
    with pytest.raises(TransitionRefused, match="too late"):
        undo(world, second, at=world.now + UNDO_WITHIN + timedelta(seconds=1))
    assert undo(world, second) is State.APPROVED
    assert undo(world, second) is State.APPROVED
    assert len(record(world, comment_id)) == 4
    with pytest.raises(TransitionRefused):
        undo(world, last(world, comment_id))
    with pytest.raises(TransitionRefused):
        undo(world, record(world, comment_id)[0])


def test_undoing_the_approval_of_an_edit_shows_the_text_before(world):
    """Readers see again what they saw; the edit waits again as it did."""
    comment_id = world.add_decided(State.APPROVED, "first")
    edit(world, comment_id, "second")
    world.conclude_revisions(lease(world, comment_id, 2), State.HELD)
    decide(world, comment_id, Action.APPROVE, revision=2)
    edit(world, comment_id, "third")
    world.conclude_revisions(lease(world, comment_id, 3), State.HELD)
    before = comment_row(world, comment_id)
    waiting = row_of(world, revisions, revisions.c.number == 3)
    for action in (Action.APPROVE, Action.SPAM):
        decide(world, comment_id, action, revision=3, at=world.now + timedelta(minutes=1))
        assert undo(world, last(world, comment_id)) is State.HELD
        assert comment_row(world, comment_id) == before
        assert row_of(world, revisions, revisions.c.number == 3) == waiting
    assert set(lessons(world, comment_id)) == {2}
    decide(world, comment_id, Action.APPROVE, revision=3)
    approved = last(world, comment_id)
    edit(world, comment_id, "fourth")
    with pytest.raises(StaleVersion):
        undo(world, approved)


def test_who_says_the_same_twice_has_said_it_once(world):
    """A double click makes one decision; another person, or another button, is too late."""
    comment_id = world.add_decided(State.HELD)
    seen = version(world, comment_id)
    for _ in range(2):
        assert decide(world, comment_id, Action.SPAM, seen_version=seen) is State.SPAM
    assert len(record(world, comment_id)) == 2
    for who, action in ((BOB, Action.SPAM), (ADA, Action.APPROVE), (ADA, Action.DELETE)):
        with pytest.raises(StaleVersion):
            decide(world, comment_id, action, who, seen_version=seen)


def test_a_reason_is_stored_where_it_belongs(world):
    """Spam without a reason is spam; an approval has none; one that is unknown is refused."""
    comment_id = world.add_decided(State.HELD)
    decide(world, comment_id, Action.SPAM)
    assert last(world, comment_id).reason == "spam"
    decide(world, comment_id, Action.APPROVE, reason="insult", note="fine")
    assert (last(world, comment_id).reason, last(world, comment_id).note) == ("", "fine")
    decide(world, comment_id, Action.REJECT, reason="insult")
    assert last(world, comment_id).reason == "insult"
    with pytest.raises(Conflict, match="reason"):
        decide(world, comment_id, Action.DELETE, reason="unheard_of")


def test_many_are_decided_and_undone_together_each_for_itself(world):
    """What changed meanwhile, is gone or cannot take the state is told apart; the rest is done."""
    ids = [world.add_decided(State.HELD) for _ in range(4)]
    child = world.add_decided(State.HELD, parent=ids[0])
    approved = world.add_decided(State.APPROVED)
    judgements = [judgement(world, one, Action.APPROVE) for one in [*ids, child, approved]]
    judgements.append(replace(judgements[0], comment_id=new_id()))
    decide(world, ids[3], Action.SPAM, BOB)
    maker = DecisionMaker(ADA, world.now, new_id, bulk_id=new_id())
    with world.store.write() as tx:
        outcomes = decide_all(tx, judgements, maker)
    assert [one.refusal for one in outcomes] == [
        None, None, None, Refusal.CHANGED, None, Refusal.NOT_ALLOWED, Refusal.GONE,
    ]  # fmt: skip
    assert row_of(world, threads)["approved_count"] == 5
    assert row_of(world, comments, comments.c.id == ids[0])["live"] == 2
    made = [one.decision for one in outcomes if one.decision]
    assert {one.bulk_id for one in made} == {maker.bulk_id}
    assert all(set(lessons(world, one.comment_id)) == {0} for one in made)
    with world.store.write() as tx:
        undone = undo_all(tx, made, maker)
    assert {one.refusal for one in undone} == {None}
    assert [world.state(one) for one in [*ids, child]] == [
        State.HELD, State.HELD, State.HELD, State.SPAM, State.HELD,
    ]  # fmt: skip
    assert row_of(world, threads)["approved_count"] == 1
    assert not any(lessons(world, one.comment_id) for one in made)


def test_a_comment_and_its_edit_can_be_decided_together(world):
    """Deciding about the one does not make the other one stale."""
    comment_id = world.add_decided(State.HELD, "first")
    edit(world, comment_id, "second")
    world.conclude_revisions(lease(world, comment_id, 2), State.HELD)
    both = [
        judgement(world, comment_id, Action.APPROVE),
        judgement(world, comment_id, Action.APPROVE, revision=2),
    ]
    with world.store.write() as tx:
        outcomes = decide_all(tx, both, DecisionMaker(ADA, world.now, new_id))
    assert [one.refusal for one in outcomes] == [None, None]
    row = comment_row(world, comment_id)
    assert (row["state"], row["content"]) == (State.APPROVED, "second")
    assert {one: found.label for one, found in lessons(world, comment_id).items()} == {
        0: Label.OK, 2: Label.OK,
    }  # fmt: skip


def test_the_last_step_of_a_moderator_is_found(world):
    """Of their own decisions the latest that stands, within the time that is asked for."""
    first, second = world.add_decided(State.HELD), world.add_decided(State.HELD)

    def found(who=ADA, since=timedelta(days=1)):
        with world.store.read() as tx:
            one = tx.last_decision_by(who.id, [world.site.id], since=world.now - since)
            return one.comment_id if one else None

    assert found() is None
    decide(world, first, Action.APPROVE)
    decide(world, second, Action.APPROVE)
    assert found() == second
    undo(world, last(world, second))
    assert found() == first
    assert found(BOB) is None
    undo(world, last(world, first))
    assert found() is None
