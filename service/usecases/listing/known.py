"""Known lists: what is in force on each site, kept by a process until it changes."""

import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from service.core.lists import ALL_SITES, NO_LISTS, Lists
from service.core.ports import Clock, Store

SITES_KEPT = 128
_Versions = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Kept:
    lists: Lists
    versions: _Versions
    until: datetime | None
    """When the next of the entries expires."""


@dataclass(frozen=True, slots=True)
class KnownLists:
    """Threads may share it."""

    store: Store
    clock: Clock
    _kept: OrderedDict[str, _Kept] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, site_ids: Collection[str]) -> Mapping[str, Lists]:
        """For each of these sites its own entries and those for all.

        One query for all of them, and one more for each whose lists have changed.
        """
        now = self.clock()
        with self.store.look() as tx:
            versions = tx.rule_versions({*site_ids, ALL_SITES})
        for_all = versions.get(ALL_SITES, 0)
        with self._lock:
            return {
                site_id: self._current(site_id, (versions.get(site_id, 0), for_all), now)
                for site_id in site_ids
            }

    def _current(self, site_id: str, versions: _Versions, now: datetime) -> Lists:
        if versions == (0, 0):
            return NO_LISTS
        kept = self._kept.pop(site_id, None)
        if (
            kept is None
            or kept.versions != versions
            or (kept.until is not None and now >= kept.until)
        ):
            kept = self._fetched(site_id, versions, now)
        self._kept[site_id] = kept
        while len(self._kept) > SITES_KEPT:
            self._kept.popitem(last=False)
        return kept.lists

    def _fetched(self, site_id: str, versions: _Versions, now: datetime) -> _Kept:
        with self.store.read() as tx:
            entries = [
                *tx.entries_in_force(site_id, now=now),
                *(tx.entries_in_force(ALL_SITES, now=now) if versions[1] else ()),
            ]
        expiries = [one.expires_at for one in entries if one.expires_at is not None]
        lists = Lists(tuple(entries)) if entries else NO_LISTS
        return _Kept(lists, versions, min(expiries, default=None))
