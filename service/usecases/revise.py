"""Revise: an author edits or withdraws their own comment, while the site's window is open.

Whoever holds the comment's edit token is its author; the door has checked it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.core.addresses import OWN_ADDRESS, mentions_address
from service.core.comment import CommentHead
from service.core.decisions import Actor, Decision
from service.core.errors import (
    Conflict,
    EditWindowClosed,
    FieldProblem,
    InvalidSubmission,
    NotFound,
    Overloaded,
    TooManyRequests,
    TransitionRefused,
)
from service.core.ports import Clock, NewId, Queue, RateLimiter, Reads, Room, Store, Vault
from service.core.records import WorkItem
from service.core.site import Site
from service.core.states import State
from service.usecases.flags import settle_flags
from service.usecases.submit import network_of

REVISIONS_MAX = 20
"""So many texts of one comment are kept; an author who wants more writes a new comment."""


@dataclass(frozen=True, slots=True)
class EditComment:
    """Stores a new text as a pending revision; what is shown stays until it is approved.

    Raises `NotFound`, `EditWindowClosed`, `TransitionRefused` for a comment that is not shown,
    `InvalidSubmission` for one that shows the author's own address, `Overloaded` or `Conflict`.
    """

    store: Store
    queue: Queue
    limiter: RateLimiter
    room: Room
    vault: Vault
    clock: Clock

    def __call__(self, site: Site, comment_id: str, content: str, *, ip: str) -> None:
        if not self.room.has_room():
            raise Overloaded("The service has no room for more comments right now.")
        network = self.vault.keyed_hash("network", network_of(ip))
        wait = self.limiter.admit_comment(network, site.id)
        if wait:
            raise TooManyRequests(retry_after_seconds=int(wait) + 1)
        now = self.clock()
        with self.store.write() as tx:
            head = own_comment(tx, site, comment_id, now)
            if head.state is not State.APPROVED:
                raise TransitionRefused("A comment can be edited once it is shown.")
            self._refuse_own_address(tx, head, content)
            number = tx.add_revision(head, content, now=now)
            if number is None:
                raise Conflict("The comment has just changed. Please try again.")
            if number > REVISIONS_MAX:
                raise TransitionRefused("This comment has been edited too often.")
        self.queue.push([WorkItem(site.id, comment_id, number)])

    def _refuse_own_address(self, tx: Reads, head: CommentHead, content: str) -> None:
        if head.contact_id is None:
            return
        sealed = tx.sealed_emails(head.site_id, [head.contact_id]).get(head.contact_id)
        if sealed is None:
            return
        email = self.vault.open(sealed, bound_to=f"{head.site_id}/{head.contact_id}/email")
        if mentions_address(content, email):
            raise InvalidSubmission(FieldProblem("/content", "own_address", OWN_ADDRESS))


@dataclass(frozen=True, slots=True)
class WithdrawComment:
    """Deletes a comment for its author. Raises like `EditComment`; twice is as good as once."""

    store: Store
    clock: Clock
    new_id: NewId

    def __call__(self, site: Site, comment_id: str) -> None:
        with self.store.write() as tx:
            now = self.clock()
            head = own_comment(tx, site, comment_id, now)
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
                at=now,
            )
            if not tx.move(head, decision):
                raise Conflict("The comment has just changed. Please try again.")
            settle_flags(tx, decision)


def own_comment(tx: Reads, site: Site, comment_id: str, now: datetime) -> CommentHead:
    head = tx.head(site.id, comment_id)
    if head is None or head.state is State.ERASED:
        raise NotFound("There is no such comment.")
    window = timedelta(minutes=site.settings.edit_window_minutes)
    if now - head.created_at > window:
        raise EditWindowClosed("The time for changing this comment is over.")
    return head
