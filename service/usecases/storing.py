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
from service.core.records import KeyClaim
from service.core.states import State
from service.core.urls import page_key
from service.usecases.threads import open_thread

_ID_BYTES = 16

Answers = dict[str, Receipt | Exception]
"""By the ids that the comments have, or would have got."""

_Threads = dict[tuple[str, str, str | None], Thread]
"""By site, page and the site's own id, so that each is looked for once."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A submission that was let in, and its comment but for what only the store knows."""

    submission: Submission
    comment: NewComment
    claim: KeyClaim | None


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
    """Stores entries of which no two have the same Idempotency-Key."""

    vault: Vault
    new_id: NewId

    def __call__(self, tx: Writes, entries: Sequence[Entry]) -> Answers:
        answers = _claim(tx, entries)
        threads: _Threads = {}
        placed: list[Entry] = []
        for entry in entries:
            if entry.comment.id not in answers:
                try:
                    placed.append(replace(entry, comment=self._place(tx, entry, threads)))
                except VestibuleError as error:
                    answers[entry.comment.id] = error
                    if entry.claim is not None:
                        tx.release_key(entry.claim)
        contact_ids = self._contact_ids(tx, placed)
        comments = [
            replace(entry.comment, contact_id=contact_ids.get(entry.comment.id)) for entry in placed
        ]
        tx.add_comments(comments)
        return answers | {comment.id: Receipt(comment.id, State.PENDING) for comment in comments}

    def _place(self, tx: Writes, entry: Entry, threads: _Threads) -> NewComment:
        """The comment in its thread and below its parent. Raises why it cannot be there."""
        site, ref = entry.submission.site, entry.submission.thread
        page = (site.id, page_key(ref.url), ref.external_id)
        thread = threads.get(page)
        if thread is None:
            position = tx.thread_position(site.slug, *page[1:])
            if position is None or position.site != site:
                raise SiteChanged("The site has just been changed.")
            thread = position.thread
        _refuse_closed(thread)
        parent = _parent(tx, entry.submission, thread)
        if page not in threads:
            thread = open_thread(
                tx, site, ref, thread, new_id=self.new_id, now=entry.comment.created_at
            )
            # Another request may have opened it since, and somebody closed it.
            _refuse_closed(thread)
            threads[page] = thread
        return replace(
            entry.comment,
            thread_id=threads[page].id,
            parent_id=parent.id if parent else None,
            path=(parent.path if parent else b"") + entry.comment.path,
        )

    def _contact_ids(self, tx: Writes, entries: Sequence[Entry]) -> Mapping[str, str]:
        """The ids of the authors' contacts by those of the comments; who is new is added."""
        found: dict[str, str] = {}
        for site_id in dict.fromkeys(entry.comment.site_id for entry in entries):
            indexes = {
                entry.comment.id: self.vault.email_indexes(email, scope=site_id)
                for entry in entries
                if entry.comment.site_id == site_id
                and (email := entry.submission.author_email) is not None
            }
            known = dict(
                tx.find_contacts(site_id, [one for some in indexes.values() for one in some])
            )
            new: dict[bytes, NewContact] = {}
            for entry in entries:
                some = indexes.get(entry.comment.id)
                if some and known.keys().isdisjoint(some):
                    new[some[0]] = self._contact(entry, some[0])
            known |= {index: contact.id for index, contact in new.items()}
            if not tx.add_contacts(list(new.values())):
                # Another process was faster with some of them.
                known |= tx.find_contacts(site_id, list(new))
            for comment_id, some in indexes.items():
                found[comment_id] = next(known[one] for one in some if one in known)
        return found

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


def _claim(tx: Writes, entries: Sequence[Entry]) -> Answers:
    """Claim the entries' keys; answers for those that repeat an earlier request."""
    claims = [entry.claim for entry in entries if entry.claim is not None]
    if tx.claim_keys(claims):
        return {}
    answers: Answers = {}
    for claim in claims:
        answer = repeated_answer(tx, claim)
        if isinstance(answer, KeyReused) or (answer is not None and answer.repeated):
            answers[claim.comment_id] = answer
    return answers


def _refuse_closed(thread: Thread | None) -> None:
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
