"""Senders: which entries about addresses and networks the authors of comments meet.

An address is opened for a moment, to make its blind indexes; a network is opened, and a single
address is known by its keyed hash. All of it only where there are such entries.
"""

import ipaddress
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from service.core.comment import Draft
from service.core.errors import SealBroken
from service.core.listing import Place
from service.core.lists import ALL_SITES, Effect, EntryKind, ListEntry, Lists, own_first
from service.core.networks import NetworkTable, addresses_of, is_hashed
from service.core.ports import Reads, Vault

_TABLES_KEPT = 128


@dataclass(frozen=True, slots=True)
class Sender:
    """The entries that a comment's sender meets; `trusted` as in `Subject`."""

    entries: tuple[ListEntry, ...] = ()
    trusted: bool = False


NOBODY = Sender()


@dataclass(frozen=True, slots=True)
class _Networks:
    ranges: NetworkTable
    hashed: Mapping[bytes, ListEntry]


@dataclass(frozen=True, slots=True)
class FindSenders:
    """By draft id, of drafts of one site, in three queries at most. Threads may share it."""

    vault: Vault
    _tables: OrderedDict[tuple[str, int], tuple[Lists, _Networks]] = field(
        default_factory=OrderedDict
    )

    def __call__(
        self, tx: Reads, site_id: str, drafts: Sequence[Draft], lists: Lists
    ) -> Mapping[str, Sender]:
        by_contact = self._by_address(tx, site_id, drafts, lists)
        by_place = self._by_network(tx, site_id, drafts, lists)
        trusted = {
            contact_id for contact_id, entry in by_contact.items() if entry.effect is Effect.ALLOW
        }
        shown: frozenset[tuple[str, bytes]] = frozenset()
        if trusted:
            networks = {one.network_hash for one in drafts if one.contact_id in trusted}
            shown = tx.shown_from(site_id, trusted, networks)
        found = {}
        for draft in drafts:
            entries = [by_contact.get(draft.contact_id or ""), by_place.get(draft.id)]
            met = tuple(one for one in entries if one is not None)
            if met:
                # A typed address proves nothing: only where it was shown from before it counts.
                known = (draft.contact_id or "", bytes(draft.network_hash)) in shown
                found[draft.id] = Sender(met, trusted=draft.contact_id in trusted and known)
        return found

    def entry_about(
        self, tx: Reads, site_id: str, contact_id: str, lists: Lists
    ) -> ListEntry | None:
        """The entry about an author's address, if there is one."""
        return self._about(tx, site_id, {contact_id}, lists).get(contact_id)

    def keys_of(self, email: str, site_id: str) -> Sequence[str]:
        """What an address is known by on a list, of a site or for all: the current key first."""
        return [one.hex() for one in self.vault.email_indexes(email, scope=f"list {site_id}")]

    def _by_address(
        self, tx: Reads, site_id: str, drafts: Sequence[Draft], lists: Lists
    ) -> Mapping[str, ListEntry]:
        contacts = {draft.contact_id for draft in drafts if draft.contact_id}
        return self._about(tx, site_id, contacts, lists)

    def _about(
        self, tx: Reads, site_id: str, contacts: set[str], lists: Lists
    ) -> Mapping[str, ListEntry]:
        if not lists.of_kind(EntryKind.ADDRESS) or not contacts:
            return {}
        found = {}
        for contact_id, sealed in tx.sealed_emails(site_id, contacts).items():
            try:
                address = self.vault.open(sealed, bound_to=f"{site_id}/{contact_id}/email")
            except SealBroken:
                continue
            keys = [*self.keys_of(address, site_id), *self.keys_of(address, ALL_SITES)]
            entry = own_first(one for key in keys for one in lists.addresses.get(key, ()))
            if entry is not None:
                found[contact_id] = entry
        return found

    def _by_network(
        self, tx: Reads, site_id: str, drafts: Sequence[Draft], lists: Lists
    ) -> Mapping[str, ListEntry]:
        if not lists.of_kind(EntryKind.NETWORK):
            return {}
        known = self._networks(site_id, lists)
        found = {}
        for comment_id, place in tx.places(site_id, {draft.id for draft in drafts}).items():
            # A single address is narrower than any range that is known.
            entry = known.hashed.get(place.ip_hash) or known.ranges.find(
                self._network(comment_id, place)
            )
            if entry is not None:
                found[comment_id] = entry
        return found

    def _network(self, comment_id: str, place: Place) -> str:
        try:
            return self.vault.open(place.network_sealed, bound_to=f"{comment_id}/network")
        except SealBroken:
            return ""

    def _networks(self, site_id: str, lists: Lists) -> _Networks:
        key = (site_id, id(lists))
        kept = self._tables.get(key)
        if kept is None:
            kept = lists, self._tabled(site_id, lists)
            # What it was made of is kept with it, so that no other lists can have its id.
            self._tables[key] = kept
            while len(self._tables) > _TABLES_KEPT:
                self._tables.popitem(last=False)
        return kept[1]

    def _tabled(self, site_id: str, lists: Lists) -> _Networks:
        entries = lists.of_kind(EntryKind.NETWORK)
        hashed: dict[bytes, ListEntry] = {}
        # The widest and those for all first: of two that hold an address the last one stays.
        small = [one for one in entries if is_hashed(ipaddress.ip_network(one.key))]
        for entry in sorted(
            small, key=lambda one: (ipaddress.ip_network(one.key).prefixlen, not one.is_for_all)
        ):
            for address in addresses_of(ipaddress.ip_network(entry.key)):
                hashed[self.vault.keyed_hash("ip", f"{site_id} {address}")] = entry
        return _Networks(NetworkTable(entries), hashed)
