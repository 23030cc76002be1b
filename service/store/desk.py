"""Queries behind the desk: a comment's record, moderators and their sessions."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from service.core.people import Membership, Moderator, NewModerator, Role, Session
from service.store.connected import Connected
from service.store.tables import (
    moderators,
    sessions,
)

_MODERATOR = (moderators.c.id, moderators.c.name, moderators.c.role, moderators.c.site_id)


class DeskReads(Connected):
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
