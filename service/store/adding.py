"""Adding rows: sites, threads, contacts, comments and what goes with them; and forgetting some."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, insert, select, update

from service.core.comment import CommentHead, NewComment, NewContact, Thread
from service.core.site import Site
from service.core.states import State
from service.store.connected import Connected
from service.store.reads import OPEN_STATES, CoreReads
from service.store.rows import (
    external_key_hash,
    facts_to_json,
    page_key_hash,
    path_ids,
    settings_to_json,
)
from service.store.tables import (
    comments,
    contacts,
    copies,
    idempotency_keys,
    key_ids,
    outbox,
    revisions,
    sessions,
    sites,
    thread_keys,
    threads,
)

IDEMPOTENCY_LIFETIME = timedelta(hours=24)
COPIES_LIFETIME = timedelta(days=3)
OUTBOX_LIFETIME = timedelta(days=30)
SESSION_LIFETIME = timedelta(days=30)

_ADD_COMMENT = insert(comments)
_CONTACT = select(contacts.c.id).where(
    contacts.c.site_id == bindparam("site_id"),
    contacts.c.email_index.in_(bindparam("indexes", expanding=True)),
)


class AddingWrites(CoreReads, Connected):
    def claim_key(
        self, site_id: str, key_hash: bytes, fingerprint: bytes, *, comment_id: str, now: datetime
    ) -> tuple[bytes, str] | None:
        claimed = self._connection.execute(
            self._insert(idempotency_keys)
            .values(
                site_id=site_id,
                key_hash=key_hash,
                fingerprint=fingerprint,
                comment_id=comment_id,
                created_at=now,
            )
            .on_conflict_do_nothing()
            .returning(idempotency_keys.c.comment_id)
        ).all()
        if claimed:
            return None
        row = self._connection.execute(
            select(idempotency_keys.c.fingerprint, idempotency_keys.c.comment_id).where(
                idempotency_keys.c.site_id == site_id, idempotency_keys.c.key_hash == key_hash
            )
        ).one()
        return bytes(row.fingerprint), row.comment_id

    def add_thread(
        self, thread: Thread, page_key: str, external_id: str | None, *, now: datetime
    ) -> Thread:
        keys = [page_key_hash(page_key)]
        if external_id:
            keys.append(external_key_hash(external_id))
        # The keys come first: whoever gets the first one in makes the thread, others find it.
        made = self._connection.execute(
            self._insert(thread_keys)
            .values(
                [{"site_id": thread.site_id, "key": key, "thread_id": thread.id} for key in keys]
            )
            .on_conflict_do_nothing()
            .returning(thread_keys.c.key)
        ).all()
        if len(made) < len(keys):
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
        return thread

    def set_thread_closed(self, thread: Thread, *, closed: bool) -> None:
        # Readers are told whether a thread is closed, so its version grows.
        self._connection.execute(
            update(threads)
            .where(threads.c.site_id == thread.site_id, threads.c.id == thread.id)
            .values(closed=closed, version=threads.c.version + 1)
        )

    def find_contact(self, site_id: str, email_indexes: Sequence[bytes]) -> str | None:
        return self._connection.execute(
            _CONTACT, {"site_id": site_id, "indexes": list(email_indexes)}
        ).scalar()

    def add_contact(self, contact: NewContact) -> str:
        made = self._connection.execute(
            self._insert(contacts)
            .values(
                site_id=contact.site_id,
                id=contact.id,
                email_index=contact.email_index,
                email_sealed=contact.email_sealed,
                avatar_id=contact.avatar_id,
                created_at=contact.created_at,
            )
            .on_conflict_do_nothing()
            .returning(contacts.c.id)
        ).all()
        if made:
            return contact.id
        return self.find_contact(contact.site_id, [contact.email_index]) or contact.id

    def add_comment(self, comment: NewComment) -> None:
        self._connection.execute(
            _ADD_COMMENT,
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
                "facts": facts_to_json(comment.facts),
                "state": State.PENDING,
                "version": 1,
                "live": 0,
                "attempt": 0,
                "created_at": comment.created_at,
            },
        )

    def add_revision(self, head: CommentHead, content: str, *, now: datetime) -> int | None:
        of_comment = (revisions.c.site_id == head.site_id) & (revisions.c.comment_id == head.id)
        touched = self._connection.execute(
            update(comments)
            .where(
                comments.c.site_id == head.site_id,
                comments.c.id == head.id,
                comments.c.version == head.version,
            )
            .values(version=comments.c.version + 1)
            .returning(comments.c.content)
        ).one_or_none()
        if touched is None:
            return None
        numbers = self._connection.execute(select(revisions.c.number).where(of_comment)).scalars()
        latest = max(numbers, default=0)
        new = {
            "site_id": head.site_id,
            "comment_id": head.id,
            "number": latest + 1,
            "content": content,
            "state": State.PENDING,
            "attempt": 0,
            "created_at": now,
        }
        if latest == 0:
            # The first edit also keeps what was there before.
            first = {**new, "number": 1, "content": touched.content, "state": State.APPROVED}
            self._connection.execute(insert(revisions), {**first, "created_at": head.created_at})
            new["number"] = 2
        else:
            self._connection.execute(
                update(revisions)
                .where(of_comment, revisions.c.state.in_(OPEN_STATES))
                .values(state=State.DELETED, lease_until=None)
            )
        self._connection.execute(insert(revisions), new)
        return int(str(new["number"]))

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

    def add_key_id(self, key_id: str) -> None:
        self._connection.execute(self._insert(key_ids).values(id=key_id).on_conflict_do_nothing())

    def prune(self, *, now: datetime) -> None:
        for table, lifetime in (
            (idempotency_keys, IDEMPOTENCY_LIFETIME),
            (copies, COPIES_LIFETIME),
            (outbox, OUTBOX_LIFETIME),
            (sessions, SESSION_LIFETIME),
        ):
            self._connection.execute(delete(table).where(table.c.created_at < now - lifetime))
