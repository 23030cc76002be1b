"""Statements that change the store; state changes are conditional and their rows are counted."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from service.core.comment import CommentHead, Draft, NewComment, NewContact, Thread
from service.core.decisions import Actor, Decision, Screening
from service.core.ports import CopyMark, NewId, WorkItem
from service.core.site import Site
from service.core.states import State
from service.store.desk import DeskReads, DeskWrites
from service.store.reading import ThreadReads
from service.store.reads import CoreReads
from service.store.rows import (
    draft_from,
    external_key_hash,
    facts_to_json,
    page_key_hash,
    path_ids,
    settings_to_json,
    sketch_to_bytes,
)
from service.store.tables import (
    comments,
    contacts,
    copies,
    decisions,
    idempotency_keys,
    key_ids,
    outbox,
    sessions,
    signals,
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
_LEASED = (
    comments.c.id,
    comments.c.site_id,
    comments.c.thread_id,
    comments.c.contact_id,
    comments.c.network_hash,
    comments.c.author_name,
    comments.c.author_url,
    comments.c.content,
    comments.c.facts,
    comments.c.created_at,
    comments.c.attempt,
)


class SqlReads(CoreReads, ThreadReads, DeskReads):
    """All reads on one connection."""


class SqlWrites(SqlReads, DeskWrites):
    """All writes, in the transaction of one connection."""

    def _insert(self, table: Any) -> Any:
        """An INSERT that can say ON CONFLICT, which both dialects spell alike."""
        made = sqlite if self._connection.dialect.name == "sqlite" else postgresql
        return made.insert(table)

    # -- submission --------------------------------------------------------------------------------

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

    # -- screening ---------------------------------------------------------------------------------

    def lease(
        self, items: Sequence[WorkItem], *, until: datetime, now: datetime
    ) -> Sequence[Draft]:
        leased: list[Draft] = []
        for site_id, ids in _by_site((item.site_id, item.comment_id) for item in items).items():
            # SKIP LOCKED (a no-op on SQLite): two workers with overlapping batches share them out.
            free = (
                select(comments.c.id)
                .where(
                    comments.c.site_id == site_id,
                    comments.c.id.in_(ids),
                    comments.c.state == State.PENDING,
                    (comments.c.lease_until.is_(None)) | (comments.c.lease_until < now),
                )
                .with_for_update(skip_locked=True)
            )
            rows = self._connection.execute(
                update(comments)
                .where(comments.c.site_id == site_id, comments.c.id.in_(free))
                .values(attempt=comments.c.attempt + 1, lease_until=until)
                .returning(*_LEASED)
            )
            leased += [draft_from(row) for row in rows]
        return sorted(leased, key=lambda draft: draft.id)

    def renew(self, drafts: Sequence[Draft], *, until: datetime) -> None:
        self._change_leases(drafts, {"lease_until": until})

    def release(self, drafts: Sequence[Draft]) -> None:
        self._change_leases(drafts, {"lease_until": None, "attempt": comments.c.attempt - 1})

    def _change_leases(self, drafts: Sequence[Draft], values: dict[str, Any]) -> None:
        for (site_id, attempt), ids in _by_lease(drafts).items():
            self._connection.execute(
                update(comments)
                .where(
                    comments.c.site_id == site_id,
                    comments.c.id.in_(ids),
                    comments.c.attempt == attempt,
                    comments.c.state == State.PENDING,
                )
                .values(values)
            )

    def add_copy_marks(self, site_id: str, marks: Sequence[CopyMark], *, now: datetime) -> None:
        if not marks:
            return
        self._connection.execute(
            self._insert(copies).on_conflict_do_nothing(),
            [
                {
                    "site_id": site_id,
                    "kind": mark.kind.value,
                    "key": mark.key,
                    "comment_id": mark.comment_id,
                    "sketch": sketch_to_bytes(mark.sketch),
                    "created_at": now,
                }
                for mark in marks
            ],
        )

    def conclude(
        self, screenings: Sequence[Screening], *, now: datetime, new_id: NewId
    ) -> Collection[str]:
        self._lock_threads_of([(one.site_id, one.comment_id) for one in screenings])
        groups: dict[tuple[str, State, int], list[str]] = defaultdict(list)
        for one in screenings:
            groups[one.site_id, one.verdict.state, one.attempt].append(one.comment_id)
        concluded: set[str] = set()
        shown: list[tuple[str, str, bytes]] = []
        for (site_id, state, attempt), ids in groups.items():
            rows = self._connection.execute(
                update(comments)
                .where(
                    comments.c.site_id == site_id,
                    comments.c.id.in_(ids),
                    comments.c.attempt == attempt,
                    comments.c.state == State.PENDING,
                )
                .values(
                    state=state,
                    version=comments.c.version + 1,
                    decided_at=now,
                    lease_until=None,
                )
                .returning(comments.c.id, comments.c.thread_id, comments.c.path)
            ).all()
            concluded.update(row.id for row in rows)
            if state is State.APPROVED:
                shown += [(site_id, row.thread_id, bytes(row.path)) for row in rows]
        self._show(shown, by=1)
        self._record([one for one in screenings if one.comment_id in concluded], now, new_id)
        return concluded

    def _record(self, screenings: Sequence[Screening], now: datetime, new_id: NewId) -> None:
        if not screenings:
            return
        found = [
            {
                "site_id": one.site_id,
                "comment_id": one.comment_id,
                "symbol": part.signal.symbol,
                "strength": part.signal.strength,
                "points": part.points,
                "detail": part.signal.detail,
                "spans": part.signal.spans,
            }
            for one in screenings
            for part in one.verdict.contributions
        ]
        if found:
            self._connection.execute(self._insert(signals).on_conflict_do_nothing(), found)
        made = [
            Decision(
                id=new_id(),
                comment_id=one.comment_id,
                site_id=one.site_id,
                from_state=State.PENDING,
                to_state=one.verdict.state,
                actor=Actor.CHECKS,
                moderator_id=None,
                at=now,
                score=one.verdict.score,
                policy_version=one.verdict.policy_version,
            )
            for one in screenings
        ]
        self._add_decisions(made)

    # -- deciding ----------------------------------------------------------------------------------

    def move(self, head: CommentHead, decision: Decision) -> bool:
        self._lock_threads_of([(head.site_id, head.id)])
        moved = self._connection.execute(
            update(comments)
            .where(
                comments.c.site_id == head.site_id,
                comments.c.id == head.id,
                comments.c.version == head.version,
                comments.c.state == head.state,
            )
            .values(
                state=decision.to_state,
                previous_state=head.state,
                version=comments.c.version + 1,
                decided_at=decision.at,
                lease_until=None,
            )
        )
        if moved.rowcount != 1:
            return False
        change = (decision.to_state is State.APPROVED) - (head.state is State.APPROVED)
        if change:
            self._show([(head.site_id, head.thread_id, head.path)], by=change)
        self._add_decisions([decision])
        return True

    def _lock_threads_of(self, ids: Sequence[tuple[str, str]]) -> None:
        """Lock the threads first and in order, so that two transactions cannot wait for each other.

        SQLite has one writer and needs none of it.
        """
        if self._connection.dialect.name == "sqlite":
            return
        for site_id, comment_ids in sorted(_by_site(ids).items()):
            of_them = select(comments.c.thread_id).where(
                comments.c.site_id == site_id, comments.c.id.in_(comment_ids)
            )
            self._connection.execute(
                select(threads.c.id)
                .where(threads.c.site_id == site_id, threads.c.id.in_(of_them))
                .order_by(threads.c.id)
                .with_for_update()
            ).all()

    def _show(self, changed: Sequence[tuple[str, str, bytes]], *, by: int) -> None:
        """Count comments in or out for readers: in their ancestors, and in the thread's version."""
        in_threads: Counter[tuple[str, str]] = Counter()
        in_subtrees: Counter[tuple[str, str]] = Counter()
        for site_id, thread_id, path in changed:
            in_threads[site_id, thread_id] += by
            in_subtrees.update({(site_id, id_): by for id_ in path_ids(path)})
        if not changed:
            return
        self._connection.execute(
            update(threads)
            .where(threads.c.site_id == bindparam("of_site"), threads.c.id == bindparam("of_id"))
            .values(
                version=threads.c.version + 1,
                approved_count=threads.c.approved_count + bindparam("number"),
            ),
            _numbered(in_threads),
        )
        self._connection.execute(
            update(comments)
            .where(comments.c.site_id == bindparam("of_site"), comments.c.id == bindparam("of_id"))
            .values(live=comments.c.live + bindparam("number")),
            _numbered(in_subtrees),
        )

    def _add_decisions(self, made: Sequence[Decision]) -> None:
        self._connection.execute(
            insert(decisions),
            [
                {
                    "site_id": one.site_id,
                    "id": one.id,
                    "comment_id": one.comment_id,
                    "from_state": one.from_state,
                    "to_state": one.to_state,
                    "actor": one.actor,
                    "moderator_id": one.moderator_id,
                    "at": one.at,
                    "score": one.score,
                    "policy_version": one.policy_version,
                    "note": one.note,
                }
                for one in made
            ],
        )
        # An event has its decision's id: what is told is what was decided.
        self._connection.execute(
            insert(outbox),
            [
                {
                    "site_id": one.site_id,
                    "id": one.id,
                    "event": f"comment.{one.to_state}",
                    "comment_id": one.comment_id,
                    "created_at": one.at,
                }
                for one in made
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


def _by_site(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = defaultdict(list)
    for site_id, comment_id in pairs:
        grouped[site_id].append(comment_id)
    return grouped


def _by_lease(drafts: Sequence[Draft]) -> dict[tuple[str, int], list[str]]:
    grouped: dict[tuple[str, int], list[str]] = defaultdict(list)
    for draft in drafts:
        grouped[draft.site_id, draft.attempt].append(draft.id)
    return grouped


def _numbered(counted: Counter[tuple[str, str]]) -> list[dict[str, Any]]:
    return [
        {"of_site": site_id, "of_id": id_, "number": number}
        for (site_id, id_), number in sorted(counted.items())
    ]
