"""Moderate: a person decides about a comment, and it is recorded in the same transaction."""

from dataclasses import dataclass

from service.core.comment import CommentHead
from service.core.decisions import TARGETS, Action, Actor, Decision
from service.core.errors import Forbidden, NotFound, StaleVersion, TransitionRefused
from service.core.people import Moderator
from service.core.ports import Clock, NewId, Store
from service.core.states import State, may_follow


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a moderator wants done, and the version of the comment that they saw."""

    site_id: str
    comment_id: str
    action: Action
    seen_version: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class DecideComment:
    """Returns the state reached. Raises `Forbidden`, `NotFound`, `StaleVersion` or
    `TransitionRefused`; nothing has changed then.
    """

    store: Store
    clock: Clock
    new_id: NewId

    def __call__(self, judgement: Judgement, moderator: Moderator) -> State:
        if not moderator.role.may_decide:
            raise Forbidden("Your role may look, but not decide.")
        # A comment of a site that the moderator has no part in does not exist for them.
        if not moderator.may_see(judgement.site_id):
            raise NotFound
        with self.store.write() as tx:
            head = tx.head(judgement.site_id, judgement.comment_id)
            if head is None:
                raise NotFound
            if head.version != judgement.seen_version:
                raise StaleVersion(f"It is {head.state} now. Look at it again before you decide.")
            target = _target(judgement.action, head)
            if not may_follow(head.state, target):
                raise TransitionRefused(f"A comment that is {head.state} cannot become {target}.")
            decision = Decision(
                id=self.new_id(),
                comment_id=head.id,
                site_id=head.site_id,
                from_state=head.state,
                to_state=target,
                actor=Actor.MODERATOR,
                moderator_id=moderator.id,
                at=self.clock(),
                note=judgement.note,
            )
            if not tx.move(head, decision):
                raise StaleVersion("It has just changed. Look at it again before you decide.")
        return target


def _target(action: Action, head: CommentHead) -> State:
    if action is not Action.RESTORE:
        return TARGETS[action]
    if head.state is not State.DELETED or head.previous_state is None:
        raise TransitionRefused("Only a deleted comment can be restored.")
    return head.previous_state
