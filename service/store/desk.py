"""Queries behind the desk: the queue, a comment's record, moderators and their sessions."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, literal, literal_column, null, select, update

from service.core.decisions import Actor, Decision
from service.core.people import Membership, Moderator, NewModerator, Role, Session
from service.core.policy import Contribution, packaged_policy
from service.core.records import QueuedComment
from service.core.rules import Family, Policy
from service.core.site import Site
from service.core.states import State
from service.store.connected import Connected
from service.store.tables import (
    comments,
    contacts,
    decisions,
    moderators,
    revisions,
    sessions,
    threads,
)
from service.store.traces import Screened, TraceReads, signal_from

_WITH_THREAD = comments.join(
    threads,
    (threads.c.site_id == comments.c.site_id) & (threads.c.id == comments.c.thread_id),
).outerjoin(
    contacts,
    (contacts.c.site_id == comments.c.site_id) & (contacts.c.id == comments.c.contact_id),
)
_LISTED = (
    comments,
    threads.c.url.label("thread_url"),
    threads.c.title.label("thread_title"),
    contacts.c.email_sealed,
)
_QUEUED = select(
    *_LISTED, literal(0).label("revision"), null().label("new_content"), null().label("new_state")
).select_from(_WITH_THREAD)
# The second condition is that of the partial index, which only then is seen to serve the first.
_IS_HELD_EDIT = (revisions.c.state == literal_column("'held'")) & revisions.c.state.in_(
    [literal_column("'pending'"), literal_column("'held'")]
)
_EDITED = (
    select(
        *_LISTED,
        revisions.c.number.label("revision"),
        revisions.c.content.label("new_content"),
        revisions.c.state.label("new_state"),
    )
    .select_from(
        _WITH_THREAD.join(
            revisions,
            (revisions.c.site_id == comments.c.site_id) & (revisions.c.comment_id == comments.c.id),
        )
    )
    .where(_IS_HELD_EDIT)
)
_MODERATOR = (moderators.c.id, moderators.c.name, moderators.c.role, moderators.c.site_id)


class DeskReads(TraceReads):
    def queue_page(
        self, *, sites: Sequence[Site], state: State, after: str | None, limit: int
    ) -> Sequence[QueuedComment]:
        found: list[tuple[Row[Any], Site]] = []
        # Site by site, so that each part is one range of the index; ids merge them by time.
        for site in sites:
            statements = [_QUEUED.where(comments.c.state == state)]
            if state is State.HELD:
                statements.append(_EDITED)
            for statement in statements:
                # An edit is looked for by its own columns, of which there are few.
                of, by = (
                    (revisions.c.site_id, revisions.c.comment_id)
                    if statement is _EDITED
                    else (comments.c.site_id, comments.c.id)
                )
                part = statement.where(of == site.id)
                if after is not None:
                    part = part.where(by > after)
                rows = self._connection.execute(part.order_by(by).limit(limit))
                found += [(row, site) for row in rows]
        return self._listed(sorted(found, key=lambda one: one[0].id)[:limit])

    def queued(self, site: Site, comment_id: str) -> QueuedComment | None:
        rows = self._connection.execute(
            _QUEUED.where(comments.c.site_id == site.id, comments.c.id == comment_id)
        )
        return next(iter(self._listed([(row, site) for row in rows])), None)

    def _listed(self, found: Sequence[tuple[Row[Any], Site]]) -> list[QueuedComment]:
        by_site: dict[str, list[str]] = defaultdict(list)
        for row, site in found:
            by_site[site.id].append(row.id)
        policies: dict[Screened, Policy] = {}
        parts: dict[Screened, tuple[Contribution, ...]] = {}
        for site_id, ids in by_site.items():
            seen = self._seen(site_id, ids)
            policies |= {key: one.policy for key, one in self.traces(site_id, ids).items()}
            for key, rows in seen.items():
                policy = policies.get(key) or packaged_policy()
                parts[key] = tuple(_contribution(row, policy) for row in rows if not row.shadow)
        return [
            _queued(row, site, parts.get(key, ()), policies.get(key) or packaged_policy())
            for row, site in found
            for key in [(row.id, row.revision)]
        ]

    def queue_counts(self, sites: Sequence[Site]) -> Mapping[State, int]:
        ids = [site.id for site in sites]
        rows = self._connection.execute(
            select(comments.c.state, func.count())
            .where(comments.c.site_id.in_(ids))
            .group_by(comments.c.state)
        )
        counts = Counter({State(state): number for state, number in rows})
        counts[State.HELD] += self._connection.execute(
            select(func.count()).where(revisions.c.site_id.in_(ids), _IS_HELD_EDIT)
        ).scalar_one()
        return +counts

    def decisions(self, site_id: str, comment_id: str) -> Sequence[Decision]:
        rows = self._connection.execute(
            select(decisions)
            .where(decisions.c.site_id == site_id, decisions.c.comment_id == comment_id)
            .order_by(decisions.c.id)
        )
        return [
            Decision(
                id=row.id,
                comment_id=row.comment_id,
                site_id=row.site_id,
                from_state=State(row.from_state),
                to_state=State(row.to_state),
                actor=Actor(row.actor),
                moderator_id=row.moderator_id,
                at=row.at,
                spam=row.spam,
                abuse=row.abuse,
                policy_version=row.policy_version,
                note=row.note,
                revision=row.revision,
            )
            for row in rows
        ]

    def moderator_names(self, ids: Collection[str]) -> Mapping[str, str]:
        rows = self._connection.execute(
            select(moderators.c.id, moderators.c.name).where(moderators.c.id.in_(ids))
        )
        return {row.id: row.name for row in rows}

    def moderator_names_at(self, site_ids: Collection[str]) -> Mapping[str, str]:
        rows = self._connection.execute(
            select(moderators.c.id, moderators.c.name).where(
                moderators.c.site_id.in_(site_ids) | moderators.c.site_id.is_(None)
            )
        )
        return {row.id: row.name for row in rows}

    def credentials(self, email_indexes: Collection[bytes]) -> tuple[Moderator, str] | None:
        row = self._connection.execute(
            select(*_MODERATOR, moderators.c.password_hash).where(
                moderators.c.email_index.in_(email_indexes)
            )
        ).first()
        return (_moderator(row), row.password_hash) if row is not None else None

    def has_moderators(self) -> bool:
        return self._connection.execute(select(moderators.c.id).limit(1)).first() is not None

    def session(self, session_id: bytes) -> Session | None:
        row = self._connection.execute(
            select(*_MODERATOR, sessions.c.created_at, sessions.c.seen_at)
            .join(sessions, sessions.c.moderator_id == moderators.c.id)
            .where(sessions.c.id == session_id)
        ).one_or_none()
        if row is None:
            return None
        return Session(session_id, _moderator(row), row.created_at, row.seen_at)


class DeskWrites(Connected):
    def add_moderator(self, new: NewModerator) -> bool:
        # Under a retired key too, or a change of secret would let one address in twice.
        taken = self._connection.execute(
            select(moderators.c.id).where(moderators.c.email_index.in_(new.email_indexes))
        ).first()
        if taken is not None:
            return False
        made = self._connection.execute(
            self._insert(moderators)
            .values(
                id=new.moderator.id,
                email_index=new.email_indexes[0],
                email_sealed=new.email_sealed,
                name=new.moderator.name,
                role=new.moderator.memberships[0].role,
                site_id=new.moderator.memberships[0].site_id,
                password_hash=new.password_hash,
                created_at=new.created_at,
            )
            .on_conflict_do_nothing()
            .returning(moderators.c.id)
        ).all()
        return bool(made)

    def set_password(self, moderator: Moderator, password_hash: str) -> None:
        self._connection.execute(
            update(moderators)
            .where(moderators.c.id == moderator.id)
            .values(password_hash=password_hash)
        )
        self._connection.execute(delete(sessions).where(sessions.c.moderator_id == moderator.id))

    def add_session(self, session: Session) -> None:
        self._connection.execute(
            insert(sessions).values(
                id=session.id,
                moderator_id=session.moderator.id,
                created_at=session.created_at,
                seen_at=session.seen_at,
            )
        )

    def touch_session(self, session_id: bytes, now: datetime) -> None:
        self._connection.execute(
            update(sessions).where(sessions.c.id == session_id).values(seen_at=now)
        )

    def end_session(self, session_id: bytes) -> None:
        self._connection.execute(delete(sessions).where(sessions.c.id == session_id))


def _moderator(row: Any) -> Moderator:
    return Moderator(row.id, row.name, (Membership(Role(row.role), row.site_id),))


def _contribution(row: Row[Any], policy: Policy) -> Contribution:
    rule = policy.rule(row.symbol)
    return Contribution(
        signal_from(row),
        points=row.points,
        sentence=rule.sentence,
        family=Family(row.family) if row.family is not None else None,
    )


def _queued(
    row: Row[Any], site: Site, parts: tuple[Contribution, ...], policy: Policy
) -> QueuedComment:
    return QueuedComment(
        id=row.id,
        site_id=row.site_id,
        site_slug=site.slug,
        thread_url=row.thread_url,
        thread_title=row.thread_title,
        parent_id=row.parent_id,
        author_name=row.author_name,
        author_url=row.author_url,
        email_sealed=row.email_sealed,
        contact_id=row.contact_id,
        network_sealed=row.network_sealed,
        content=row.new_content if row.revision else row.content,
        state=State(row.new_state if row.revision else row.state),
        version=row.version,
        created_at=row.created_at,
        contributions=parts,
        policy=policy,
        revision=row.revision,
        shown_content=row.content if row.revision else None,
    )
