"""Sign in, by password and where there is one by code; sign out.

Guesses are slowed down so that nobody can lock somebody else out for good: those at an account from
places that its owner does not know share one allowance, and each place where the owner has signed
in before (OWASP's device cookie; a network counts as well) has one of its own.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import NoReturn

from service.core.accounts import (
    KNOWN_NETWORK_LASTS,
    Credentials,
    Session,
    new_token,
    recovery_hash,
)
from service.core.audit import BY_NOBODY, Doer, Entry, Event, by_moderator
from service.core.errors import Forbidden, SealBroken, TooManyRequests
from service.core.people import Moderator
from service.core.places import Place
from service.core.ports import Clock, Codes, NewId, Passwords, RateLimiter, Store, Vault, Writes

SCOPE = "moderators"
TICKET_LASTS = timedelta(minutes=5)
_TICKET = "sign-in ticket"
_TICKET_MAX_CHARS = 1000
_DEVICE = "device"


@dataclass(frozen=True, slots=True, repr=False)
class SignedIn:
    """The new session's secret, for the cookie, and what lets this browser be known again."""

    moderator: Moderator
    secret: str
    device_token: str


@dataclass(frozen=True, slots=True, repr=False)
class CodeNeeded:
    """The password was right, and a code is asked for. The ticket comes back with it."""

    ticket: str


