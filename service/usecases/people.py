"""People: add somebody, and change what others may do or how they sign in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from service.core.accounts import (
    NAME_MAX_CHARS,
    PASSWORD_MAX_CHARS,
    PASSWORD_MIN_CHARS,
    NewModerator,
    Person,
)
from service.core.audit import BY_OPERATOR, Doer, Entry, Event, by_moderator
from service.core.errors import Conflict, Forbidden, InvalidAccount, NotFound
from service.core.people import REFUSAL, Membership, Moderator, Permission, Role
from service.core.ports import Clock, NewId, Passwords, Store, Vault, Writes
from service.usecases.sign_in import SCOPE, record_of

LAST_ADMIN = "Somebody must remain who is an admin for all sites."
TAKEN = "There is already a moderator with this address."


@dataclass(frozen=True, slots=True)
class AddModerator:
    """Raises `InvalidAccount` for a weak password, `NotFound` for the site, `Conflict` if taken.

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
        password_hash = hashed(self.passwords, password)
        with self.store.write() as tx:
            site = tx.site(site_slug) if site_slug else None
            if site_slug and site is None:
                raise NotFound(f"There is no site {site_slug}.")
            membership = Membership(role, site.id if site else None)
            new = self.new(email, name=name, membership=membership, password_hash=password_hash)
            add(tx, new, Event.PERSON_ADDED, by)
        return new.moderator

    def new(
        self, email: str, *, name: str, membership: Membership, password_hash: str
    ) -> NewModerator:
        moderator_id = self.new_id()
        return NewModerator(
            moderator=Moderator(moderator_id, plain_name(name) or "Moderator", (membership,)),
            email_sealed=self.vault.seal(email, bound_to=email_place(moderator_id)),
            email_indexes=tuple(self.vault.email_indexes(email, scope=SCOPE)),
            password_hash=password_hash,
            created_at=self.clock(),
        )


def add(tx: Writes, new: NewModerator, event: Event, by: Doer) -> None:
    if not tx.add_moderator(new):
        raise Conflict(TAKEN)
    (membership,) = new.moderator.memberships
    details = {"name": new.moderator.name, "role": membership.role}
    tx.record(
        Entry(membership.site_id, event, by, new.created_at, new.moderator.id, details=details)
    )


@dataclass(frozen=True, slots=True)
class SetPassword:
    """Gives a moderator another password and ends their sessions.

    Raises `InvalidAccount` for a weak one, `NotFound` where nobody signs in with the address.
    """

    store: Store
    vault: Vault
    passwords: Passwords
    clock: Clock

    def __call__(self, email: str, password: str, *, by: Doer = BY_OPERATOR) -> None:
        password_hash = hashed(self.passwords, password)
        with self.store.write() as tx:
            found = tx.credentials(self.vault.email_indexes(email, scope=SCOPE))
            if found is None:
                raise NotFound("There is no moderator with this address.")
            tx.set_password(found.moderator.id, password_hash)
            tx.end_sessions(found.moderator.id)
            record_of(tx, found.moderator, Event.PASSWORD_SET, by=by, at=self.clock())


