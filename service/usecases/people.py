"""People: add a moderator, sign in, find a session, sign out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe

from service.core.audit import BY_NOBODY, BY_OPERATOR, Doer, Entry, Event, by_moderator
from service.core.errors import Conflict, Forbidden, NotFound, SetupError, TooManyRequests
from service.core.people import Membership, Moderator, NewModerator, Role, Session
from service.core.ports import Clock, NewId, Passwords, RateLimiter, Store, Vault, Writes

PASSWORD_MIN_CHARS = 10
SESSION_IDLE = timedelta(hours=12)
SESSION_ABSOLUTE = timedelta(days=14)
TOUCH_EVERY = timedelta(minutes=5)
_SCOPE = "moderators"


@dataclass(frozen=True, slots=True)
class AddModerator:
    """Raises `SetupError` for a weak password, `NotFound` for the site, `Conflict` if taken.

    `email` is a valid, normalised address.
    """

    store: Store
    vault: Vault
    passwords: Passwords
    clock: Clock
    new_id: NewId

    def __call__(
        self,
        email: str,
        *,
        name: str,
        role: Role,
        site_slug: str | None,
        password: str,
        by: Doer = BY_OPERATOR,
    ) -> Moderator:
        password_hash = _hashed(self.passwords, password)
        moderator_id, now = self.new_id(), self.clock()
        with self.store.write() as tx:
            site = tx.site(site_slug) if site_slug else None
            if site_slug and site is None:
                raise NotFound(f"There is no site {site_slug}.")
            membership = Membership(role, site.id if site else None)
            moderator = Moderator(moderator_id, name or "Moderator", (membership,))
            added = tx.add_moderator(
                NewModerator(
                    moderator=moderator,
                    email_sealed=self.vault.seal(email, bound_to=f"{moderator_id}/email"),
                    email_indexes=tuple(self.vault.email_indexes(email, scope=_SCOPE)),
                    password_hash=password_hash,
                    created_at=now,
                )
            )
            if not added:
                raise Conflict("There is already a moderator with this address.")
            details = {"name": moderator.name, "role": role}
            tx.record(Entry(membership.site_id, Event.PERSON_ADDED, by, now, moderator.id, details))
        return moderator


@dataclass(frozen=True, slots=True)
class SetPassword:
    """Gives a moderator another password and ends their sessions.

    Raises `SetupError` for a weak one, `NotFound` where nobody signs in with the address.
    """

    store: Store
    vault: Vault
    passwords: Passwords
    clock: Clock

    def __call__(self, email: str, password: str, *, by: Doer = BY_OPERATOR) -> None:
        password_hash = _hashed(self.passwords, password)
        with self.store.write() as tx:
            found = tx.credentials(self.vault.email_indexes(email, scope=_SCOPE))
            if found is None:
                raise NotFound("There is no moderator with this address.")
            tx.set_password(found[0], password_hash)
            record_of(tx, found[0], Event.PASSWORD_SET, by=by, at=self.clock())


@dataclass(frozen=True, slots=True)
class SignIn:
    """Returns the new session's secret, for the cookie. Raises `Forbidden`, `TooManyRequests`.

    One answer for a wrong address and a wrong password, after the same work.
    """

    store: Store
    vault: Vault
    passwords: Passwords
    limiter: RateLimiter
    clock: Clock

    def __call__(self, email: str, password: str, *, network: str) -> str:
        wait = self.limiter.admit_sign_in(self.vault.keyed_hash("network", network))
        if wait:
            raise TooManyRequests(retry_after_seconds=int(wait) + 1)
        with self.store.read() as tx:
            found = tx.credentials(self.vault.email_indexes(email, scope=_SCOPE))
        now = self.clock()
        if not self.passwords.verify(found[1] if found else None, password) or found is None:
            with self.store.write() as tx:
                record_of(
                    tx,
                    found[0] if found else None,
                    Event.SIGN_IN_FAILED,
                    by=BY_NOBODY,
                    at=now,
                    details={"network": network},
                )
            raise Forbidden("The address or the password is not right.")
        secret, moderator = token_urlsafe(32), found[0]
        with self.store.write() as tx:
            tx.add_session(Session(self.vault.keyed_hash("session", secret), moderator, now, now))
            details = {"network": network}
            record_of(
                tx, moderator, Event.SIGNED_IN, by=by_moderator(moderator), at=now, details=details
            )
        return secret


@dataclass(frozen=True, slots=True)
class FindSession:
    """The moderator behind a cookie, or None: unknown, idle for too long, or too old."""

    store: Store
    vault: Vault
    clock: Clock

    def __call__(self, secret: str) -> Moderator | None:
        session_id = self.vault.keyed_hash("session", secret)
        with self.store.read() as tx:
            session = tx.session(session_id)
        now = self.clock()
        if session is None or not _is_alive(session, now):
            return None
        if now - session.seen_at > TOUCH_EVERY:
            with self.store.write() as tx:
                tx.touch_session(session_id, now)
        return session.moderator


@dataclass(frozen=True, slots=True)
class SignOut:
    store: Store
    vault: Vault
    clock: Clock

    def __call__(self, secret: str) -> None:
        session_id = self.vault.keyed_hash("session", secret)
        with self.store.write() as tx:
            session = tx.session(session_id)
            tx.end_session(session_id)
            if session is not None:
                who, now = session.moderator, self.clock()
                record_of(tx, who, Event.SIGNED_OUT, by=by_moderator(who), at=now)


def record_of(
    tx: Writes,
    person: Moderator | None,
    event: Event,
    *,
    by: Doer,
    at: datetime,
    details: Mapping[str, object] | None = None,
) -> None:
    """Record what concerns a person with each site that they work for.

    What concerns nobody who is known, or somebody who works for no site, stands in the
    installation's record.
    """
    site_ids = {one.site_id for one in person.memberships} if person is not None else set()
    about = person.id if person is not None else ""
    for site_id in sorted(site_ids or {None}, key=str):
        tx.record(Entry(site_id, event, by, at, about, details or {}))


def _hashed(passwords: Passwords, password: str) -> str:
    if len(password) < PASSWORD_MIN_CHARS:
        raise SetupError(f"A password needs at least {PASSWORD_MIN_CHARS} characters.")
    return passwords.hash(password)


def _is_alive(session: Session, now: datetime) -> bool:
    return now - session.seen_at < SESSION_IDLE and now - session.created_at < SESSION_ABSOLUTE
