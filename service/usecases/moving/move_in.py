"""Move in: comments of another system, or of an export, into a site. It may be run again.

A file is read several times: once to look at all of it, before anything is stored; then until
every comment stands below the one it answers, wherever in the file that is. So no file is too long,
and one that is cut off or damaged changes nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from service.core.audit import Doer, Entry, Event
from service.core.comment import MAX_DEPTH
from service.core.moved import (
    Account,
    Move,
    Moved,
    Row,
    Unread,
)
from service.core.ports import Clock, NewId, Store, Vault
from service.usecases.moving.checked import checked
from service.usecases.moving.storing import Storing, known_places

BATCH = 500
PASSES_MAX = MAX_DEPTH

Rows = Callable[[], Iterable[Row]]
"""Reads the file anew from its beginning."""

Tell = Callable[[Unread], None]


@dataclass(frozen=True, slots=True)
class MoveIn:
    store: Store
    vault: Vault
    clock: Clock
    new_id: NewId

    def __call__(self, move: Move, rows: Rows, tell: Tell, by: Doer) -> Account:
        """Raises `BadFile`, before anything is stored. `tell` gets each row that is skipped."""
        account = self._looked_at(move, rows, tell)
        if move.dry_run:
            return account
        account.merged = 0
        try:
            waiting = before = -1
            for _ in range(PASSES_MAX):
                waiting = self._passed(move, rows, account, orphans=False)
                if waiting in (0, before):
                    break
                before = waiting
            if waiting:
                self._passed(move, rows, account, orphans=True)
        finally:
            # Also of what was done before it was interrupted.
            account.merged = max(0, account.read - account.skipped - account.imported)
            self._record(move, account, by)
        return account

    def _looked_at(self, move: Move, rows: Rows, tell: Tell) -> Account:
        """What would be imported, and what is there already; `tell` hears of the rest."""
        account, now = Account(), self.clock()
        for batch in _batches(rows()):
            good: list[Moved] = []
            for row in batch:
                found = checked(move, row, now)
                account.read += 1
                if isinstance(found, Unread):
                    account.skipped += 1
                    tell(found)
                else:
                    good.append(found)
            with self.store.read() as tx:
                known = known_places(tx, move, good)
            account.merged += sum(one.source_id in known for one in good)
        account.imported = account.read - account.skipped - account.merged if move.dry_run else 0
        return account

    def _passed(self, move: Move, rows: Rows, account: Account, *, orphans: bool) -> int:
        """Store what can be; how many still wait for the comment that they answer."""
        waiting, now = 0, self.clock()
        for batch in _batches(rows()):
            found = [checked(move, row, now) for row in batch]
            good = [one for one in found if isinstance(one, Moved)]
            with self.store.write() as tx:
                tx.lock_moving(move.site.id)
                storing = Storing(self.vault, self.new_id, tx, move, account, orphans)
                waiting += storing.store(good)
        return waiting

    def _record(self, move: Move, account: Account, by: Doer) -> None:
        details = {
            "source": move.source,
            "read": account.read,
            "imported": account.imported,
            "skipped": account.skipped,
        }
        with self.store.write() as tx:
            tx.record(Entry(move.site.id, Event.DATA_IMPORTED, by, self.clock(), details=details))


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, BATCH)):
        yield batch
