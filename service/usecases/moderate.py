"""Moderate: a person decides about a comment; record and filter change in the same transaction."""

from dataclasses import dataclass

from service.core.audit import Entry, Event, by_moderator
from service.core.comment import CommentHead, Revision
from service.core.decisions import TARGETS, Action, Actor, Decision
from service.core.errors import NotFound, StaleVersion, TransitionRefused
from service.core.people import Moderator, Permission
from service.core.ports import Clock, NewId, Reads, Store
from service.core.states import State, may_follow
from service.usecases.flags import settle_flags
from service.usecases.learn import learn


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a moderator wants done, and the version of the comment that they saw.

    With a `revision` it is about that edit of the comment: approve, spam or reject.
    """

    site_id: str
    comment_id: str
    action: Action
    seen_version: int
    note: str = ""
    revision: int = 0


@dataclass(frozen=True, slots=True)
class DecideComment:
    """Returns the state reached. Raises `Forbidden`, `NotFound`, `StaleVersion` or
    `TransitionRefused`; nothing has changed then.
    """

    store: Store
    clock: Clock
    new_id: NewId

    def __call__(self, judgement: Judgement, moderator: Moderator) -> State:
        moderator.require(Permission.DECIDE, judgement.site_id)
        with self.store.write() as tx:
            head = tx.head(judgement.site_id, judgement.comment_id)
            if head is None:
                raise NotFound
            if head.version != judgement.seen_version:
                raise StaleVersion(f"It is {head.state} now. Look at it again before you decide.")
            revision = _revision(tx, judgement)
            current = revision.state if revision is not None else head.state
            target = _target(judgement.action, head)
            if not may_follow(current, target):
                raise TransitionRefused(f"A comment that is {current} cannot become {target}.")
            decision = Decision(
                id=self.new_id(),
                comment_id=head.id,
                site_id=head.site_id,
                from_state=current,
                to_state=target,
                actor=Actor.MODERATOR,
                moderator_id=moderator.id,
                at=self.clock(),
                note=judgement.note,
                revision=judgement.revision,
            )
            moved = (
                tx.move_revision(head, revision, decision)
                if revision is not None
                else tx.move(head, decision)
            )
            if not moved:
                raise StaleVersion("It has just changed. Look at it again before you decide.")
            learn(tx, head.site_id, head.id)
            settle_flags(tx, decision)
            tx.record(
                Entry(
                    head.site_id,
                    Event.COMMENT_DECIDED,
                    by_moderator(moderator),
                    decision.at,
                    about=head.id,
                    details={
                        "from": current,
                        "to": target,
                        "note": judgement.note,
                        "revision": judgement.revision or None,
                    },
                )
            )
        return target


def _revision(tx: Reads, judgement: Judgement) -> Revision | None:
    if not judgement.revision:
        return None
    if judgement.action not in {Action.APPROVE, Action.SPAM, Action.REJECT}:
        raise TransitionRefused("An edit can be approved, marked as spam or rejected.")
    revision = tx.open_revision(judgement.site_id, judgement.comment_id)
    if revision is None or revision.number != judgement.revision:
        raise StaleVersion("The edit has been decided or replaced. Look at it again.")
    return revision


def _target(action: Action, head: CommentHead) -> State:
    if action is not Action.RESTORE:
        return TARGETS[action]
    if head.state is not State.DELETED or head.previous_state is None:
        raise TransitionRefused("Only a deleted comment can be restored.")
    return head.previous_state
