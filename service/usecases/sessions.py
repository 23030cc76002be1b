"""Sessions at the desk: find the one of a cookie, end them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.core.accounts import Session, new_token
from service.core.audit import Event, by_moderator
from service.core.errors import NotFound, SealBroken
from service.core.people import Moderator
from service.core.places import Place
from service.core.ports import Clock, Store, Vault
from service.usecases.sign_in import record_of, sealed_network

TOUCH_EVERY = timedelta(minutes=5)
DEVICE_EVERY = timedelta(minutes=1)
"""So often another device is looked for; another network as often as a session is touched."""

UNKNOWN = "cannot be opened"


@dataclass(frozen=True, slots=True, repr=False)
class Found:
    """A session, and its new secret where it has just been given one: for the cookie."""

    session: Session
    new_secret: str | None = None

    @property
    def moderator(self) -> Moderator:
        return self.session.moderator


@dataclass(frozen=True, slots=True)
class FindSession:
    """What is behind a cookie, or None: unknown, idle for too long, or too old.

    A session that goes on from another device or network is not ended, since people move; the
    record says so, and its owner's list of sessions, too. What a page asks for by itself leaves a
    session as it is: somebody who has gone must not seem to be there.
    """

    store: Store
    vault: Vault
    clock: Clock

    def __call__(
        self, secret: str, place: Place | None = None, *, by_itself: bool = False
    ) -> Found | None:
        session_id, now = self.vault.keyed_hash("session", secret), self.clock()
        with self.store.read() as tx:
            session = tx.session(session_id, now)
        if session is None or not session.is_alive(now):
            return None
        if by_itself:
            return Found(session)
        moved = self._moved(session, place, now)
        if moved is not None or now - session.seen_at > TOUCH_EVERY:
            with self.store.write() as tx:
                tx.touch_session(moved or session, now)
                if moved is not None and place is not None:
                    change = {"from": self._where(session), "to": self._where(moved)}
                    who = by_moderator(session.moderator)
                    record_of(
                        tx, session.moderator, Event.SESSION_MOVED, by=who, at=now, details=change
                    )
        # By its former secret it is used only for what was on its way when that was changed.
        if session.must_renew and session.id == session_id:
            return self._renewed(session, now)
        return Found(session)

    def network(self, session: Session) -> str:
        try:
            return self.vault.open(session.network_sealed, bound_to=f"{session.family}/network")
        except SealBroken:
            return UNKNOWN

    def _moved(self, session: Session, place: Place | None, now: datetime) -> Session | None:
        # Not at every request: who is online by two protocols changes networks all the time.
        passed = now - session.seen_at
        if place is None or passed <= DEVICE_EVERY:
            return None
        has_moved = session.device != place.device or (
            passed > TOUCH_EVERY and self.network(session) != place.network
        )
        if not has_moved:
            return None
        sealed = sealed_network(self.vault, place.network, session.family)
        return replace(session, device=place.device, network_sealed=sealed)

    def _where(self, session: Session) -> str:
        return f"{session.device or 'an unknown device'}, {self.network(session)}"

    def _renewed(self, session: Session, now: datetime) -> Found:
        secret = new_token()
        with self.store.write() as tx:
            done = tx.renew_session(session, self.vault.keyed_hash("session", secret), now)
        return Found(session, secret if done else None)


@dataclass(frozen=True, slots=True)
class SignOut:
    store: Store
    vault: Vault
    clock: Clock

    def __call__(self, secret: str) -> None:
        session_id, now = self.vault.keyed_hash("session", secret), self.clock()
        with self.store.write() as tx:
            session = tx.session(session_id, now)
            tx.end_session(session_id)
            if session is not None:
                who = session.moderator
                record_of(tx, who, Event.SIGNED_OUT, by=by_moderator(who), at=now)


@dataclass(frozen=True, slots=True)
class OwnSessions:
    """Somebody's own sessions, the latest first."""

    store: Store
    clock: Clock

    def __call__(self, moderator: Moderator) -> Sequence[Session]:
        with self.store.read() as tx:
            found = tx.sessions_of(moderator.id)
        now = self.clock()
        return [one for one in found if one.is_alive(now)]

    def end(self, moderator: Moderator, family: str) -> None:
        """Raises `NotFound` for one that is not theirs, or has ended."""
        with self.store.write() as tx:
            if not tx.end_session_of(moderator.id, family):
                raise NotFound
            who = by_moderator(moderator)
            record_of(tx, moderator, Event.SIGNED_OUT, by=who, at=self.clock())

    def end_others(self, moderator: Moderator, family: str) -> None:
        with self.store.write() as tx:
            tx.end_sessions(moderator.id, but=family)
            who = by_moderator(moderator)
            record_of(tx, moderator, Event.SESSIONS_ENDED, by=who, at=self.clock())
