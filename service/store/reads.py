"""Queries that change nothing: sites, threads, what screening needs, and the state of work."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select

from service.core.comment import (
    AuthorHistory,
    CommentHead,
    Draft,
    ParentComment,
    Rates,
    Revision,
    Thread,
)
from service.core.ports import CopyKind, CopyMark, ThreadPosition, WorkItem
from service.core.site import Site
from service.core.states import State
from service.store.connected import Connected
from service.store.rows import (
    external_key_hash,
    page_key_hash,
    site_from,
    sketch_from_bytes,
    thread_from,
)
from service.store.tables import (
    comments,
    contacts,
    copies,
    key_ids,
    moderators,
    revisions,
    sites,
    thread_keys,
    threads,
)

COPY_MARKS_PER_KEY = 20
OPEN_STATES = (State.PENDING, State.HELD)

# Statements on the hot paths are built once: building one costs more than running it on SQLite.
_SITE = select(sites).where(sites.c.slug == bindparam("slug"))
_THREAD = (
    select(threads, thread_keys.c.key)
    .join(
        threads,
        (threads.c.site_id == thread_keys.c.site_id) & (threads.c.id == thread_keys.c.thread_id),
    )
    .where(
        thread_keys.c.site_id == bindparam("site_id"),
        thread_keys.c.key.in_(bindparam("keys", expanding=True)),
    )
)
_STATE = select(comments.c.state).where(
    comments.c.site_id == bindparam("site_id"), comments.c.id == bindparam("id")
)
_PARENT = select(comments.c.id, comments.c.thread_id, comments.c.state, comments.c.path).where(
    comments.c.site_id == bindparam("site_id"), comments.c.id == bindparam("id")
)
_PENDING = select(func.count()).select_from(
    select(comments.c.id)
    .where(comments.c.state == State.PENDING)
    .limit(bindparam("at_most"))
    .subquery()
)


class CoreReads(Connected):
    # -- sites and threads -------------------------------------------------------------------------

    def site(self, slug: str) -> Site | None:
        row = self._connection.execute(_SITE, {"slug": slug}).one_or_none()
        return site_from(row) if row is not None else None

    def sites(self) -> Sequence[Site]:
        rows = self._connection.execute(select(sites).order_by(sites.c.slug))
        return [site_from(row) for row in rows]

    def sites_by_id(self, ids: Collection[str]) -> Mapping[str, Site]:
        rows = self._connection.execute(select(sites).where(sites.c.id.in_(ids)))
        return {row.id: site_from(row) for row in rows}

    def thread(self, site_id: str, page_key: str | None, external_id: str | None) -> Thread | None:
        by_id = external_key_hash(external_id) if external_id else None
        by_page = page_key_hash(page_key) if page_key else None
        keys = [key for key in (by_id, by_page) if key is not None]
        rows = self._connection.execute(_THREAD, {"site_id": site_id, "keys": keys}).all()
        found = {bytes(row.key): row for row in rows}
        row = found.get(by_id or b"") or found.get(by_page or b"")
        return thread_from(row) if row is not None else None

    def thread_position(
        self, slug: str, page_key: str | None, external_id: str | None
    ) -> ThreadPosition | None:
        site = self.site(slug)
        if site is None:
            return None
        return ThreadPosition(site, self.thread(site.id, page_key, external_id))

    def comment_state(self, site_id: str, comment_id: str) -> State | None:
        found = self._connection.execute(_STATE, {"site_id": site_id, "id": comment_id}).scalar()
        return State(found) if found is not None else None

    def parent(self, site_id: str, comment_id: str) -> ParentComment | None:
        row = self._connection.execute(
            _PARENT, {"site_id": site_id, "id": comment_id}
        ).one_or_none()
        if row is None:
            return None
        return ParentComment(row.id, row.thread_id, State(row.state), bytes(row.path))

    def head(self, site_id: str, comment_id: str) -> CommentHead | None:
        row = self._connection.execute(
            select(
                comments.c.id,
                comments.c.site_id,
                comments.c.thread_id,
                comments.c.path,
                comments.c.state,
                comments.c.version,
                comments.c.previous_state,
                comments.c.created_at,
            ).where(comments.c.site_id == site_id, comments.c.id == comment_id)
        ).one_or_none()
        if row is None:
            return None
        return CommentHead(
            id=row.id,
            site_id=row.site_id,
            thread_id=row.thread_id,
            path=bytes(row.path),
            state=State(row.state),
            version=row.version,
            previous_state=State(row.previous_state) if row.previous_state else None,
            created_at=row.created_at,
        )

    def open_revision(self, site_id: str, comment_id: str) -> Revision | None:
        row = self._connection.execute(
            select(revisions).where(
                revisions.c.site_id == site_id,
                revisions.c.comment_id == comment_id,
                revisions.c.state.in_(OPEN_STATES),
            )
        ).one_or_none()
        if row is None:
            return None
        return Revision(
            site_id, comment_id, number=row.number, content=row.content, state=State(row.state)
        )

    # -- the state of work -------------------------------------------------------------------------

    def pending_count(self, at_most: int) -> int:
        return self._connection.execute(_PENDING, {"at_most": at_most}).scalar_one()

    def stranded(self, *, before: datetime, now: datetime, limit: int) -> Sequence[WorkItem]:
        rows = self._connection.execute(
            select(comments.c.site_id, comments.c.id)
            .where(
                comments.c.state == State.PENDING,
                comments.c.created_at <= before,
                (comments.c.lease_until.is_(None)) | (comments.c.lease_until < now),
            )
            .order_by(comments.c.created_at)
            .limit(limit)
        )
        found = [WorkItem(row.site_id, row.id) for row in rows]
        edits = self._connection.execute(
            select(revisions.c.site_id, revisions.c.comment_id, revisions.c.number)
            .where(
                revisions.c.state == State.PENDING,
                revisions.c.created_at <= before,
                (revisions.c.lease_until.is_(None)) | (revisions.c.lease_until < now),
            )
            .limit(limit - len(found))
        )
        return found + [WorkItem(row.site_id, row.comment_id, row.number) for row in edits]

    # -- what screening needs to know --------------------------------------------------------------

    def histories(self, site_id: str, contact_ids: Collection[str]) -> Mapping[str, AuthorHistory]:
        rows = self._connection.execute(
            select(comments.c.contact_id, comments.c.state, func.count().label("number"))
            .where(comments.c.site_id == site_id, comments.c.contact_id.in_(contact_ids))
            .group_by(comments.c.contact_id, comments.c.state)
        )
        found: dict[str, dict[State, int]] = defaultdict(dict)
        for row in rows:
            found[row.contact_id][State(row.state)] = row.number
        return {contact_id: AuthorHistory(states) for contact_id, states in found.items()}

    def rates(
        self, site_id: str, drafts: Sequence[Draft], *, since: datetime
    ) -> Mapping[str, Rates]:
        contact_ids = {draft.contact_id for draft in drafts if draft.contact_id}
        by_author = self._counted(comments.c.contact_id, site_id, contact_ids, since)
        networks = {draft.network_hash for draft in drafts}
        by_network = self._counted(comments.c.network_hash, site_id, networks, since)
        return {
            draft.id: Rates(
                author=by_author.get(draft.contact_id, 1),
                network=by_network.get(draft.network_hash, 1),
            )
            for draft in drafts
        }

    def _counted(
        self, column: Any, site_id: str, values: Collection[Any], since: datetime
    ) -> dict[Any, int]:
        rows = self._connection.execute(
            select(column, func.count())
            .where(
                comments.c.site_id == site_id, column.in_(values), comments.c.created_at >= since
            )
            .group_by(column)
        )
        return {bytes(key) if isinstance(key, memoryview) else key: number for key, number in rows}

    def copies(
        self, site_id: str, keys: Collection[tuple[CopyKind, int]], *, since: datetime
    ) -> Sequence[CopyMark]:
        if not keys:
            return []
        ranked = (
            select(
                copies.c.kind,
                copies.c.key,
                copies.c.comment_id,
                copies.c.sketch,
                func.row_number()
                .over(partition_by=(copies.c.kind, copies.c.key), order_by=copies.c.comment_id)
                .label("place"),
            )
            .where(
                copies.c.site_id == site_id,
                copies.c.kind.in_({kind.value for kind, _ in keys}),
                copies.c.key.in_({key for _, key in keys}),
                copies.c.created_at >= since,
            )
            .subquery()
        )
        rows = self._connection.execute(select(ranked).where(ranked.c.place <= COPY_MARKS_PER_KEY))
        return [
            CopyMark(CopyKind(row.kind), row.key, row.comment_id, sketch_from_bytes(row.sketch))
            for row in rows
        ]

    # -- secrets -----------------------------------------------------------------------------------

    def has_contacts(self) -> bool:
        return self._connection.execute(select(contacts.c.id).limit(1)).first() is not None

    def has_sealed_with(self, key_id: bytes) -> bool:
        # A sealed value begins with its key's id (see `crypto.SealedVault`).
        return any(
            self._connection.execute(
                select(table.c.id)
                .where(func.substr(table.c.email_sealed, 1, len(key_id)) == key_id)
                .limit(1)
            ).first()
            for table in (contacts, moderators)
        )

    def key_ids(self) -> frozenset[str]:
        return frozenset(self._connection.execute(select(key_ids.c.id)).scalars())