@dataclass(frozen=True, slots=True)
class SignIn:
    """Raises `Forbidden`, `TooManyRequests`.

    One answer for a wrong address and a wrong password, after the same work.
    """

    store: Store
    vault: Vault
    passwords: Passwords
    codes: Codes
    limiter: RateLimiter
    clock: Clock
    new_id: NewId

    def __call__(self, email: str, password: str, place: Place) -> SignedIn | CodeNeeded:
        indexes = self.vault.email_indexes(email, scope=SCOPE)
        now = self.clock()
        with self.store.read() as tx:
            found = tx.credentials(indexes)
        self._slow_down(found, indexes[0].hex(), place)
        right = self.passwords.verify(found.password_hash if found else None, password)
        if not right or found is None:
            self._refuse(found, place, "The address or the password is not right.")
        if found.totp_sealed is not None:
            return CodeNeeded(self._ticket(found, now))
        return self.let_in(found.moderator, place)

    def by_code(self, ticket: str, code: str, place: Place) -> SignedIn:
        """The second step: a code of this time-step, or one of the recovery codes."""
        found = self._ticket_of(ticket)
        self._slow_down(found, f"code {found.moderator.id}", place)
        now = self.clock()
        digits = "".join(code.split())
        with self.store.write() as tx:
            if digits.isdecimal():
                used = self._uses_code(tx, found, digits, now)
            else:
                used = tx.use_recovery_code(
                    found.moderator.id, recovery_hash(found.moderator.id, code)
                )
                if used:
                    record_of(
                        tx,
                        found.moderator,
                        Event.RECOVERY_CODE_USED,
                        by=by_moderator(found.moderator),
                        at=now,
                        details={"left": tx.recovery_codes_left(found.moderator.id)},
                    )
        if not used:
            self._refuse(found, place, "The code is not right, or it has been used already.")
        return self.let_in(found.moderator, place)

    def let_in(self, moderator: Moderator, place: Place) -> SignedIn:
        """Start a session for somebody who has proved who they are."""
        secret, now = new_token(), self.clock()
        family = self.new_id()
        known_device = self._nonce(place.token, moderator.id)
        nonce = known_device or token_hex(8)
        network = self._network_hash(place)
        with self.store.write() as tx:
            since = now - KNOWN_NETWORK_LASTS
            is_known = tx.knows_network(moderator.id, network, since=since)
            tx.add_session(
                Session(
                    id=self.vault.keyed_hash("session", secret),
                    moderator=moderator,
                    family=family,
                    created_at=now,
                    seen_at=now,
                    device=place.device,
                    network_sealed=sealed_network(self.vault, place.network, family),
                )
            )
            tx.note_network(moderator.id, network, now)
            details = {
                "network": place.network,
                "device": place.device,
                "known place": is_known or known_device is not None,
            }
            who = by_moderator(moderator)
            record_of(tx, moderator, Event.SIGNED_IN, by=who, at=now, details=details)
        token = f"{moderator.id}.{nonce}"
        return SignedIn(moderator, secret, f"{token}.{self._device_stamp(token)}")

    # -- guesses -----------------------------------------------------------------------------------

    def _slow_down(self, found: Credentials | None, account: str, place: Place) -> None:
        network = self._network_hash(place)
        own = self._own_place(found, network, place) if found else None
        if own is not None:
            waits = [self.limiter.admit_guess(f"{account} {own}")]
        else:
            waits = [self.limiter.admit_sign_in(network)]
            if not waits[0]:
                waits.append(self.limiter.admit_guess(account))
        wait = max(one or 0.0 for one in waits)
        if wait:
            raise TooManyRequests(retry_after_seconds=int(wait) + 1)

    def _own_place(self, found: Credentials, network: bytes, place: Place) -> str | None:
        """What to count guesses from here by, if the owner of the account was here before."""
        nonce = self._nonce(place.token, found.moderator.id)
        if nonce is not None:
            return f"device {nonce}"
        since = self.clock() - KNOWN_NETWORK_LASTS
        with self.store.read() as tx:
            is_known = tx.knows_network(found.moderator.id, network, since=since)
        return f"network {network.hex()}" if is_known else None

    def _refuse(self, found: Credentials | None, place: Place, why: str) -> NoReturn:
        moderator = found.moderator if found else None
        # Of attempts at accounts that do not exist only some are: nobody may fill the disk.
        if moderator is None and self.limiter.admit_guess("recorded attempts of nobody"):
            raise Forbidden(why)
        details = {"network": place.network, "device": place.device}
        with self.store.write() as tx:
            at = self.clock()
            record_of(tx, moderator, Event.SIGN_IN_FAILED, by=BY_NOBODY, at=at, details=details)
        raise Forbidden(why)

    def _uses_code(self, tx: Writes, found: Credentials, code: str, now: datetime) -> bool:
        if found.totp_sealed is None:
            return False
        secret = self.vault.open(found.totp_sealed, bound_to=totp_place(found.moderator.id))
        step = self.codes.matching_step(secret, code, now)
        return step is not None and tx.use_totp_step(found.moderator.id, step)

    # -- tickets and devices -----------------------------------------------------------------------

    def _ticket(self, found: Credentials, now: datetime) -> str:
        data = [found.moderator.id, now.timestamp(), self._fingerprint(found)]
        sealed = self.vault.seal(json.dumps(data), bound_to=_TICKET)
        return base64.urlsafe_b64encode(sealed).decode("ascii")

    def _ticket_of(self, ticket: str) -> Credentials:
        """Whose it is. Raises `Forbidden` for one that is old, or older than the password."""
        stale = Forbidden("That took too long. Please sign in again.")
        if len(ticket) > _TICKET_MAX_CHARS:
            raise stale
        try:
            sealed = base64.urlsafe_b64decode(ticket.encode("ascii"))
            moderator_id, issued, fingerprint = json.loads(
                self.vault.open(sealed, bound_to=_TICKET)
            )
        except (SealBroken, binascii.Error, UnicodeEncodeError):
            raise stale from None
        age = self.clock().timestamp() - issued
        with self.store.read() as tx:
            found = tx.credentials_of(moderator_id)
        if found is None or not 0 <= age < TICKET_LASTS.total_seconds():
            raise stale
        if self._fingerprint(found) != fingerprint:
            raise stale
        return found

    def _fingerprint(self, found: Credentials) -> str:
        return self.vault.keyed_hash("password", found.password_hash).hex()

    def _nonce(self, token: str | None, moderator_id: str) -> str | None:
        """Which device of theirs a token names, if it is genuine."""
        whose, _, rest = (token or "").partition(".")
        nonce, _, stamp = rest.partition(".")
        if whose != moderator_id:
            return None
        try:
            given = bytes.fromhex(stamp)
            value = f"{whose}.{nonce}".encode("ascii")
        except (ValueError, UnicodeEncodeError):
            return None
        return nonce if self.vault.check_stamp(_DEVICE, value, given) else None

    def _device_stamp(self, token: str) -> str:
        return self.vault.stamp(_DEVICE, token.encode("ascii")).hex()

    def _network_hash(self, place: Place) -> bytes:
        return self.vault.keyed_hash("network", place.network)


def sealed_network(vault: Vault, network: str, family: str) -> bytes:
    return vault.seal(network, bound_to=f"{family}/network")


def totp_place(moderator_id: str) -> str:
    """What the secret of somebody's codes is bound to."""
    return f"{moderator_id}/totp"


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
