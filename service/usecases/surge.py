"""Surges: notices that a site is flooded, and that it is over, and tells both once."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.core.ports import Clock, NewId, Store
from service.core.surge import USUAL_WINDOW, Surge, is_surging, may_surge, recent_since

log = logging.getLogger("vestibule.surge")


@dataclass(frozen=True, slots=True)
class WatchSurges:
    """Asked for a site while its comments are screened, and for all with a surge by the sweeper:
    a flood may end with no comment at all.
    """

    store: Store
    clock: Clock
    new_id: NewId

    def __call__(self, site_id: str) -> Surge | None:
        """The surge that goes on, if there is one, started or ended as it should be."""
        now = self.clock()
        with self.store.read() as tx:
            surge = tx.surges([site_id]).get(site_id)
            recent = tx.activity(site_id, since=recent_since(now))
            if surge is None and not may_surge(recent):
                return None
            activity = tx.activity(site_id, since=now - USUAL_WINDOW)
        surging = is_surging(activity, surge, now=now)
        if surge is None and surging:
            surge = Surge(now)
            self._started(site_id, now)
        elif surge is not None and not surging:
            surge = None
            self._ended(site_id, now)
        return surge

    def all(self) -> Sequence[str]:
        """Look at every site with a surge; the ids of those where it goes on."""
        with self.store.read() as tx:
            sites = sorted(tx.surges())
        return [site_id for site_id in sites if self(site_id) is not None]

    def _started(self, site_id: str, now: datetime) -> None:
        with self.store.write() as tx:
            first = tx.start_surge(site_id, now=now, event_id=self.new_id())
        if first:
            log.warning("site %s: a surge of comments that are refused has started", site_id)

    def _ended(self, site_id: str, now: datetime) -> None:
        with self.store.write() as tx:
            first = tx.end_surge(site_id, now=now, event_id=self.new_id())
        if first:
            log.warning("site %s: the surge has ended", site_id)
