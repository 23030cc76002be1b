"""People: add a moderator, sign in, find a session, sign out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe

from service.core.errors import Conflict, Forbidden, NotFound, SetupError, TooManyRequests
from service.core.people import Membership, Moderator, NewModerator, Role, Session
from service.core.ports import Clock, NewId, Passwords, RateLimiter, Store, Vault

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
        self, email: str, *, name: str, role: Role, site_slug: str | None, password: str
    ) -> Moderator:
        password_hash = _hashed(self.passwords, password)
        moderator_id = self.new_id()
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
                    created_at=self.clock(),
                )
            )
            if not added:
                raise Conflict("There is already a moderator with this address.")
        return moderator


@dataclass(frozen=True, slots=True)
class SetPassword:
    """Gives a moderator another password and ends their sessions.

    Raises `SetupError` for a weak one, `NotFound` where nobody signs in with the address.
    """

    store: Store
    vault: Vault
    passwords: Passwords

    def __call__(self, email: str, password: str) -> None:
        password_hash = _hashed(self.passwords, password)
        with self.store.write() as tx:
            found = tx.credentials(self.vault.email_indexes(email, scope=_SCOPE))
            if found is None:
                raise NotFound("There is no moderator with this address.")
            tx.set_password(found[0], password_hash)


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
        if not self.passwords.verify(found[1] if found else None, password) or found is None:
            raise Forbidden("The address or the password is not right.")
        secret = token_urlsafe(32)
        now = self.clock()
        with self.store.write() as tx:
            tx.add_session(Session(self.vault.keyed_hash("session", secret), found[0], now, now))
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

    def __call__(self, secret: str) -> None:
        with self.store.write() as tx:
            tx.end_session(self.vault.keyed_hash("session", secret))


def _hashed(passwords: Passwords, password: str) -> str:
    if len(password) < PASSWORD_MIN_CHARS:
        raise SetupError(f"A password needs at least {PASSWORD_MIN_CHARS} characters.")
    return passwords.hash(password)


def _is_alive(session: Session, now: datetime) -> bool:
    return now - session.seen_at < SESSION_IDLE and now - session.created_at < SESSION_ABSOLUTE
