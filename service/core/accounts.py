"""Accounts: how people at the desk prove who they are, their sessions, and invitations."""

import base64
import hashlib
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from service.core.people import Membership, Moderator

SESSION_IDLE = timedelta(hours=12)
SESSION_ABSOLUTE = timedelta(days=14)
ROTATION_GRACE = timedelta(seconds=30)
"""So long a session's former secret still opens it, for what the browser had asked meanwhile."""

INVITATION_LASTS = timedelta(days=7)
KNOWN_NETWORK_LASTS = timedelta(days=180)
RECOVERY_CODES = 10
PASSWORD_MIN_CHARS = 10
PASSWORD_MAX_CHARS = 1000
NAME_MAX_CHARS = 80

_RECOVERY_BYTES = 10
_GROUP = 4


@dataclass(frozen=True, slots=True)
class NewModerator:
    """Sealed by the vault; `email_indexes` begins with the current key's; the hash is argon2id."""

    moderator: Moderator
    email_sealed: bytes
    email_indexes: tuple[bytes, ...]
    password_hash: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Credentials:
    """What somebody signs in with. Of a time-step (RFC 6238) up to `totp_step` no code counts."""

    moderator: Moderator
    password_hash: str
    totp_sealed: bytes | None = None
    totp_step: int = 0


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser. `id` is a keyed hash of the cookie's value, which is never stored.

    The secret may change while the session goes on; `family` stays. `must_renew` asks for another
    secret at the next request, `lacks_totp` says that a site wants codes and there are none yet.
    """

    id: bytes
    moderator: Moderator
    family: str
    created_at: datetime
    seen_at: datetime
    device: str = ""
    network_sealed: bytes = b""
    must_renew: bool = False
    lacks_totp: bool = False

    def is_alive(self, now: datetime) -> bool:
        return now - self.seen_at < SESSION_IDLE and now - self.created_at < SESSION_ABSOLUTE


@dataclass(frozen=True, slots=True)
class Person:
    """One of those who work at the desk, as those who manage them see them."""

    moderator: Moderator
    email_sealed: bytes
    created_at: datetime
    has_totp: bool
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that makes its address a member once. Of the link only a hash is kept."""

    id: str
    membership: Membership
    email_sealed: bytes
    email_indexes: tuple[bytes, ...]
    invited_by: str | None
    created_at: datetime
    expires_at: datetime
    token_hash: bytes = field(repr=False)


def token_hash(token: str) -> bytes:
    """Of a link's 256 random bits; nobody finds those by trying, so that no secret is needed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def new_token() -> str:
    return secrets.token_urlsafe(32)


# -- recovery codes --------------------------------------------------------------------------------


def new_recovery_codes() -> tuple[str, ...]:
    """Ten codes of 80 random bits each, as `abcd-efgh-ijkl-mnop`."""
    return tuple(_grouped(secrets.token_bytes(_RECOVERY_BYTES)) for _ in range(RECOVERY_CODES))


def recovery_hash(moderator_id: str, code: str) -> bytes:
    """The hash of a code however it is typed. 80 bits are too many to try, so it needs no salt."""
    plain = "".join(one for one in code.lower() if one.isalnum())
    return hashlib.sha256(f"{moderator_id} {plain}".encode("utf-8", "surrogatepass")).digest()


def _grouped(value: bytes) -> str:
    text = base64.b32encode(value).decode("ascii").lower()
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))


# -- ports -----------------------------------------------------------------------------------------


class AccountReads(Protocol):
    def moderator(self, moderator_id: str) -> Moderator | None: ...
    def moderator_names(self, ids: Collection[str]) -> Mapping[str, str]:
        """Also of those who were removed since."""
        ...

    def moderator_names_at(self, site_ids: Collection[str]) -> Mapping[str, str]:
        """Names by id of those who work for one of these sites, or for all."""
        ...

    def people_at(self, site_ids: Collection[str] | None) -> Sequence[Person]:
        """Those who work for one of these sites or for all; with None, everybody."""
        ...

    def credentials(self, email_indexes: Collection[bytes]) -> Credentials | None: ...
    def credentials_of(self, moderator_id: str) -> Credentials | None: ...
    def has_moderators(self) -> bool: ...
    def admins_of_all(self) -> Sequence[str]:
        """Ids of those who are admins of the whole installation."""
        ...

    def session(self, session_id: bytes, now: datetime) -> Session | None:
        """By its present secret, or by its former one as long as that counts."""
        ...

    def sessions_of(self, moderator_id: str) -> Sequence[Session]:
        """The one that was seen last comes first."""
        ...

    def recovery_codes_left(self, moderator_id: str) -> int: ...
    def knows_network(self, moderator_id: str, network_hash: bytes, *, since: datetime) -> bool: ...
    def invitation(self, token_hash: bytes) -> Invitation | None:
        """One that is still open, whether or not its time is over."""
        ...

    def invitations(self) -> Sequence[Invitation]: ...
    def totp_rules(self) -> Collection[str | None]:
        """The sites that want codes of everybody; None is the whole installation."""
        ...


class AccountWrites(AccountReads, Protocol):
    def add_moderator(self, new: NewModerator) -> bool:
        """False if somebody signs in with this address already."""
        ...

    def remove_moderator(self, moderator_id: str, now: datetime) -> None:
        """Take their account, sessions and memberships; their name stays with what they did."""
        ...

    def set_membership(self, moderator_id: str, membership: Membership) -> None:
        """Give them a role at a site, instead of the one that they have there."""
        ...

    def end_membership(self, moderator_id: str, site_id: str | None) -> bool: ...
    def set_name(self, moderator_id: str, name: str) -> None: ...
    def set_password(self, moderator_id: str, password_hash: str) -> None: ...
    def set_totp(self, moderator_id: str, totp_sealed: bytes | None) -> None:
        """With None also their recovery codes are gone."""
        ...

    def use_totp_step(self, moderator_id: str, step: int) -> bool:
        """False if a code of this time-step, or of a later one, was used before."""
        ...

    def set_recovery_codes(self, moderator_id: str, hashes: Collection[bytes]) -> None: ...
    def use_recovery_code(self, moderator_id: str, code_hash: bytes) -> bool: ...
    def set_totp_rule(self, site_id: str | None, *, required: bool) -> None: ...
    def add_session(self, session: Session) -> None: ...
    def touch_session(self, session: Session, now: datetime) -> None:
        """Store when, where and with what the session was used last."""
        ...

    def renew_session(self, session: Session, new_id: bytes, now: datetime) -> bool:
        """Give it another secret; False if another request has just done so."""
        ...

    def ask_to_renew_sessions(self, moderator_id: str) -> None: ...
    def end_session(self, session_id: bytes) -> None: ...
    def end_sessions(self, moderator_id: str, *, but: str | None = None) -> None:
        """All of somebody's, but for the family named."""
        ...

    def end_session_of(self, moderator_id: str, family: str) -> bool: ...
    def note_network(self, moderator_id: str, network_hash: bytes, now: datetime) -> None: ...
    def add_invitation(self, invitation: Invitation) -> None: ...
    def use_invitation(self, token_hash: bytes, now: datetime) -> bool:
        """False if it was used, withdrawn, or its time is over."""
        ...

    def withdraw_invitation(self, invitation_id: str) -> Invitation | None: ...
