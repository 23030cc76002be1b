"""Sessions at the desk: whose they are, where they go on, and how their secret is changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, or_, select, update

from service.core.accounts import ROTATION_GRACE, Session
from service.core.people import Moderator
from service.store.people import PeopleReads
from service.store.people_tables import moderators, sessions

_SESSION = select(sessions, moderators.c.name, moderators.c.totp_sealed).join(
    moderators, moderators.c.id == sessions.c.moderator_id
)


class SessionReads(PeopleReads):
    def session(self, session_id: bytes, now: datetime) -> Session | None:
        row = self._connection.execute(
            _SESSION.where(
                or_(
                    sessions.c.id == session_id,
                    (sessions.c.former_id == session_id)
                    & (sessions.c.renewed_at > now - ROTATION_GRACE),
                )
            )
        ).first()
        if row is None:
            return None
        moderator = self._moderator(row.moderator_id, row.name)
        return self._session(row, moderator)

    def sessions_of(self, moderator_id: str) -> Sequence[Session]:
        rows = self._connection.execute(
            _SESSION.where(sessions.c.moderator_id == moderator_id).order_by(
                sessions.c.seen_at.desc(), sessions.c.family
            )
        ).all()
        if not rows:
            return []
        moderator = self._moderator(moderator_id, rows[0].name)
        return [self._session(row, moderator) for row in rows]

    def _session(self, row: Row[Any], moderator: Moderator) -> Session:
        lacks_totp = False
        if row.totp_sealed is None:
            rules = self.totp_rules()
            lacks_totp = bool(rules) and any(
                None in rules or one.site_id is None or one.site_id in rules
                for one in moderator.memberships
            )
        return Session(
            id=bytes(row.id),
            moderator=moderator,
            family=row.family,
            created_at=row.created_at,
            seen_at=row.seen_at,
            device=row.device,
            network_sealed=bytes(row.network_sealed),
            must_renew=row.must_renew,
            lacks_totp=lacks_totp,
        )


class SessionWrites(SessionReads):
    def add_session(self, session: Session) -> None:
        self._connection.execute(
            insert(sessions).values(
                id=session.id,
                moderator_id=session.moderator.id,
                family=session.family,
                created_at=session.created_at,
                seen_at=session.seen_at,
                device=session.device,
                network_sealed=session.network_sealed,
            )
        )

    def touch_session(self, session: Session, now: datetime) -> None:
        self._connection.execute(
            update(sessions)
            .where(sessions.c.id == session.id)
            .values(seen_at=now, device=session.device, network_sealed=session.network_sealed)
        )

    def renew_session(self, session: Session, new_id: bytes, now: datetime) -> bool:
        done = self._connection.execute(
            update(sessions)
            .where(sessions.c.id == session.id)
            .values(id=new_id, former_id=session.id, renewed_at=now, must_renew=False)
        )
        return done.rowcount == 1

    def ask_to_renew_sessions(self, moderator_id: str) -> None:
        self._connection.execute(
            update(sessions).where(sessions.c.moderator_id == moderator_id).values(must_renew=True)
        )

    def end_session(self, session_id: bytes) -> None:
        self._connection.execute(
            delete(sessions).where(
                or_(sessions.c.id == session_id, sessions.c.former_id == session_id)
            )
        )

    def end_sessions(self, moderator_id: str, *, but: str | None = None) -> None:
        statement = delete(sessions).where(sessions.c.moderator_id == moderator_id)
        if but is not None:
            statement = statement.where(sessions.c.family != but)
        self._connection.execute(statement)

    def end_session_of(self, moderator_id: str, family: str) -> bool:
        done = self._connection.execute(
            delete(sessions).where(
                sessions.c.moderator_id == moderator_id, sessions.c.family == family
            )
        )
        return done.rowcount == 1
