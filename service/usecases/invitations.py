"""Invitations: a link that lets somebody in, once, with the role that it carries."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.core.accounts import INVITATION_LASTS, Invitation, new_token, token_hash
from service.core.audit import Entry, Event, by_moderator
from service.core.errors import Conflict, Forbidden, InvalidAccount, NotFound
from service.core.people import REFUSAL, Membership, Moderator, Permission
from service.core.ports import Clock, NewId, Passwords, Reads, Store, Vault
from service.usecases.people import AddModerator, add, hashed, plain_name
from service.usecases.sign_in import SCOPE

OPEN_MAX = 200
TOKEN_MAX_CHARS = 100


@dataclass(frozen=True, slots=True)
class Welcome:
    """What an invitation says to who opens it. `email` is the address that it was made for."""

    email: str
    membership: Membership
    has_account: bool


@dataclass(frozen=True, slots=True)
class Invitations:
    """`NotFound` for a link that was used, withdrawn, or is too old."""

    store: Store
    vault: Vault
    passwords: Passwords
    add_moderator: AddModerator
    clock: Clock
    new_id: NewId

    def invite(self, email: str, membership: Membership, actor: Moderator) -> str:
        """The link's token, which is shown now or never. `email` is a valid, normalised address."""
        if not actor.may(Permission.PEOPLE, membership.site_id):
            raise Forbidden(REFUSAL)
        token, invitation_id, now = new_token(), self.new_id(), self.clock()
        invitation = Invitation(
            id=invitation_id,
            membership=membership,
            email_sealed=self.vault.seal(email, bound_to=f"{invitation_id}/email"),
            email_indexes=tuple(self.vault.email_indexes(email, scope=SCOPE)),
            invited_by=actor.id,
            created_at=now,
            expires_at=now + INVITATION_LASTS,
            token_hash=token_hash(token),
        )
        with self.store.write() as tx:
            if len(tx.invitations()) >= OPEN_MAX:
                raise Conflict(f"At most {OPEN_MAX} invitations can be open. Withdraw some.")
            tx.add_invitation(invitation)
            site_id = membership.site_id
            details = {"role": membership.role}
            entry = Entry(
                site_id, Event.PERSON_INVITED, by_moderator(actor), now, invitation_id, details
            )
            tx.record(entry)
        return token

    def open_ones(self, actor: Moderator) -> Sequence[Invitation]:
        """Those that wait for an answer, at the sites where the actor manages people."""
        now = self.clock()
        with self.store.read() as tx:
            found = tx.invitations()
        return [
            one
            for one in found
            if one.expires_at > now and actor.may(Permission.PEOPLE, one.membership.site_id)
        ]

    def email(self, invitation: Invitation) -> str:
        return self.vault.open(invitation.email_sealed, bound_to=f"{invitation.id}/email")

    def withdraw(self, invitation_id: str, actor: Moderator) -> None:
        with self.store.write() as tx:
            gone = tx.withdraw_invitation(invitation_id)
            if gone is None or not actor.may(Permission.PEOPLE, gone.membership.site_id):
                raise NotFound
            site_id, by = gone.membership.site_id, by_moderator(actor)
            entry = Entry(site_id, Event.INVITATION_WITHDRAWN, by, self.clock(), invitation_id)
            tx.record(entry)

    def welcome(self, token: str) -> Welcome:
        with self.store.read() as tx:
            invitation = self._open(tx, token)
            email = self.email(invitation)
            found = tx.credentials(self.vault.email_indexes(email, scope=SCOPE))
        return Welcome(email, invitation.membership, has_account=found is not None)

    def join(self, token: str, name: str, password: str) -> Moderator:
        """Make an account for who was invited.

        Raises `InvalidAccount` for a name or password that does not do, `Conflict` where the
        address has an account by now.
        """
        name = plain_name(name)
        if not name:
            raise InvalidAccount("Please say what others shall call you.")
        password_hash = hashed(self.passwords, password)
        with self.store.write() as tx:
            invitation = self._open(tx, token)
            if not tx.use_invitation(invitation.token_hash, self.clock()):
                raise NotFound
            new = self.add_moderator.new(
                self.email(invitation),
                name=name,
                membership=invitation.membership,
                password_hash=password_hash,
            )
            add(tx, new, Event.PERSON_JOINED, by_moderator(new.moderator))
        return new.moderator

    def take(self, token: str, moderator: Moderator) -> None:
        """Add the role to the account of the address that was invited, for who is signed in."""
        with self.store.write() as tx:
            invitation = self._open(tx, token)
            indexes = self.vault.email_indexes(self.email(invitation), scope=SCOPE)
            found = tx.credentials(indexes)
            if found is None or found.moderator.id != moderator.id:
                raise Forbidden("This invitation is for somebody else.")
            if not tx.use_invitation(invitation.token_hash, self.clock()):
                raise NotFound
            membership = invitation.membership
            tx.set_membership(moderator.id, membership)
            tx.ask_to_renew_sessions(moderator.id)
            details = {"name": moderator.name, "role": membership.role}
            by, at = by_moderator(moderator), self.clock()
            tx.record(
                Entry(
                    membership.site_id, Event.PERSON_JOINED, by, at, moderator.id, details=details
                )
            )

    def _open(self, tx: Reads, token: str) -> Invitation:
        found = tx.invitation(token_hash(token)) if len(token) <= TOKEN_MAX_CHARS else None
        if found is None or found.expires_at <= self.clock():
            raise NotFound("This invitation was used or withdrawn, or its time is over.")
        return found
