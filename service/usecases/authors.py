"""Authors: trust, mute or ban an address, and look at it in full, for a reason that is recorded."""

from dataclasses import dataclass
from datetime import datetime

from service.core.addresses import masked, mentions_address
from service.core.audit import Entry, Event, by_moderator
from service.core.authors import MARKS, Author
from service.core.errors import Conflict, FieldProblem, InvalidSubmission, NotFound
from service.core.lists import Effect, EntryKind, ListEntry
from service.core.people import Moderator, Permission
from service.core.ports import Clock, NewId, Reads, Store, Vault
from service.usecases.listing.senders import FindSenders

REASON_MIN_CHARS = 5
REASON_MAX_CHARS = 500


@dataclass(frozen=True, slots=True)
class Wish:
    """What becomes of an author: an effect, or None for none any more."""

    effect: Effect | None
    note: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MarkAuthor:
    """An author has one mark at a site: a new one ends the one before. Raises `Forbidden`,
    `NotFound`; `SealBroken` where the address cannot be opened any more.
    """

    store: Store
    vault: Vault
    senders: FindSenders
    clock: Clock
    new_id: NewId

    def __call__(self, site_id: str, contact_id: str, wish: Wish, moderator: Moderator) -> None:
        moderator.require(Permission.LISTS, site_id)
        now = self.clock()
        if wish.expires_at is not None and wish.expires_at <= now:
            raise InvalidSubmission(
                FieldProblem("/expires", "out_of_range", "The day is over already.")
            )
        with self.store.write() as tx:
            address = opened(self.vault, author_of(tx, site_id, contact_id))
            keys = self.senders.keys_of(address, site_id)
            tx.lock_rules(site_id)
            # Under keys of before as well, so that none stays behind.
            former = tx.entries_with_keys(site_id, [(EntryKind.ADDRESS, key) for key in keys])
            tx.end_entries(site_id, [one.id for one in former], now=now, by=moderator.id)
            if wish.effect is not None:
                entry = ListEntry(
                    id=self.new_id(),
                    site_id=site_id,
                    kind=EntryKind.ADDRESS,
                    effect=wish.effect,
                    value=masked(address),
                    key=keys[0],
                    created_at=now,
                    created_by=moderator.id,
                    note=wish.note,
                    expires_at=wish.expires_at,
                )
                if not tx.add_entries([entry]):
                    raise Conflict("Somebody else has just changed this author.")
            before = [MARKS[one.effect] for one in former if one.is_in_force(now)]
            details = {
                "from": ", ".join(before) or "nothing",
                "to": MARKS[wish.effect] if wish.effect is not None else "nothing",
                "note": wish.note,
            }
            by = by_moderator(moderator)
            tx.record(Entry(site_id, Event.AUTHOR_CHANGED, by, now, contact_id, details))


@dataclass(frozen=True, slots=True)
class RevealAddress:
    """The address in full. That it was looked at, by whom and why, is stored before it is shown.

    Raises `Forbidden`, `NotFound`, `InvalidSubmission` for the reason.
    """

    store: Store
    vault: Vault
    clock: Clock

    def __call__(self, site_id: str, contact_id: str, reason: str, moderator: Moderator) -> str:
        moderator.require(Permission.REVEAL, site_id)
        why = " ".join(reason.split())
        if not REASON_MIN_CHARS <= len(why) <= REASON_MAX_CHARS:
            raise InvalidSubmission(
                FieldProblem(
                    "/reason",
                    "out_of_range",
                    f"Say in {REASON_MIN_CHARS} to {REASON_MAX_CHARS} characters why you need it.",
                )
            )
        with self.store.write() as tx:
            address = opened(self.vault, author_of(tx, site_id, contact_id))
            if mentions_address(why, address):
                raise InvalidSubmission(
                    FieldProblem("/reason", "own_address", "Leave the address out of the reason.")
                )
            by = by_moderator(moderator)
            details = {"reason": why}
            tx.record(Entry(site_id, Event.ADDRESS_REVEALED, by, self.clock(), contact_id, details))
        return address


def author_of(tx: Reads, site_id: str, contact_id: str) -> Author:
    found = tx.author(site_id, contact_id)
    if found is None:
        raise NotFound
    return found


def opened(vault: Vault, author: Author) -> str:
    return vault.open(author.email_sealed, bound_to=f"{author.site_id}/{author.contact_id}/email")
