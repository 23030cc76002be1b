"""Known rulings: what is ruled about campaigns on each site, kept by a process until it changes."""

import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from service.core.ports import Store
from service.core.rulings import NO_RULINGS, Rulings

SITES_KEPT = 128


@dataclass(frozen=True, slots=True)
class KnownRulings:
    """Threads may share it."""

    store: Store
    _kept: OrderedDict[str, tuple[int, Rulings]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, site_ids: Collection[str]) -> Mapping[str, Rulings]:
        """One query for all of them, and two more for each where something has changed."""
        with self.store.look() as tx:
            versions = tx.rule_versions(site_ids)
        with self._lock:
            return {one: self._current(one, versions.get(one, 0)) for one in site_ids}

    def _current(self, site_id: str, version: int) -> Rulings:
        if not version:
            return NO_RULINGS
        kept = self._kept.pop(site_id, None)
        if kept is None or kept[0] != version:
            with self.store.read() as tx:
                found = tx.rulings_in_force(site_id)
            kept = version, Rulings(tuple(found)) if found else NO_RULINGS
        self._kept[site_id] = kept
        while len(self._kept) > SITES_KEPT:
            self._kept.popitem(last=False)
        return kept[1]
