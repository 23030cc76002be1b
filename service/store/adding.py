"""Adding sites, threads and what goes with them, and forgetting some (comments: `arriving`)."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update

from service.core.accounts import INVITATION_LASTS, KNOWN_NETWORK_LASTS
from service.core.comment import Thread
from service.core.flags import RECORD_KEPT, FlagKind, FlagState
from service.core.site import Site
from service.store.connected import Connected
from service.store.flag_tables import flags
from service.store.people_tables import invitations, known_networks, sessions
from service.store.reads import CoreReads
from service.store.rows import (
    external_key_hash,
    page_key_hash,
    settings_to_json,
)
from service.store.tables import (
    activity,
    copies,
    idempotency_keys,
    key_ids,
    outbox,
    sites,
    sketches,
    thread_keys,
    threads,
)

IDEMPOTENCY_LIFETIME = timedelta(hours=24)
COPIES_LIFETIME = timedelta(days=7)
ACTIVITY_LIFETIME = timedelta(days=8)
OUTBOX_LIFETIME = timedelta(days=30)
SESSION_LIFETIME = timedelta(days=30)


class AddingWrites(CoreReads, Connected):
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

    def lock_moving(self, site_id: str) -> None:
        self._alone_with_threads(site_id)

    def _alone_with_threads(self, site_id: str) -> None:
        """Until this transaction ends nobody else gives a thread of the site a name.

        A page can be named in two ways. Two requests that each know one of them would otherwise
        leave a name that leads to no thread. SQLite has one writer anyway.
        """
        if not self._is_sqlite:
            number = int.from_bytes(page_key_hash(site_id)[:8], signed=True)
            self._connection.execute(select(func.pg_advisory_xact_lock(number)))

    def set_thread_state(self, thread: Thread, *, closed: bool, off: bool) -> None:
        # Readers are told, so its version grows.
        self._connection.execute(
            update(threads)
            .where(threads.c.site_id == thread.site_id, threads.c.id == thread.id)
            .values(closed=closed, off=off, version=threads.c.version + 1)
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
        self._connection.execute(
            delete(flags).where(
                flags.c.created_at < now - RECORD_KEPT,
                flags.c.kind == FlagKind.REPORT,
                flags.c.state != FlagState.OPEN,
            )
        )
        self._connection.execute(
            delete(known_networks).where(known_networks.c.seen_at < now - KNOWN_NETWORK_LASTS)
        )
        self._connection.execute(
            delete(invitations).where(invitations.c.expires_at < now - INVITATION_LASTS)
        )
        self._connection.execute(delete(activity).where(activity.c.at < now - ACTIVITY_LIFETIME))
