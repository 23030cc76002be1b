"""Comments that arrive: their keys, pages and authors looked up at once, and added at once.

A batch costs two round trips here, however many comments it has.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, select

from service.core.comment import NewComment, NewContact
from service.core.records import KeyClaim, PageQuestion, Received
from service.core.states import State
from service.store.connected import Connected
from service.store.quick import LIST_MAX, Quick, at_once, in_list, listed
from service.store.reads import CoreReads
from service.store.rows import facts_to_json, path_ids, values_of
from service.store.tables import comments, contacts, idempotency_keys

_CLAIM_KEY = Quick(lambda insert: insert(idempotency_keys).on_conflict_do_nothing())
_RELEASE_KEY = Quick(
    lambda _: delete(idempotency_keys).where(
        idempotency_keys.c.site_id == bindparam("site_id"),
        idempotency_keys.c.key_hash == bindparam("key_hash"),
        idempotency_keys.c.comment_id == bindparam("comment_id"),
    )
)
_CONTACTS = Quick(
    lambda _: select(contacts.c.email_index, contacts.c.id).where(
        contacts.c.site_id == bindparam("site_id"), in_list(contacts.c.email_index, "index")
    )
)
_ADD_CONTACT = Quick(lambda insert: insert(contacts).on_conflict_do_nothing())
# Whatever else is in the way must be heard of: who is told 202 has a row.
_ADD_COMMENT = Quick(
    lambda insert: insert(comments).on_conflict_do_nothing(index_elements=["site_id", "id"])
)


class ArrivingWrites(CoreReads, Connected):
    def receive(
        self,
        claims: Sequence[KeyClaim],
        pages: Collection[PageQuestion],
        indexes: Collection[tuple[str, bytes]],
    ) -> Received:
        # In one order for all, so that two transactions never wait for each other.
        keys = [values_of(claim) for claim in sorted(claims, key=lambda claim: claim.key_hash)]
        by_site: dict[str, list[bytes]] = defaultdict(list)
        for site_id, index in indexes:
            by_site[site_id].append(index)
        with at_once(self._connection):
            claimed = _CLAIM_KEY.ask_many(self._connection, keys) if keys else None
            positions = {page: self.ask_position(*page) for page in pages}
            found = [
                (site_id, _CONTACTS.ask(self._connection, site_id=site_id, **listed("index", some)))
                for site_id, wanted in by_site.items()
                for some in _parts(wanted)
            ]
        return Received(
            all_claimed=claimed is None or claimed.changed() == len(keys),
            positions={page: position() for page, position in positions.items()},
            contact_ids={
                (site_id, bytes(row.email_index)): row.id
                for site_id, answer in found
                for row in answer.rows()
            },
        )

    def release_key(self, claim: KeyClaim) -> None:
        _RELEASE_KEY.ask(
            self._connection,
            site_id=claim.site_id,
            key_hash=claim.key_hash,
            comment_id=claim.comment_id,
        )

    def add_comments(
        self, comments: Sequence[NewComment], contacts: Sequence[NewContact] = ()
    ) -> bool:
        authors = [values_of(contact) for contact in sorted(contacts, key=_place_of)]
        rows = [comment_values(comment) for comment in comments]
        with at_once(self._connection):
            added = _ADD_CONTACT.ask_many(self._connection, authors) if authors else None
            if rows:
                _ADD_COMMENT.ask_many(self._connection, rows)
        return added is None or added.changed() == len(authors)


def _parts(values: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(values), LIST_MAX):
        yield values[start : start + LIST_MAX]


def _place_of(contact: NewContact) -> tuple[str, bytes]:
    return contact.site_id, contact.email_index


def comment_values(comment: NewComment) -> dict[str, Any]:
    return {
        "site_id": comment.site_id,
        "id": comment.id,
        "thread_id": comment.thread_id,
        "parent_id": comment.parent_id,
        "root_id": path_ids(comment.path[:16])[0],
        "path": comment.path,
        "contact_id": comment.contact_id,
        "author_name": comment.author_name,
        "author_url": comment.author_url,
        "content": comment.content,
        "ip_hash": comment.ip_hash,
        "network_hash": comment.network_hash,
        "network_sealed": comment.network_sealed,
        "ip_sealed": comment.ip_sealed,
        "facts": facts_to_json(comment.facts),
        "state": State.PENDING,
        "version": 1,
        "live": 0,
        "attempt": 0,
        "severity": 0,
        "staff_id": comment.staff_id,
        "created_at": comment.created_at,
    }
