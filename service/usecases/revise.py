"""Revise: an author edits or withdraws their own comment, while the site's window is open.

Whoever holds the comment's edit token is its author; the door has checked it.
"""

from dataclasses import dataclass
from datetime import timedelta

from service.core.comment import CommentHead
from service.core.decisions import Actor, Decision
from service.core.errors import Conflict, EditWindowClosed, NotFound, Overloaded, TransitionRefused
from service.core.ports import Clock, NewId, Queue, Reads, Room, Store, WorkItem
from service.core.site import Site
from service.core.states import State


@dataclass(frozen=True, slots=True)
class EditComment:
    """Stores a new text as a pending revision; what is shown stays until it is approved.

    Raises `NotFound`, `EditWindowClosed`, `TransitionRefused` for a comment that is not shown,
    `Overloaded` or `Conflict`.
    """

    store: Store
    queue: Queue
    room: Room
    clock: Clock

    def __call__(self, site: Site, comment_id: str, content: str) -> None:
        if not self.room.has_room():
            raise Overloaded("The service has no room for more comments right now.")
        now = self.clock()
        with self.store.write() as tx:
            head = own_comment(tx, site, comment_id, self.clock)
            if head.state is not State.APPROVED:
                raise TransitionRefused("A comment can be edited once it is shown.")
            number = tx.add_revision(head, content, now=now)
            if number is None:
                raise Conflict("The comment has just changed. Please try again.")
        self.queue.push([WorkItem(site.id, comment_id, number)])


@dataclass(frozen=True, slots=True)
class WithdrawComment:
    """Deletes a comment for its author. Raises like `EditComment`; twice is as good as once."""

    store: Store
    clock: Clock
    new_id: NewId

    def __call__(self, site: Site, comment_id: str) -> None:
        with self.store.write() as tx:
            head = own_comment(tx, site, comment_id, self.clock)
            if head.state is State.DELETED:
                return
            decision = Decision(
                id=self.new_id(),
                comment_id=head.id,
                site_id=head.site_id,
                from_state=head.state,
                to_state=State.DELETED,
                actor=Actor.AUTHOR,
                moderator_id=None,
                at=self.clock(),
            )
            if not tx.move(head, decision):
                raise Conflict("The comment has just changed. Please try again.")


def own_comment(tx: Reads, site: Site, comment_id: str, clock: Clock) -> CommentHead:
    head = tx.head(site.id, comment_id)
    if head is None or head.state is State.ERASED:
        raise NotFound("There is no such comment.")
    window = timedelta(minutes=site.settings.edit_window_minutes)
    if clock() - head.created_at > window:
        raise EditWindowClosed("The time for changing this comment is over.")
    return head
