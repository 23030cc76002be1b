"""Submit: take comments in. One transaction stores them as pending; then the queue is told."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from uuid import UUID

from service.core.comment import NewComment, Receipt, Submission
from service.core.errors import (
    FieldProblem,
    InvalidSubmission,
    OriginRefused,
    Overloaded,
    ProofRequired,
    ThreadClosed,
    TooManyRequests,
    Unavailable,
)
from service.core.form import is_reserved
from service.core.ports import Clock, NewId, Queue, RateLimiter, Room, Store, Vault
from service.core.proofs import ProofState
from service.core.records import KeyClaim, WorkItem
from service.core.urls import origin_of
from service.usecases.storing import Answers, Entry, Overtaken, StoreEntries, repeated_answer


@dataclass(frozen=True, slots=True)
class SubmitComments:
    """Takes submissions that came at the same time; each gets the answer that it would get alone.

    That is a receipt, or `TooManyRequests`, `Overloaded`, `OriginRefused`, `ThreadClosed`,
    `KeyReused`, `InvalidSubmission` or `SiteChanged`, and then nothing of it is stored.
    """

    store: Store
    queue: Queue
    limiter: RateLimiter
    room: Room
    vault: Vault
    clock: Clock
    new_id: NewId
    keep_ip: bool = False
    """Whether remote checks need the visitor's address: sealed, until the verdict."""

    def __call__(self, submissions: Sequence[Submission]) -> Sequence[Receipt | Exception]:
        entries, answers = self._let_in(submissions)
        # Who repeats a request gets the answer of then, whatever holds now.
        answers |= self._repeated([one for one in entries if one.comment.id in answers])
        answers |= self._stored([one for one in entries if one.comment.id not in answers])
        # The row is the truth: if the queue cannot be told, the sweeper will find the comment.
        self.queue.push(
            [
                WorkItem(entry.comment.site_id, entry.comment.id)
                for entry in entries
                if _is_new(answers[entry.comment.id])
            ]
        )
        return [answers[entry.comment.id] for entry in entries]

    def _let_in(self, submissions: Sequence[Submission]) -> tuple[Sequence[Entry], Answers]:
        """An entry for each submission, and answers to those that are not let in."""
        networks = [network_of(one.ip) for one in submissions]
        hashes = [self.vault.keyed_hash("network", network) for network in networks]
        has_room = self.room.has_room()
        waits: Sequence[float | None] = [None] * len(submissions)
        if has_room:
            waits = self.limiter.admit_comments(
                [(one, made.site.id) for one, made in zip(hashes, submissions, strict=True)]
            )
        entries: list[Entry] = []
        answers: Answers = {}
        for made, network, network_hash, wait in zip(
            submissions, networks, hashes, waits, strict=True
        ):
            entry = self._entry(made, network, network_hash, rate_counted=wait is not None)
            entries.append(entry)
            try:
                _refuse_what_cannot_be_taken(made, has_room=has_room, wait=wait)
            except Exception as error:  # noqa: BLE001 (its own answer, not that of the others)
                answers[entry.comment.id] = error
        return entries, answers

    def _entry(
        self, submission: Submission, network: str, network_hash: bytes, *, rate_counted: bool
    ) -> Entry:
        site_id, comment_id, now = submission.site.id, self.new_id(), self.clock()
        comment = NewComment(
            id=comment_id,
            site_id=site_id,
            thread_id="",
            parent_id=None,
            path=UUID(comment_id).bytes,
            contact_id=None,
            author_name=submission.author_name,
            author_url=submission.author_url,
            content=submission.content,
            ip_hash=self.vault.keyed_hash("ip", f"{site_id} {submission.ip}"),
            network_hash=network_hash,
            network_sealed=self.vault.seal(network, bound_to=f"{comment_id}/network"),
            facts=replace(submission.facts, rate_counted=rate_counted),
            created_at=now,
            ip_sealed=self._sealed_ip(submission.ip, comment_id) if self.keep_ip else None,
        )
        claim, key, email = None, submission.idempotency_key, submission.author_email
        if key is not None:
            claim = KeyClaim(
                site_id=site_id,
                key_hash=self.vault.keyed_hash("idempotency", key),
                fingerprint=self.vault.keyed_hash("fingerprint", submission.fingerprint or ""),
                comment_id=comment_id,
                created_at=now,
            )
        indexes = () if email is None else self.vault.email_indexes(email, scope=site_id)
        return Entry(submission, comment, claim, indexes)

    def _sealed_ip(self, ip: str, comment_id: str) -> bytes | None:
        try:
            plain = str(ipaddress.ip_address(ip))
        except ValueError:
            return None
        return self.vault.seal(plain, bound_to=f"{comment_id}/ip")

    def _repeated(self, refused: Sequence[Entry]) -> Answers:
        claims = [entry.claim for entry in refused if entry.claim is not None]
        if not claims:
            return {}
        with self.store.read() as tx:
            found = {claim.comment_id: repeated_answer(tx, claim) for claim in claims}
        return {comment_id: answer for comment_id, answer in found.items() if answer is not None}

    def _stored(self, entries: Sequence[Entry]) -> Answers:
        answers: Answers = {}
        while entries:
            # Of requests with the same key the later ones repeat what the first has stored by then.
            firsts: dict[object, Entry] = {}
            for entry in entries:
                claim, comment_id = entry.claim, entry.comment.id
                key = (claim.site_id, claim.key_hash) if claim else comment_id
                firsts.setdefault(key, entry)
            answers |= self._in_one_transaction(list(firsts.values()))
            entries = [entry for entry in entries if entry.comment.id not in answers]
        return answers

    def _in_one_transaction(self, entries: Sequence[Entry]) -> Answers:
        store = StoreEntries(self.vault, self.new_id)
        try:
            with self.store.write() as tx:
                return store(tx, entries)
        except Overtaken:
            # What was in the way is there to be found now.
            return self._in_one_transaction(entries)
        except Exception as error:  # noqa: BLE001 (an answer like others, raised where it was asked)
            if len(entries) == 1:
                return {entries[0].comment.id: error}
        # One of them is at fault, or the connection was lost: each by itself then, as long as the
        # store answers.
        answers: Answers = {}
        for entry in entries:
            answers |= self._in_one_transaction([entry])
            if isinstance(answers[entry.comment.id], Unavailable):
                lost = dict.fromkeys((one.comment.id for one in entries), answers[entry.comment.id])
                return lost | answers
        return answers


def _is_new(answer: Receipt | Exception) -> bool:
    return isinstance(answer, Receipt) and not answer.repeated


# Readers of a page come back, and those behind one proxy share an address.
@lru_cache(maxsize=1024)
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


def _refuse_what_cannot_be_taken(
    submission: Submission, *, has_room: bool, wait: float | None
) -> None:
    if not has_room:
        raise Overloaded("The service has no room for more comments right now.")
    if wait:
        raise TooManyRequests(retry_after_seconds=int(wait) + 1)
    site = submission.site
    if submission.facts.proof is ProofState.MISSING:
        raise ProofRequired(
            "Too much comes in at the moment, so this site asks the browser to solve a small task "
            "first. That needs JavaScript; or try again later."
        )
    if site.settings.closed:
        raise ThreadClosed("Comments on this site are closed.")
    if origin_of(submission.thread.url) not in site.origins:
        raise OriginRefused("The page's address does not belong to this site.")
    if is_reserved(submission.author_name, site.settings.reserved_names):
        raise InvalidSubmission(
            FieldProblem("/author_name", "reserved", "This name is reserved for the site's staff.")
        )
