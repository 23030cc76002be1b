"""Queries that change nothing: sites, threads, what screening needs, and the state of work."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Text, bindparam, cast, func, literal, literal_column, select, union_all

from service.core.comment import (
    AuthorHistory,
    CommentHead,
    Draft,
    ParentComment,
    Rates,
    Revision,
    Thread,
)
from service.core.records import ThreadPosition, WorkItem
from service.core.site import Site
from service.core.states import State
from service.store.connected import Connected
from service.store.people_tables import moderators
from service.store.quick import Quick
from service.store.rows import (
    external_key_hash,
    page_key_hash,
    site_from,
    site_from_texts,
    thread_from,
)
from service.store.tables import (
    comments,
    contacts,
    idempotency_keys,
    key_ids,
    revisions,
    sites,
    thread_keys,
    threads,
)
from service.store.webhook_tables import webhook_endpoints

OPEN_STATES = (State.PENDING, State.HELD)

# Settings come as text, which is the key to what it was parsed to last time.
_SITE_COLUMNS = (
    sites.c.id,
    sites.c.slug,
    sites.c.name,
    cast(sites.c.origins, Text).label("origins"),
    cast(sites.c.settings, Text).label("settings"),
    sites.c.version,
)
_SITE = Quick(lambda _: select(*_SITE_COLUMNS).where(sites.c.slug == bindparam("slug")))
_THREAD_COLUMNS = (
    threads.c.site_id,
    threads.c.id,
    threads.c.url,
    threads.c.title,
    threads.c.closed,
    threads.c.version,
    threads.c.approved_count,
    threads.c.off,
)
_OF_KEY = (threads.c.site_id == thread_keys.c.site_id) & (threads.c.id == thread_keys.c.thread_id)
_ONE_OF_KEYS = thread_keys.c.key.in_([bindparam("one"), bindparam("other")])
_THREAD = Quick(
    lambda _: (
        select(*_THREAD_COLUMNS, thread_keys.c.key)
        .select_from(thread_keys.join(threads, _OF_KEY))
        .where(thread_keys.c.site_id == bindparam("site_id"), _ONE_OF_KEYS)
    )
)
_POSITION = Quick(
    lambda _: (
        select(
            *_SITE_COLUMNS,
            *(column.label(f"thread_{column.key}") for column in _THREAD_COLUMNS[1:]),
            thread_keys.c.key,
        )
        .select_from(
            sites.outerjoin(
                thread_keys, (thread_keys.c.site_id == sites.c.id) & _ONE_OF_KEYS
            ).outerjoin(threads, _OF_KEY)
        )
        .where(sites.c.slug == bindparam("slug"))
    )
)
_CLAIMED_KEY = Quick(
    lambda _: select(idempotency_keys.c.fingerprint, idempotency_keys.c.comment_id).where(
        idempotency_keys.c.site_id == bindparam("site_id"),
        idempotency_keys.c.key_hash == bindparam("key_hash"),
    )
)
_STATE = Quick(
    lambda _: select(comments.c.state).where(
        comments.c.site_id == bindparam("site_id"), comments.c.id == bindparam("id")
    )
)
_PARENT = select(comments.c.id, comments.c.thread_id, comments.c.state, comments.c.path).where(
    comments.c.site_id == bindparam("site_id"), comments.c.id == bindparam("id")
)
HEAD_COLUMNS = (
    comments.c.id,
    comments.c.site_id,
    comments.c.thread_id,
    comments.c.contact_id,
    comments.c.path,
    comments.c.state,
    comments.c.version,
    comments.c.previous_state,
    comments.c.created_at,
)
_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
# Written out, not bound: a partial index serves only a condition that is seen to imply its own.
IS_PENDING = comments.c.state == literal_column("'pending'")
IS_PENDING_EDIT = (revisions.c.state == literal_column("'pending'")) & revisions.c.state.in_(
    [literal_column("'pending'"), literal_column("'held'")]
)
_PENDING = select(func.count()).select_from(
    union_all(
        # The time is always true: a range of the partial index, or SQLite walks along a whole one.
        select(comments.c.id).where(IS_PENDING, comments.c.created_at > bindparam("begin")),
        select(revisions.c.comment_id).where(IS_PENDING_EDIT),
    )
    .limit(bindparam("at_most"))
    .subquery()
)


class CoreReads(Connected):
    # -- sites and threads -------------------------------------------------------------------------

    def site(self, slug: str) -> Site | None:
        rows = _SITE(self._connection, slug=slug)
        return site_from_texts(tuple(rows[0])) if rows else None

    def sites(self) -> Sequence[Site]:
        rows = self._connection.execute(select(sites).order_by(sites.c.slug))
        return [site_from(row) for row in rows]

    def sites_by_id(self, ids: Collection[str]) -> Mapping[str, Site]:
        rows = self._connection.execute(select(sites).where(sites.c.id.in_(ids)))
        return {row.id: site_from(row) for row in rows}

    def thread(self, site_id: str, page_key: str | None, external_id: str | None) -> Thread | None:
        by_id = external_key_hash(external_id) if external_id else None
        by_page = page_key_hash(page_key) if page_key else None
        one, other = by_id or by_page, by_page or by_id
        if one is None:
            return None
        rows = _THREAD(self._connection, site_id=site_id, one=one, other=other)
        row = _best(rows, by_id, by_page)
        return thread_from(row) if row is not None else None

    def thread_position(
        self, slug: str, page_key: str | None, external_id: str | None
    ) -> ThreadPosition | None:
        return self.ask_position(slug, page_key, external_id)()

    def ask_position(
        self, slug: str, page_key: str | None, external_id: str | None
    ) -> Callable[[], ThreadPosition | None]:
        """What gives `thread_position`'s answer, after the block if inside `at_once`."""
        by_id = external_key_hash(external_id) if external_id else None
        by_page = page_key_hash(page_key) if page_key else None
        # Where neither is given the site still comes, and no key is empty.
        one, other = by_id or by_page or b"", by_page or by_id or b""
        answer = _POSITION.ask(self._connection, slug=slug, one=one, other=other)

        def position() -> ThreadPosition | None:
            rows = answer.rows()
            if not rows:
                return None
            site = site_from_texts(tuple(rows[0][:6]))
            row = _best(rows, by_id, by_page)
            if row is None or row.thread_id is None:
                return ThreadPosition(site, None)
            return ThreadPosition(site, Thread(row.thread_id, site.id, *row[7:13]))

        return position

    def thread_counts(
        self, site_id: str, pages: Sequence[tuple[str | None, str | None]]
    ) -> Sequence[int]:
        keys = [
            (
                external_key_hash(external_id) if external_id else None,
                page_key_hash(page_key) if page_key else None,
            )
            for page_key, external_id in pages
        ]
        wanted = {key for pair in keys for key in pair if key is not None}
        rows = self._connection.execute(
            select(thread_keys.c.key, threads.c.approved_count)
            .select_from(thread_keys.join(threads, _OF_KEY))
            .where(thread_keys.c.site_id == site_id, thread_keys.c.key.in_(wanted), ~threads.c.off)
        )
        counts: dict[bytes | None, int] = {bytes(row.key): row.approved_count for row in rows}
        return [counts.get(by_id, counts.get(by_page, 0)) for by_id, by_page in keys]

    def claimed_key(self, site_id: str, key_hash: bytes) -> tuple[bytes, str] | None:
        rows = _CLAIMED_KEY(self._connection, site_id=site_id, key_hash=key_hash)
        return (bytes(rows[0].fingerprint), rows[0].comment_id) if rows else None

    def comment_state(self, site_id: str, comment_id: str) -> State | None:
        rows = _STATE(self._connection, site_id=site_id, id=comment_id)
        return State(rows[0].state) if rows else None

    def parent(self, site_id: str, comment_id: str) -> ParentComment | None:
        row = self._connection.execute(
            _PARENT, {"site_id": site_id, "id": comment_id}
        ).one_or_none()
        if row is None:
            return None
        return ParentComment(row.id, row.thread_id, State(row.state), bytes(row.path))

    def head(self, site_id: str, comment_id: str) -> CommentHead | None:
        row = self._connection.execute(
            select(*HEAD_COLUMNS).where(comments.c.site_id == site_id, comments.c.id == comment_id)
        ).one_or_none()
        return head_from(row) if row is not None else None

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
        return self._connection.execute(
            _PENDING, {"at_most": at_most, "begin": _BEGIN}
        ).scalar_one()

    def stranded(self, *, before: datetime, now: datetime, limit: int) -> Sequence[WorkItem]:
        rows = self._connection.execute(
            select(comments.c.site_id, comments.c.id)
            .where(
                IS_PENDING,
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
                IS_PENDING_EDIT,
                revisions.c.created_at <= before,
                (revisions.c.lease_until.is_(None)) | (revisions.c.lease_until < now),
            )
            .limit(limit)
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

    # -- secrets -----------------------------------------------------------------------------------

    def has_contacts(self) -> bool:
        return self._connection.execute(select(contacts.c.id).limit(1)).first() is not None

    def has_sealed_with(self, key_id: bytes) -> bool:
        # A sealed value begins with its key's id (see `crypto.SealedVault`).
        return any(
            self._connection.execute(
                select(literal(1)).where(func.substr(sealed, 1, len(key_id)) == key_id).limit(1)
            ).first()
            for sealed in (
                contacts.c.email_sealed,
                moderators.c.email_sealed,
                webhook_endpoints.c.secret_sealed,
                moderators.c.totp_sealed,
            )
        )

    def key_ids(self) -> frozenset[str]:
        return frozenset(self._connection.execute(select(key_ids.c.id)).scalars())


def head_from(row: Any) -> CommentHead:
    return CommentHead(
        id=row.id,
        site_id=row.site_id,
        thread_id=row.thread_id,
        contact_id=row.contact_id,
        path=bytes(row.path),
        state=State(row.state),
        version=row.version,
        previous_state=State(row.previous_state) if row.previous_state else None,
        created_at=row.created_at,
    )


def _best(rows: Sequence[Any], by_id: bytes | None, by_page: bytes | None) -> Any:
    """Of the rows of two keys that of the site's own id; None if there is neither."""
    found = {bytes(row.key): row for row in rows if row.key is not None}
    return found.get(by_id or b"") or found.get(by_page or b"")
