"""Rebuild a site's filter from the record of decisions, and say whether it is still the same."""

from collections.abc import Callable
from dataclasses import dataclass

from service.core.audit import BY_OPERATOR, Doer, Entry, Event
from service.core.ports import Clock, Store
from service.usecases.learn import SiteFilters, learn

CHUNK = 200


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """Of so many `comments` the lessons of `mended` were not what their record says.

    `same` is whether the filter says exactly what it said before.
    """

    comments: int
    mended: int
    same: bool


@dataclass(frozen=True, slots=True)
class RebuildFilter:
    """Every lesson is derived and its text is read again. May run while others decide and screen;
    then what they do counts as a difference.
    """

    store: Store
    filters: SiteFilters
    clock: Clock

    def __call__(
        self,
        site_id: str,
        *,
        whole: bool = False,
        advance: Callable[[int], None] = lambda _: None,
        by: Doer = BY_OPERATOR,
    ) -> Rebuilt:
        """With `whole`, decisions from before a reset count again. `advance` is told of comments
        done, out of `Reads.taught_count`.
        """
        before = self._digest(site_id)
        if whole:
            with self.store.write() as tx:
                tx.reset_filter(site_id, since=None)
        comments = mended = 0
        after: str | None = None
        while True:
            with self.store.read() as tx:
                ids = tx.taught_comments(site_id, after=after, limit=CHUNK)
            if not ids:
                break
            with self.store.write() as tx:
                mended += sum([learn(tx, site_id, one) for one in ids])
            comments += len(ids)
            after = ids[-1]
            advance(len(ids))
        with self.store.write() as tx:
            tx.forget_readings(site_id)
            details = {"whole": whole, "comments": comments, "mended": mended}
            tx.record(Entry(site_id, Event.FILTER_REBUILT, by, self.clock(), site_id, details))
        return Rebuilt(comments, mended, same=before == self._digest(site_id))

    def reset(self, site_id: str, *, by: Doer = BY_OPERATOR) -> None:
        """Forget everything; what was decided until now counts again only by a `whole` rebuild."""
        now = self.clock()
        with self.store.write() as tx:
            tx.reset_filter(site_id, since=now)
            tx.record(Entry(site_id, Event.FILTER_RESET, by, now, site_id))

    def _digest(self, site_id: str) -> str | None:
        found = self.filters([site_id]).get(site_id)
        return found.digest() if found is not None else None
