"""Storing: comments that came at the same time, in one transaction and with few questions.

What is refused here is an answer like others: it takes nobody with it and leaves nothing behind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
    SiteChanged,
    ThreadClosed,
    VestibuleError,
)
from service.core.ports import NewId, Reads, Vault, Writes
from service.core.records import KeyClaim, PageQuestion, ThreadPosition
from service.core.states import State
from service.core.urls import page_key
from service.usecases.threads import open_thread

_ID_BYTES = 16

Answers = dict[str, Receipt | Exception]
"""By the ids that the comments have, or would have got."""


class Overtaken(Exception):
    """Another transaction has added a contact that this one was about to add. Try it again."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A submission that was let in, and its comment but for what only the store knows.

    `email_indexes` are the author's, the one that a new contact gets first.
    """

    submission: Submission
    comment: NewComment
    claim: KeyClaim | None
    email_indexes: Sequence[bytes]

    def page(self) -> PageQuestion:
        submission = self.submission
        return submission.site.slug, page_key(submission.thread.url), submission.thread.external_id


def repeated_answer(reads: Reads, claim: KeyClaim) -> Receipt | KeyReused | None:
    """The answer to an earlier request with this Idempotency-Key, if there was one."""
    found = reads.claimed_key(claim.site_id, claim.key_hash)
    if found is None:
        return None
    fingerprint, comment_id = found
    if fingerprint != claim.fingerprint:
        return KeyReused("Use a new key for another comment.")
    state = reads.comment_state(claim.site_id, comment_id) or State.PENDING
    return Receipt(comment_id, state, repeated=comment_id != claim.comment_id)


@dataclass(frozen=True, slots=True)
class StoreEntries:
    """Stores entries of which no two have the same Idempotency-Key. Raises `Overtaken`."""

    vault: Vault
    new_id: NewId

    def __call__(self, tx: Writes, entries: Sequence[Entry]) -> Answers:
        claims = [entry.claim for entry in entries if entry.claim is not None]
        received = tx.receive(
            claims,
            {entry.page() for entry in entries},
            {(entry.comment.site_id, index) for entry in entries for index in entry.email_indexes},
        )
        answers = {} if received.all_claimed else _repeated_answers(tx, claims)
        placed: list[Entry] = []
        threads = _Threads(tx, self.new_id, received.positions)
        for entry in entries:
            if entry.comment.id not in answers:
                try:
                    placed.append(replace(entry, comment=threads.place(entry)))
                except VestibuleError as error:
                    answers[entry.comment.id] = error
                    if entry.claim is not None:
                        tx.release_key(entry.claim)
        comments, contacts = self._with_contacts(placed, received.contact_ids)
        if not tx.add_comments(comments, contacts):
            raise Overtaken
        return answers | {comment.id: Receipt(comment.id, State.PENDING) for comment in comments}

    def _with_contacts(
        self, entries: Sequence[Entry], known: Mapping[tuple[str, bytes], str]
    ) -> tuple[Sequence[NewComment], Sequence[NewContact]]:
        """The comments with their authors' contacts, and those of the contacts that are new."""
        new: dict[tuple[str, bytes], NewContact] = {}
        comments: list[NewComment] = []
        for entry in entries:
            comment = entry.comment
            names = [(comment.site_id, index) for index in entry.email_indexes]
            contact_id = next((known[name] for name in names if name in known), None)
            if contact_id is None and names:
                contact = new.setdefault(names[0], self._contact(entry, names[0][1]))
                contact_id = contact.id
            comments.append(replace(comment, contact_id=contact_id))
        return comments, list(new.values())

    def _contact(self, entry: Entry, email_index: bytes) -> NewContact:
        site_id, contact_id = entry.comment.site_id, self.new_id()
        email = entry.submission.author_email or ""
        return NewContact(
            id=contact_id,
            site_id=site_id,
            email_index=email_index,
            email_sealed=self.vault.seal(email, bound_to=f"{site_id}/{contact_id}/email"),
            # Random, from a new id: an avatar must say nothing about the address.
            avatar_id=self.vault.keyed_hash("avatar", self.new_id()).hex(),
            created_at=entry.comment.created_at,
        )


class _Threads:
    """The threads of a batch's pages: those that there were, and those that are opened for it."""

    def __init__(
        self, tx: Writes, new_id: NewId, positions: Mapping[PageQuestion, ThreadPosition | None]
    ) -> None:
        self._tx = tx
        self._new_id = new_id
        self._positions = positions
        self._open: dict[PageQuestion, Thread] = {}

    def place(self, entry: Entry) -> NewComment:
        """The comment in its thread and below its parent. Raises why it cannot be there."""
        page = entry.page()
        thread = self._open.get(page) or self._found(page, entry.submission)
        _refuse_closed(thread)
        parent = _parent(self._tx, entry.submission, thread)
        if page not in self._open:
            thread = self._open[page] = self._opened(entry, thread)
        return replace(
            entry.comment,
            thread_id=self._open[page].id,
            parent_id=parent.id if parent else None,
            path=(parent.path if parent else b"") + entry.comment.path,
        )

    def _found(self, page: PageQuestion, submission: Submission) -> Thread | None:
        position = self._positions[page]
        if position is None or position.site != submission.site:
            raise SiteChanged("The site has just been changed.")
        if position.thread is None and self._open:
            # It may have been opened under another name by now.
            return self._tx.thread(position.site.id, *page[1:])
        return position.thread

    def _opened(self, entry: Entry, known: Thread | None) -> Thread:
        submission, now = entry.submission, entry.comment.created_at
        thread = open_thread(
            self._tx, submission.site, submission.thread, known, new_id=self._new_id, now=now
        )
        # Another request may have opened it meanwhile, and somebody closed it.
        _refuse_closed(thread)
        return thread


def _repeated_answers(tx: Reads, claims: Sequence[KeyClaim]) -> Answers:
    """Answers for those of the claims that repeat an earlier request."""
    answers: Answers = {}
    for claim in claims:
        answer = repeated_answer(tx, claim)
        if isinstance(answer, KeyReused) or (answer is not None and answer.repeated):
            answers[claim.comment_id] = answer
    return answers


def _refuse_closed(thread: Thread | None) -> None:
    if thread is not None and thread.off:
        raise ThreadClosed("Comments on this page are switched off.")
    if thread is not None and thread.closed:
        raise ThreadClosed("Comments on this page are closed.")


def _parent(tx: Reads, submission: Submission, thread: Thread | None) -> ParentComment | None:
    if submission.parent_id is None:
        return None
    parent = tx.parent(submission.site.id, submission.parent_id)
    # One answer for every kind of wrong parent: it must not tell which unseen comments exist.
    if (
        parent is None
        or thread is None
        or parent.thread_id != thread.id
        or parent.state is not State.APPROVED
    ):
        raise InvalidSubmission(
            FieldProblem("/parent_id", "unknown_parent", "There is no such comment to reply to.")
        )
    if len(parent.path) >= MAX_DEPTH * _ID_BYTES:
        ancestor = tx.parent(
            submission.site.id, str(UUID(bytes=parent.path[-2 * _ID_BYTES : -_ID_BYTES]))
        )
        return ancestor or parent
    return parent
