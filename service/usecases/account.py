"""One's own account: name, password, codes to sign in with."""

from dataclasses import dataclass

from service.core.accounts import Credentials, new_recovery_codes, recovery_hash
from service.core.audit import Event, by_moderator
from service.core.errors import Conflict, Forbidden, NotFound, SealBroken, TooManyRequests
from service.core.people import Moderator
from service.core.ports import Clock, Codes, Passwords, RateLimiter, Store, Vault
from service.usecases.people import hashed, plain_name
from service.usecases.sign_in import record_of, totp_place

_DRAFT = "totp draft"


@dataclass(frozen=True, slots=True, repr=False)
class TotpDraft:
    """A secret that is not in use yet. `sealed` goes to the browser and comes back."""

    secret: str
    uri: str
    sealed: str


@dataclass(frozen=True, slots=True)
class Account:
    """What asks for the present password raises `Forbidden` for a wrong one, `TooManyRequests`."""

    store: Store
    vault: Vault
    passwords: Passwords
    codes: Codes
    limiter: RateLimiter
    clock: Clock

    def rename(self, moderator: Moderator, name: str) -> None:
        new = plain_name(name)
        if not new or new == moderator.name:
            return
        with self.store.write() as tx:
            tx.set_name(moderator.id, new)
            change = {"from": moderator.name, "to": new}
            who = by_moderator(moderator)
            record_of(tx, moderator, Event.NAME_CHANGED, by=who, at=self.clock(), details=change)

    def change_password(self, moderator: Moderator, present: str, new: str, *, family: str) -> None:
        """Ends all sessions but that of the family, which gets another secret."""
        password_hash = hashed(self.passwords, new)
        self._confirm(moderator, present)
        with self.store.write() as tx:
            tx.set_password(moderator.id, password_hash)
            tx.end_sessions(moderator.id, but=family)
            tx.ask_to_renew_sessions(moderator.id)
            who = by_moderator(moderator)
            record_of(tx, moderator, Event.PASSWORD_SET, by=who, at=self.clock())

    # -- codes -------------------------------------------------------------------------------------

    def has_totp(self, moderator: Moderator) -> bool:
        return self._credentials(moderator).totp_sealed is not None

    def codes_left(self, moderator: Moderator) -> int:
        with self.store.read() as tx:
            return tx.recovery_codes_left(moderator.id)

    def draft_totp(self, moderator: Moderator, sealed: str | None = None) -> TotpDraft:
        """A new secret to set an app up with, or the one that was sealed before."""
        bound_to = f"{moderator.id}/{_DRAFT}"
        secret = self.codes.new_secret()
        if sealed is not None:
            try:
                secret = self.vault.open(bytes.fromhex(sealed), bound_to=bound_to)
            except (ValueError, SealBroken):
                raise Conflict("That secret is out of date. Begin anew.") from None
        else:
            sealed = self.vault.seal(secret, bound_to=bound_to).hex()
        return TotpDraft(secret, self.codes.uri(secret, moderator.name), sealed)

    def start_totp(
        self, moderator: Moderator, draft: TotpDraft, code: str, *, family: str
    ) -> tuple[str, ...]:
        """Sign in with codes from now on. The recovery codes are shown this once.

        Raises `Forbidden` for a wrong code, `Conflict` where there are codes already: a session
        alone must not be enough to replace them.
        """
        self._slow_down(moderator)
        step = self.codes.matching_step(draft.secret, "".join(code.split()), self.clock())
        if step is None:
            raise Forbidden("The code is not right. It changes every thirty seconds.")
        sealed = self.vault.seal(draft.secret, bound_to=totp_place(moderator.id))
        made = new_recovery_codes()
        with self.store.write() as tx:
            found = tx.credentials_of(moderator.id)
            if found is None or found.totp_sealed is not None:
                raise Conflict("You sign in with codes already.")
            tx.set_totp(moderator.id, sealed)
            tx.use_totp_step(moderator.id, step)
            tx.set_recovery_codes(moderator.id, [recovery_hash(moderator.id, one) for one in made])
            tx.end_sessions(moderator.id, but=family)
            tx.ask_to_renew_sessions(moderator.id)
            who = by_moderator(moderator)
            record_of(tx, moderator, Event.TOTP_STARTED, by=who, at=self.clock())
        return made

    def end_totp(self, moderator: Moderator, present: str) -> None:
        self._confirm(moderator, present)
        with self.store.write() as tx:
            rules = tx.totp_rules()
            if None in rules or any(
                one.site_id is None or one.site_id in rules
                for one in moderator.memberships
                if rules
            ):
                raise Conflict("Where you work everybody signs in with codes.")
            tx.set_totp(moderator.id, None)
            tx.ask_to_renew_sessions(moderator.id)
            who = by_moderator(moderator)
            record_of(tx, moderator, Event.TOTP_ENDED, by=who, at=self.clock())

    def new_codes(self, moderator: Moderator, present: str) -> tuple[str, ...]:
        """Ten other recovery codes; those of before are worth nothing any more."""
        self._confirm(moderator, present)
        made = new_recovery_codes()
        with self.store.write() as tx:
            found = tx.credentials_of(moderator.id)
            if found is None or found.totp_sealed is None:
                raise Conflict("Recovery codes are for those who sign in with codes.")
            tx.set_recovery_codes(moderator.id, [recovery_hash(moderator.id, one) for one in made])
            who = by_moderator(moderator)
            record_of(tx, moderator, Event.RECOVERY_CODES_MADE, by=who, at=self.clock())
        return made

    def _confirm(self, moderator: Moderator, present: str) -> None:
        self._slow_down(moderator)
        if not self.passwords.verify(self._credentials(moderator).password_hash, present):
            raise Forbidden("Your present password is not right.")

    def _slow_down(self, moderator: Moderator) -> None:
        wait = self.limiter.admit_guess(f"own {moderator.id}")
        if wait:
            raise TooManyRequests(retry_after_seconds=int(wait) + 1)

    def _credentials(self, moderator: Moderator) -> Credentials:
        with self.store.read() as tx:
            found = tx.credentials_of(moderator.id)
        if found is None:
            raise NotFound
        return found
