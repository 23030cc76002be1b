"""Moderators: who may work at the desk, and for which site."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    ADMIN = "admin"
    MODERATOR = "moderator"
    VIEWER = "viewer"

    @property
    def may_decide(self) -> bool:
        return self is not Role.VIEWER


@dataclass(frozen=True, slots=True)
class Moderator:
    """`site_id` is None for one who works on all sites."""

    id: str
    name: str
    role: Role
    site_id: str | None

    def may_see(self, site_id: str) -> bool:
        return self.site_id in (None, site_id)


@dataclass(frozen=True, slots=True)
class NewModerator:
    """Sealed by the vault; `email_indexes` begins with the current key's; the hash is argon2id."""

    moderator: Moderator
    email_sealed: bytes
    email_indexes: tuple[bytes, ...]
    password_hash: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser. `id` is a keyed hash of the cookie's value, which is never stored."""

    id: bytes
    moderator: Moderator
    created_at: datetime
    seen_at: datetime
