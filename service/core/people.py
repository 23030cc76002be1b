"""People at the desk: what each may do, and at which sites."""

from dataclasses import dataclass
from enum import StrEnum

from service.core.errors import Forbidden, NotFound


class Permission(StrEnum):
    """What a role may let somebody do. Each route of the desk declares one of these."""

    LOOK = "look"
    """See comments with their reasons, and how a site is doing."""
    DECIDE = "decide"
    """Decide about comments, singly or many at once; claim, answer as staff, redact."""
    LISTS = "lists"
    """Trust, mute and ban authors; keep lists of words, domains and networks."""
    REVEAL = "reveal"
    """See an author's address in full, for a reason that is recorded."""
    POLICY = "policy"
    """Draft, compare and set policies; replay; rebuild or reset the filter."""
    SITE = "site"
    """Change a site's settings, keys and webhooks; import and export."""
    PEOPLE = "people"
    """Invite and remove people, and give them roles."""
    AUDIT = "audit"
    """Read and export the record of what people did."""


class Role(StrEnum):
    ADMIN = "admin"
    MODERATOR = "moderator"
    VIEWER = "viewer"

    @property
    def permissions(self) -> frozenset[Permission]:
        return _PERMISSIONS[self]


_PERMISSIONS = {
    Role.ADMIN: frozenset(Permission),
    Role.MODERATOR: frozenset({Permission.LOOK, Permission.DECIDE, Permission.LISTS}),
    Role.VIEWER: frozenset({Permission.LOOK}),
}


@dataclass(frozen=True, slots=True)
class Membership:
    """A role at one site or, where `site_id` is None, at all of them and the installation."""

    role: Role
    site_id: str | None = None


@dataclass(frozen=True, slots=True)
class Moderator:
    """Somebody who works at the desk. At a site all fitting memberships count together."""

    id: str
    name: str
    memberships: tuple[Membership, ...]

    def may(self, permission: Permission, site_id: str | None) -> bool:
        """Whether they may do this at a site; with None, for the whole installation."""
        return any(
            permission in one.role.permissions
            for one in self.memberships
            if one.site_id in (None, site_id)
        )

    def may_somewhere(self, permission: Permission) -> bool:
        return any(permission in one.role.permissions for one in self.memberships)

    def may_see(self, site_id: str) -> bool:
        return self.may(Permission.LOOK, site_id)

    def require(self, permission: Permission, site_id: str) -> None:
        """Raise `NotFound` for a site that they have no part in, else `Forbidden` where they may
        not do this there.
        """
        if not self.may_see(site_id):
            raise NotFound
        if not self.may(permission, site_id):
            raise Forbidden(REFUSAL)

    def role_at(self, site_id: str | None) -> Role | None:
        """The role that they were given at exactly this place."""
        return next((one.role for one in self.memberships if one.site_id == site_id), None)

    def covers(self, other: "Moderator") -> bool:
        """Whether they manage people wherever the other works, and so may change their account."""
        return all(self.may(Permission.PEOPLE, one.site_id) for one in other.memberships)

    def roles_text(self) -> str:
        """Their roles, strongest first, for people to read."""
        roles = {one.role for one in self.memberships}
        return ", ".join(role for role in Role if role in roles)


REFUSAL = "Your role does not allow this."
