"""Listing: how lists are read and kept, and how texts are compared with them; the ports for it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service.core.comment import Draft
from service.core.copies import Fingerprint
from service.core.lists import Effect, EntryKind, ListEntry, Lists
from service.core.states import State

Firing = tuple[str, str]
"""An entry's id (or another rule's), and the id of the comment that met it."""


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which entries of one site, or of all sites together, a page shows; `ended` ones or others.

    One that has expired is among the ended. `text` is looked for in values and notes.
    """

    site_id: str
    now: datetime
    kind: EntryKind | None = None
    effect: Effect | None = None
    text: str = ""
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a comment came from: its network, sealed, and a keyed hash of the address."""

    network_sealed: bytes
    ip_hash: bytes


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A comment in a line, for pages that list many."""

    site_id: str
    id: str
    author_name: str
    text: str
    state: State
    version: int
    created_at: datetime


class ListReads(Protocol):
    def rule_versions(self, site_ids: Collection[str]) -> Mapping[str, int]:
        """Of those that ever had an entry; the version grows with every change."""
        ...

    def entries_in_force(self, site_id: str, *, now: datetime) -> Sequence[ListEntry]: ...
    def entry(self, site_id: str, entry_id: str) -> ListEntry | None: ...
    def entry_page(
        self, asked: EntryFilter, *, after: str | None, limit: int
    ) -> Sequence[ListEntry]:
        """The newest first, after an id."""
        ...

    def entry_counts(
        self, site_id: str, *, now: datetime
    ) -> Mapping[tuple[EntryKind, Effect], int]:
        """How many are in force."""
        ...

    def entries_with_keys(
        self, site_id: str, keys: Collection[tuple[EntryKind, str]]
    ) -> Sequence[ListEntry]:
        """Those of them that have not been ended, expired or not."""
        ...

    def fired_at(
        self, site_ids: Collection[str], rule_id: str, *, before: str | None, limit: int
    ) -> Sequence[tuple[str, str]]:
        """Site and id of comments that met a rule, the latest first."""
        ...

    def places(self, site_id: str, comment_ids: Collection[str]) -> Mapping[str, Place]: ...
    def shown_from(
        self, site_id: str, contact_ids: Collection[str], networks: Collection[bytes]
    ) -> frozenset[tuple[str, bytes]]:
        """Which of these authors have an approved comment from which of these networks."""
        ...

    def recent_drafts(
        self, site_id: str, *, since: datetime, before: str | None, limit: int
    ) -> Sequence[tuple[Draft, str]]:
        """Comments with the state they are in, the newest first, before an id; no erased ones."""
        ...

    def excerpts(self, keys: Sequence[tuple[str, str]]) -> Sequence[Excerpt]:
        """Of comments by site and id, in this order; those that are gone are left out."""
        ...

    def recent_count(self, site_id: str, *, since: datetime, at_most: int) -> int: ...


class ListWrites(ListReads, Protocol):
    def add_entries(self, entries: Sequence[ListEntry]) -> Collection[str]:
        """Ids of those that were added: not those of which there is one already, not ended."""
        ...

    def end_entries(
        self, site_id: str, ids: Collection[str], *, now: datetime, by: str | None
    ) -> Collection[str]:
        """Ids of those that ended now, and had not before."""
        ...

    def restore_entry(self, site_id: str, entry_id: str, *, expires_at: datetime | None) -> bool:
        """Put an ended entry in force again; False where it is not ended, or there is another."""
        ...

    def change_entry(
        self, site_id: str, entry_id: str, *, note: str, expires_at: datetime | None
    ) -> bool: ...
    def lock_rules(self, site_id: str) -> None:
        """Until the transaction ends nobody else changes these entries; they get a version."""
        ...

    def add_firings(self, site_id: str, firings: Collection[Firing], *, now: datetime) -> None:
        """Record which rules comments have met, each once, and count them at the entries."""
        ...


class Lister(Protocol):
    """Compares texts with lists. `workers.listing` implements it; `wiring` loads it by name."""

    def meets(self, draft: Draft, lists: Lists) -> Collection[str]:
        """Ids of the entries about words, domains and names that a comment meets."""
        ...

    def fingerprint(self, text: str) -> Fingerprint: ...
    def problem_with(self, kind: EntryKind, value: str) -> str:
        """Why a value could never be found, in a sentence; empty where it can."""
        ...
