"""Adding rows: sites, threads, contacts, comments and what goes with them; and forgetting some."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, insert, select, update

from service.core.comment import NewComment, NewContact, Thread
from service.core.records import KeyClaim
from service.core.site import Site
from service.core.states import State
from service.store.connected import Connected
from service.store.quick import LIST_MAX, Quick, in_list, listed
from service.store.reads import CoreReads
from service.store.rows import (
    external_key_hash,
    facts_to_json,
    page_key_hash,
    path_ids,
    settings_to_json,
    values_of,
)
from service.store.tables import (
    comments,
    contacts,
    copies,
    idempotency_keys,
    key_ids,
    outbox,
    sessions,
    sites,
    sketches,
    thread_keys,
    threads,
)

IDEMPOTENCY_LIFETIME = timedelta(hours=24)
COPIES_LIFETIME = timedelta(days=7)
OUTBOX_LIFETIME = timedelta(days=30)
SESSION_LIFETIME = timedelta(days=30)

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


class AddingWrites(CoreReads, Connected):
    def claim_keys(self, claims: Sequence[KeyClaim]) -> bool:
        # In one order for all, so that two transactions never wait for each other.
        rows = [values_of(claim) for claim in sorted(claims, key=lambda claim: claim.key_hash)]
        return _CLAIM_KEY.many(self._connection, rows) == len(rows)

    def release_key(self, claim: KeyClaim) -> None:
        _RELEASE_KEY(
            self._connection,
            site_id=claim.site_id,
            key_hash=claim.key_hash,
            comment_id=claim.comment_id,
        )

    def add_thread(
        self, thread: Thread, page_key: str, external_id: str | None, *, now: datetime
    ) -> Thread:
        self._alone_with_threads(thread.site_id)
        known = self.thread(thread.site_id, page_key, external_id)
        if known is not None:
            return known
        self._connection.execute(
            insert(threads).values(
                site_id=thread.site_id,
                id=thread.id,
                url=thread.url,
                title=thread.title,
                closed=thread.closed,
                version=thread.version,
                approved_count=0,
                created_at=now,
            )
        )
        keys = [page_key_hash(page_key)]
        if external_id:
            keys.append(external_key_hash(external_id))
        self._connection.execute(
            insert(thread_keys),
            [{"site_id": thread.site_id, "key": key, "thread_id": thread.id} for key in keys],
        )
        return thread

    def link_thread(self, thread: Thread, external_id: str) -> None:
        self._alone_with_threads(thread.site_id)
        of_thread = (thread_keys.c.site_id == thread.site_id) & (
            thread_keys.c.thread_id == thread.id
        )
        number = self._connection.execute(
            select(func.count()).select_from(thread_keys).where(of_thread)
        ).scalar_one()
        if number == 1:
            self._connection.execute(
                self._insert(thread_keys)
                .values(
                    site_id=thread.site_id,
                    key=external_key_hash(external_id),
                    thread_id=thread.id,
                )
                .on_conflict_do_nothing()
            )

    def _alone_with_threads(self, site_id: str) -> None:
        """Until this transaction ends nobody else gives a thread of the site a name.

        A page can be named in two ways. Two requests that each know one of them would otherwise
        leave a name that leads to no thread. SQLite has one writer anyway.
        """
        if not self._is_sqlite:
            number = int.from_bytes(page_key_hash(site_id)[:8], signed=True)
            self._connection.execute(select(func.pg_advisory_xact_lock(number)))

    def set_thread_closed(self, thread: Thread, *, closed: bool) -> None:
        # Readers are told whether a thread is closed, so its version grows.
        self._connection.execute(
            update(threads)
            .where(threads.c.site_id == thread.site_id, threads.c.id == thread.id)
            .values(closed=closed, version=threads.c.version + 1)
        )

    def find_contacts(self, site_id: str, email_indexes: Sequence[bytes]) -> Mapping[bytes, str]:
        found: dict[bytes, str] = {}
        for start in range(0, len(email_indexes), LIST_MAX):
            some = listed("index", email_indexes[start : start + LIST_MAX])
            for row in _CONTACTS(self._connection, site_id=site_id, **some):
                found[bytes(row.email_index)] = row.id
        return found

    def add_contacts(self, new: Sequence[NewContact]) -> bool:
        rows = [values_of(contact) for contact in sorted(new, key=lambda one: one.email_index)]
        return _ADD_CONTACT.many(self._connection, rows) == len(rows)

    def add_comments(self, new: Sequence[NewComment]) -> None:
        _ADD_COMMENT.many(
            self._connection,
            [
                {
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
                    "created_at": comment.created_at,
                }
                for comment in new
            ],
        )

    # -- sites, secrets, housekeeping --------------------------------------------------------------

    def add_site(self, site: Site, *, now: datetime) -> bool:
        made = self._connection.execute(
            self._insert(sites)
            .values(
                id=site.id,
                slug=site.slug,
                name=site.name,
                origins=list(site.origins),
                settings=settings_to_json(site.settings),
                version=site.version,
                created_at=now,
            )
            .on_conflict_do_nothing()
            .returning(sites.c.id)
        ).all()
        return bool(made)

    def change_site(self, site: Site) -> bool:
        changed = self._connection.execute(
            update(sites)
            .where(sites.c.id == site.id, sites.c.version == site.version)
            .values(
                name=site.name,
                origins=list(site.origins),
                settings=settings_to_json(site.settings),
                version=sites.c.version + 1,
            )
        )
        return changed.rowcount == 1

    def forget_key_id(self, key_id: str) -> None:
        self._connection.execute(delete(key_ids).where(key_ids.c.id == key_id))

    def add_key_id(self, key_id: str) -> None:
        self._connection.execute(self._insert(key_ids).values(id=key_id).on_conflict_do_nothing())

    def prune(self, *, now: datetime) -> None:
        for table, lifetime in (
            (idempotency_keys, IDEMPOTENCY_LIFETIME),
            (copies, COPIES_LIFETIME),
            (sketches, COPIES_LIFETIME),
            (outbox, OUTBOX_LIFETIME),
            (sessions, SESSION_LIFETIME),
        ):
            self._connection.execute(delete(table).where(table.c.created_at < now - lifetime))
