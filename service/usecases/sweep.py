"""Sweep: find what was accepted but that nobody works on, and forget what has served its time."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from service.core.ports import Clock, Queue, Store
from service.usecases.bulk import BulkActions
from service.usecases.surge import WatchSurges

STRANDED_AFTER = timedelta(seconds=5)
LONG_STRANDED_AFTER = timedelta(minutes=1)
PUSH_LIMIT = 2_000
PRUNE_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SweepReport:
    pushed: int


@dataclass(slots=True)
class Sweep:
    """One pass. The queue may have lost anything, for any reason: what is pending in the store
    without a lease is put up for screening again. Doing so needlessly is harmless.
    """

    store: Store
    queue: Queue
    clock: Clock
    watch: WatchSurges
    bulk: BulkActions
    _prune_at: datetime | None = field(default=None, init=False)
    _push_while_busy_at: datetime | None = field(default=None, init=False)

    def __call__(self) -> SweepReport:
        now = self.clock()
        if self._prune_at is None or now >= self._prune_at:
            self._prune_at = now + PRUNE_EVERY
            with self.store.write() as tx:
                tx.prune(now=now)
                tx.prune_bulk_actions(now=now)
        with self.store.read() as tx:
            loose = tx.has_loose_counts()
        if loose:
            with self.store.write() as tx:
                tx.settle_counts()
        self.watch.all()
        self.bulk.carry_on_left()
        return SweepReport(pushed=self._push_stranded(now))

    def _push_stranded(self, now: datetime) -> int:
        waiting = self.queue.waiting()
        if waiting is None:
            return 0
        age = STRANDED_AFTER
        if waiting:
            # What waits in the queue is pending too. Only what is old is pushed again, and seldom.
            self.queue.nudge()
            if self._push_while_busy_at is not None and now < self._push_while_busy_at:
                return 0
            self._push_while_busy_at = now + LONG_STRANDED_AFTER
            age = LONG_STRANDED_AFTER
        with self.store.read() as tx:
            items = tx.stranded(before=now - age, now=now, limit=PUSH_LIMIT)
        return len(items) if items and self.queue.push(items) else 0