@dataclass(frozen=True, slots=True)
class Roster:
    """What those who manage people do. `actor` is None at the command line, which may do all.

    Somebody who works for no site that the actor manages does not exist for them (`NotFound`), and
    their account is the business of those who manage people wherever they work (`Forbidden`).
    """

    store: Store
    vault: Vault
    clock: Clock

    def people(self, actor: Moderator) -> Sequence[Person]:
        """All whom an actor sees: those of the sites they manage, and those of all sites."""
        with self.store.read() as tx:
            if actor.may(Permission.PEOPLE, None):
                return tx.people_at(None)
            return tx.people_at([one for one in _managed(actor) if one is not None])

    def found(self, email: str) -> Moderator:
        """Who signs in with an address. Raises `NotFound`."""
        with self.store.read() as tx:
            found = tx.credentials(self.vault.email_indexes(email, scope=SCOPE))
        if found is None:
            raise NotFound("There is no moderator with this address.")
        return found.moderator

    def give_role(self, moderator_id: str, membership: Membership, actor: Moderator | None) -> None:
        """Give a role at a site, or another one than they have there. Their sessions go on."""
        with self.store.write() as tx:
            target = self._member(tx, moderator_id, actor, membership.site_id)
            before = target.role_at(membership.site_id)
            if before is membership.role:
                return
            admins = tx.admins_of_all()
            tx.set_membership(target.id, membership)
            _keep_an_admin(tx, admins)
            tx.ask_to_renew_sessions(target.id)
            tx.record(
                Entry(
                    membership.site_id,
                    Event.ROLE_CHANGED,
                    _by(actor),
                    self.clock(),
                    target.id,
                    {"name": target.name, "from": before or "none", "to": membership.role},
                )
            )

    def end_role(self, moderator_id: str, site_id: str | None, actor: Moderator | None) -> None:
        """Take a role away; with the last one goes the account."""
        with self.store.write() as tx:
            target = self._member(tx, moderator_id, actor, site_id)
            before = target.role_at(site_id)
            if before is None:
                raise NotFound
            if len(target.memberships) == 1:
                self._remove(tx, target, actor)
                return
            admins = tx.admins_of_all()
            tx.end_membership(target.id, site_id)
            _keep_an_admin(tx, admins)
            tx.ask_to_renew_sessions(target.id)
            details = {"name": target.name, "from": before, "to": "none"}
            entry = Entry(site_id, Event.ROLE_CHANGED, _by(actor), self.clock(), target.id, details)
            tx.record(entry)

    def remove(self, moderator_id: str, actor: Moderator | None) -> None:
        with self.store.write() as tx:
            self._remove(tx, self._owner(tx, moderator_id, actor), actor)

    def sign_out(self, moderator_id: str, actor: Moderator | None) -> None:
        with self.store.write() as tx:
            target = self._owner(tx, moderator_id, actor)
            tx.end_sessions(target.id)
            at = self.clock()
            record_of(tx, target, Event.SESSIONS_ENDED, by=_by(actor), at=at)

    def reset_totp(self, moderator_id: str, actor: Moderator | None) -> None:
        """For somebody who has lost their codes: they sign in by password, and can begin anew."""
        with self.store.write() as tx:
            target = self._owner(tx, moderator_id, actor)
            tx.set_totp(target.id, None)
            tx.end_sessions(target.id)
            record_of(tx, target, Event.TOTP_ENDED, by=_by(actor), at=self.clock())

    def require_totp(self, site_id: str | None, actor: Moderator | None, *, required: bool) -> None:
        """Ask everybody who works for a site, or for any, to sign in with codes."""
        if actor is not None and not actor.may(Permission.PEOPLE, site_id):
            raise Forbidden(REFUSAL)
        with self.store.write() as tx:
            tx.set_totp_rule(site_id, required=required)
            details = {"required": required}
            at = self.clock()
            tx.record(Entry(site_id, Event.TOTP_REQUIRED, _by(actor), at, details=details))

    def _remove(self, tx: Writes, target: Moderator, actor: Moderator | None) -> None:
        admins = tx.admins_of_all()
        at = self.clock()
        tx.remove_moderator(target.id, at)
        _keep_an_admin(tx, admins)
        details = {"name": target.name}
        record_of(tx, target, Event.PERSON_REMOVED, by=_by(actor), at=at, details=details)

    def _seen(self, tx: Writes, moderator_id: str, actor: Moderator | None) -> Moderator:
        """Somebody whom the actor sees."""
        target = tx.moderator(moderator_id)
        if target is None:
            raise NotFound
        if actor is not None and not actor.may(Permission.PEOPLE, None):
            managed = _managed(actor)
            if not any(one.site_id is None or one.site_id in managed for one in target.memberships):
                raise NotFound
        return target

    def _member(
        self, tx: Writes, moderator_id: str, actor: Moderator | None, site_id: str | None
    ) -> Moderator:
        """Somebody whose role at a site the actor may change."""
        target = self._seen(tx, moderator_id, actor)
        if actor is not None and not actor.may(Permission.PEOPLE, site_id):
            raise Forbidden(REFUSAL)
        return target

    def _owner(self, tx: Writes, moderator_id: str, actor: Moderator | None) -> Moderator:
        """Somebody whose account the actor may change."""
        target = self._seen(tx, moderator_id, actor)
        if actor is not None and not actor.covers(target):
            raise Forbidden("They also work where you do not manage people.")
        return target


def plain_name(name: str) -> str:
    """A name of one line. Raises `InvalidAccount` for a long one, or one like an address."""
    text = " ".join(name.split())
    if len(text) > NAME_MAX_CHARS or not text.isprintable():
        raise InvalidAccount(f"A name is one line of at most {NAME_MAX_CHARS} characters.")
    if "@" in text:
        raise InvalidAccount("A name is shown to others, so it is no e-mail address.")
    return text


def hashed(passwords: Passwords, password: str) -> str:
    if len(password) < PASSWORD_MIN_CHARS:
        raise InvalidAccount(f"A password needs at least {PASSWORD_MIN_CHARS} characters.")
    if len(password) > PASSWORD_MAX_CHARS:
        raise InvalidAccount(f"A password has at most {PASSWORD_MAX_CHARS} characters.")
    return passwords.hash(password)


def email_place(moderator_id: str) -> str:
    """What the sealed address of a moderator is bound to."""
    return f"{moderator_id}/email"


def _by(actor: Moderator | None) -> Doer:
    return by_moderator(actor) if actor is not None else BY_OPERATOR


def _managed(actor: Moderator) -> Collection[str | None]:
    return {one.site_id for one in actor.memberships if Permission.PEOPLE in one.role.permissions}


def _keep_an_admin(tx: Writes, before: Collection[str]) -> None:
    """Raise `Conflict` where the last admin of all sites would be gone."""
    if before and not tx.admins_of_all():
        raise Conflict(LAST_ADMIN)
