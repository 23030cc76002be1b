"""Answer: somebody of the staff replies to a comment at the desk, marked, and shown at once."""

from dataclasses import dataclass
from uuid import UUID

from service.core.audit import Entry, Event, by_moderator
from service.core.comment import MAX_DEPTH, DoorFacts, NewComment, ParentComment
from service.core.decisions import Actor, Decision
from service.core.errors import Conflict, NotFound, TransitionRefused
from service.core.people import Moderator, Permission
from service.core.ports import Clock, NewId, Reads, Store, Vault
from service.core.records import KeyClaim
from service.core.states import State

_ID_BYTES = 16
_DESK = "the desk"
"""Where staff write from, in the place of a network: nobody's address is kept for it."""


@dataclass(frozen=True, slots=True)
class StaffReply:
    """`once` is what the form was given, so that sending it twice is sending it once."""

    site_id: str
    parent_id: str
    content: str
    once: str


@dataclass(frozen=True, slots=True)
class AnswerAsStaff:
    """Returns the reply's id. Raises `Forbidden`, `NotFound`, or `TransitionRefused` where readers
    do not see what is answered.

    It goes under the moderator's name, with the site's mark of its staff, through no check and into
    no lesson.
    """

    store: Store
    vault: Vault
    clock: Clock
    new_id: NewId

    def __call__(self, reply: StaffReply, moderator: Moderator) -> str:
        moderator.require(Permission.DECIDE, reply.site_id)
        site_id, reply_id, now = reply.site_id, self.new_id(), self.clock()
        key = self.vault.keyed_hash("idempotency", f"staff {moderator.id} {reply.once}")
        text_hash = self.vault.keyed_hash("fingerprint", reply.content)
        with self.store.write() as tx:
            parent = _parent(tx, reply)
            claim = KeyClaim(site_id, key, text_hash, reply_id, now)
            if not tx.receive([claim], [], []).all_claimed:
                return self._repeated(tx, claim)
            tx.add_comments([self._comment(reply, parent, moderator, claim)])
            head = tx.head(site_id, reply_id)
            if head is None or not tx.move(
                head,
                Decision(
                    id=self.new_id(),
                    comment_id=reply_id,
                    site_id=site_id,
                    from_state=State.PENDING,
                    to_state=State.APPROVED,
                    # They wrote it; nobody has judged it, so nothing is to be learned from it.
                    actor=Actor.AUTHOR,
                    moderator_id=moderator.id,
                    at=now,
                ),
            ):
                raise Conflict("The reply could not be stored. Send it again.")
            tx.read_anew(site_id, [reply_id])
            tx.record(
                Entry(
                    site_id,
                    Event.COMMENT_ANSWERED,
                    by_moderator(moderator),
                    now,
                    about=reply.parent_id,
                    details={"reply": reply_id},
                )
            )
        return reply_id

    def _repeated(self, tx: Reads, claim: KeyClaim) -> str:
        found = tx.claimed_key(claim.site_id, claim.key_hash)
        if found is None or found[0] != claim.fingerprint:
            raise Conflict("This form has sent another reply. Load the page again.")
        return found[1]

    def _comment(
        self, reply: StaffReply, parent: ParentComment, moderator: Moderator, claim: KeyClaim
    ) -> NewComment:
        vault, comment_id = self.vault, claim.comment_id
        return NewComment(
            id=comment_id,
            site_id=reply.site_id,
            thread_id=parent.thread_id,
            parent_id=parent.id,
            path=parent.path + UUID(comment_id).bytes,
            contact_id=None,
            author_name=moderator.name,
            author_url=None,
            content=reply.content,
            ip_hash=vault.keyed_hash("ip", f"{reply.site_id} {_DESK}"),
            network_hash=vault.keyed_hash("network", f"{reply.site_id} {_DESK}"),
            network_sealed=vault.seal(_DESK, bound_to=f"{comment_id}/network"),
            facts=DoorFacts(),
            created_at=claim.created_at,
            staff_id=moderator.id,
        )


def _parent(tx: Reads, reply: StaffReply) -> ParentComment:
    parent = tx.parent(reply.site_id, reply.parent_id)
    if parent is None:
        raise NotFound
    if parent.state is not State.APPROVED:
        raise TransitionRefused("Only a comment that readers see can be answered.")
    if len(parent.path) >= MAX_DEPTH * _ID_BYTES:
        # As with everybody's replies, it becomes a sibling there.
        above = str(UUID(bytes=parent.path[-2 * _ID_BYTES : -_ID_BYTES]))
        return tx.parent(reply.site_id, above) or parent
    return parent
