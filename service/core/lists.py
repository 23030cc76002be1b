"""Lists: words, domains, networks, names and addresses that a site lets pass, holds or refuses.

An entry belongs to one site, or to all of them. What an author is called or where they sit is an
entry like others: muting holds an address, a ban blocks one, trust allows one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property

ALL_SITES = "00000000-0000-0000-0000-000000000000"
"""Stands for every site where an entry names one; no site has this id."""

ENTRIES_MAX = 10_000
"""So many entries in force a site may have, and so many all sites together."""

NOTE_MAX_CHARS = 500

FIRED_MAX = 20
"""Of the entries that a comment meets so many are recorded."""


class Effect(StrEnum):
    """What an entry brings about. `ALLOW` lifts others and approves nothing."""

    ALLOW = "allow"
    HOLD = "hold"
    BLOCK = "block"


class EntryKind(StrEnum):
    """What an entry is about; words are single ones or phrases."""

    WORD = "word"
    DOMAIN = "domain"
    NETWORK = "network"
    NAME = "name"
    ADDRESS = "address"


EFFECTS: Mapping[EntryKind, tuple[Effect, ...]] = {
    EntryKind.WORD: tuple(Effect),
    EntryKind.DOMAIN: tuple(Effect),
    EntryKind.NETWORK: tuple(Effect),
    # A name is free to everybody, so that to allow one would mean nothing.
    EntryKind.NAME: (Effect.HOLD, Effect.BLOCK),
    EntryKind.ADDRESS: tuple(Effect),
}


@dataclass(frozen=True, slots=True)
class Wording:
    """An entry's value as it is shown, and the `key` that it is known by: two entries of a kind
    with one key are the same. Of an address the value is masked and the key a blind index.
    """

    value: str
    key: str


@dataclass(frozen=True, slots=True)
class ListEntry:
    """`created_by` and `ended_by` are moderators' ids, None for the command line."""

    id: str
    site_id: str
    kind: EntryKind
    effect: Effect
    value: str
    key: str
    created_at: datetime
    created_by: str | None = None
    note: str = ""
    expires_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    fired: int = 0
    last_fired_at: datetime | None = None

    @property
    def is_for_all(self) -> bool:
        return self.site_id == ALL_SITES

    def is_in_force(self, now: datetime) -> bool:
        return self.ended_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, eq=False)
class Lists:
    """The entries that are in force for one site, its own and those for all.

    Two of them are never equal, so that what is worked out from one can be kept by it.
    """

    entries: tuple[ListEntry, ...] = ()
    _by_kind: dict[EntryKind, tuple[ListEntry, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        found: dict[EntryKind, list[ListEntry]] = {kind: [] for kind in EntryKind}
        for entry in self.entries:
            found[entry.kind].append(entry)
        # The one way to keep something in a frozen record that it makes of its fields.
        object.__setattr__(self, "_by_kind", {kind: tuple(some) for kind, some in found.items()})

    def of_kind(self, kind: EntryKind) -> tuple[ListEntry, ...]:
        return self._by_kind[kind]

    @cached_property
    def addresses(self) -> Mapping[str, Sequence[ListEntry]]:
        """Entries about addresses by their key."""
        return by_key(self.of_kind(EntryKind.ADDRESS))


NO_LISTS = Lists()


def by_key(entries: Iterable[ListEntry]) -> Mapping[str, Sequence[ListEntry]]:
    found: dict[str, list[ListEntry]] = {}
    for entry in entries:
        found.setdefault(entry.key, []).append(entry)
    return found


def own_first(entries: Iterable[ListEntry]) -> ListEntry | None:
    """Of entries that say the same of different reach: the site's own stands over one for all."""
    return min(entries, key=lambda one: one.is_for_all, default=None)
