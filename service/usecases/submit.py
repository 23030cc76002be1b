"""Submit: take a comment in. One transaction stores it as pending; then the queue is told."""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from service.core.comment import (
    MAX_DEPTH,
    NewComment,
    NewContact,
    ParentComment,
    Receipt,
    Submission,
    Thread,
)
from service.core.errors import (
    FieldProblem,
    InvalidSubmission,
    KeyReused,
    OriginRefused,
    Overloaded,
    ThreadClosed,
    TooManyRequests,
    Unavailable,
)
from service.core.form import is_reserved
from service.core.ports import Clock, NewId, Queue, RateLimiter, Reads, Room, Store, Vault, Writes
from service.core.records import WorkItem
from service.core.states import State
from service.core.urls import origin_of
from service.usecases.threads import open_thread

_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class SubmitComment:
    """Raises `TooManyRequests`, `Overloaded`, `OriginRefused`, `ThreadClosed`, `KeyReused` or
    `InvalidSubmission`; in each case nothing is stored.
    """

    store: Store
    queue: Queue
    limiter: RateLimiter
    room: Room
    vault: Vault
    clock: Clock
    new_id: NewId

    def __call__(self, submission: Submission) -> Receipt:
        (answer,) = self.together([submission])
        if isinstance(answer, Exception):
            raise answer
        return answer

    def together(self, submissions: Sequence[Submission]) -> Sequence[Receipt | Exception]:
        """Several in one transaction: to each the answer that it would get alone."""
        answers = self._answered(submissions)
        prepared: dict[int, _Prepared] = {}
        for place, submission in enumerate(submissions):
            if place not in answers:
                try:
                    prepared[place] = self._prepared(submission)
                except Exception as error:  # noqa: BLE001 (its own answer, not that of the others)
                    answers[place] = error
        stored = self._stored(prepared) if prepared else {}
        # The row is the truth: if the queue cannot be told, the sweeper will find the comment.
        self.queue.push(
            [
                WorkItem(prepared[place].comment.site_id, answer.comment_id)
                for place, answer in stored.items()
                if isinstance(answer, Receipt) and not answer.repeated
            ]
        )
        answers |= stored
        return [answers[place] for place in range(len(submissions))]

    def _stored(self, prepared: Mapping[int, "_Prepared"]) -> dict[int, Receipt | Exception]:
        try:
            with self.store.write() as tx:
                return {place: self._store(tx, one) for place, one in prepared.items()}
        except Exception as error:  # noqa: BLE001 (an answer like others, raised where it was asked)
            if len(prepared) == 1:
                return dict.fromkeys(prepared, error)
        # One of them is refused, or is in the way of another process, and with it all is undone:
        # each by itself then, as long as the store answers.
        answers: dict[int, Receipt | Exception] = {}
        for place, one in prepared.items():
            answers |= self._stored({place: one})
            if isinstance(answers[place], Unavailable):
                return dict.fromkeys(prepared, answers[place]) | answers
        return answers

    def _store(self, tx: Writes, prepared: "_Prepared") -> Receipt:
        submission, comment = prepared.submission, prepared.comment
        earlier = self._claim(tx, submission, comment)
        if earlier is not None:
            return earlier
        thread = self._thread(tx, submission, comment.created_at)
        parent = _parent(tx, submission, thread)
        tx.add_comment(
            replace(
                comment,
                thread_id=thread.id,
                parent_id=parent.id if parent else None,
                path=(parent.path if parent else b"") + comment.path,
                contact_id=self._contact(tx, submission, comment.created_at),
            )
        )
        return Receipt(comment.id, State.PENDING)

    def _prepared(self, submission: Submission) -> "_Prepared":
        network = network_of(submission.ip)
        network_hash = self.vault.keyed_hash("network", network)
        submission = self._admit(submission, network_hash)
        _refuse_what_the_site_does_not_take(submission)
        return _Prepared(submission, self._comment(submission, network, network_hash))

    def _admit(self, submission: Submission, network_hash: bytes) -> Submission:
        if not self.room.has_room():
            raise Overloaded("The service has no room for more comments right now.")
        wait = self.limiter.admit_comment(network_hash, submission.site.id)
        if wait is None:
            return replace(submission, facts=replace(submission.facts, rate_counted=False))
        if wait > 0:
            raise TooManyRequests(retry_after_seconds=int(wait) + 1)
        return submission

    def _comment(self, submission: Submission, network: str, network_hash: bytes) -> NewComment:
        """The comment as far as it is known without looking into the store."""
        comment_id = self.new_id()
        return NewComment(
            id=comment_id,
            site_id=submission.site.id,
            thread_id="",
            parent_id=None,
            path=UUID(comment_id).bytes,
            contact_id=None,
            author_name=submission.author_name,
            author_url=submission.author_url,
            content=submission.content,
            ip_hash=self.vault.keyed_hash("ip", f"{submission.site.id} {submission.ip}"),
            network_hash=network_hash,
            network_sealed=self.vault.seal(network, bound_to=f"{comment_id}/network"),
            facts=submission.facts,
            created_at=self.clock(),
        )

    def _answered(self, submissions: Sequence[Submission]) -> dict[int, Receipt | Exception]:
        """Answers to earlier requests with the same Idempotency-Key, whatever holds now."""
        answers: dict[int, Receipt | Exception] = {}
        if any(submission.idempotency_key is not None for submission in submissions):
            with self.store.look() as tx:
                for place, submission in enumerate(submissions):
                    try:
                        earlier = self._earlier(tx, submission)
                    except KeyReused as error:
                        answers[place] = error
                    else:
                        if earlier is not None:
                            answers[place] = earlier
        return answers

    def _claim(self, tx: Writes, submission: Submission, comment: NewComment) -> Receipt | None:
        if submission.idempotency_key is None:
            return None
        claimed = tx.claim_key(
            comment.site_id,
            self._key_hash(submission),
            self._fingerprint(submission),
            comment_id=comment.id,
            now=comment.created_at,
        )
        return None if claimed else self._earlier(tx, submission)

    def _earlier(self, tx: Reads, submission: Submission) -> Receipt | None:
        if submission.idempotency_key is None:
            return None
        found = tx.claimed_key(submission.site.id, self._key_hash(submission))
        if found is None:
            return None
        fingerprint, comment_id = found
        if fingerprint != self._fingerprint(submission):
            raise KeyReused("Use a new key for another comment.")
        state = tx.comment_state(submission.site.id, comment_id) or State.PENDING
        return Receipt(comment_id, state, repeated=True)

    def _key_hash(self, submission: Submission) -> bytes:
        return self.vault.keyed_hash("idempotency", submission.idempotency_key or "")

    def _fingerprint(self, submission: Submission) -> bytes:
        return self.vault.keyed_hash("fingerprint", submission.fingerprint or "")

    def _thread(self, tx: Writes, submission: Submission, now: datetime) -> Thread:
        thread = open_thread(tx, submission.site, submission.thread, new_id=self.new_id, now=now)
        if thread.closed:
            raise ThreadClosed("Comments on this page are closed.")
        return thread

    def _contact(self, tx: Writes, submission: Submission, now: datetime) -> str | None:
        email = submission.author_email
        if email is None:
            return None
        site_id = submission.site.id
        indexes = self.vault.email_indexes(email, scope=site_id)
        known = tx.find_contact(site_id, indexes)
        if known is not None:
            return known
        contact_id = self.new_id()
        return tx.add_contact(
            NewContact(
                id=contact_id,
                site_id=site_id,
                email_index=indexes[0],
                email_sealed=self.vault.seal(email, bound_to=f"{site_id}/{contact_id}/email"),
                # Random, from a new id: an avatar must say nothing about the address.
                avatar_id=self.vault.keyed_hash("avatar", self.new_id()).hex(),
                created_at=now,
            )
        )


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A submission that was let in, and the comment that it makes but for what the store knows."""

    submission: Submission
    comment: NewComment


def network_of(ip: str) -> str:
    """The network an address stands for: IPv4 /24, IPv6 /64; what is no address stays a word."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    prefix = 24 if address.version == 4 else 64  # noqa: PLR2004 (the version number of IPv4)
    return str(ipaddress.ip_network((address, prefix), strict=False))


def _refuse_what_the_site_does_not_take(submission: Submission) -> None:
    site = submission.site
    if site.settings.closed:
        raise ThreadClosed("Comments on this site are closed.")
    if origin_of(submission.thread.url) not in site.origins:
        raise OriginRefused("The page's address does not belong to this site.")
    if is_reserved(submission.author_name, site.settings.reserved_names):
        raise InvalidSubmission(
            FieldProblem("/author_name", "reserved", "This name is reserved for the site's staff.")
        )


def _parent(tx: Writes, submission: Submission, thread: Thread) -> ParentComment | None:
    if submission.parent_id is None:
        return None
    parent = tx.parent(submission.site.id, submission.parent_id)
    # One answer for every kind of wrong parent: it must not tell which unseen comments exist.
    if parent is None or parent.thread_id != thread.id or parent.state is not State.APPROVED:
        raise InvalidSubmission(
            FieldProblem("/parent_id", "unknown_parent", "There is no such comment to reply to.")
        )
    if len(parent.path) >= MAX_DEPTH * _ID_BYTES:
        ancestor = tx.parent(
            submission.site.id, str(UUID(bytes=parent.path[-2 * _ID_BYTES : -_ID_BYTES]))
        )
        return ancestor or parent
    return parent
