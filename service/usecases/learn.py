"""Learn: what a moderator decides teaches the site's own filter; the next screening knows it."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from service.core.learning import LessonReader, latest, lessons_from
from service.core.lessons import FilterState, SiteFilter
from service.core.ports import Clock, Store, Vault, Writes

FILTERS_KEPT = 16
"""So many sites' filters a process keeps; another one is fetched again."""

FILTER_AGE_MAX = timedelta(days=1)
"""Filters fade with time, so one that is older is made again though nothing was learned."""


def learn(tx: Writes, site_id: str, comment_id: str) -> bool:
    """Bring a comment's lessons in line with its record, in the transaction of the decision.

    To be called after all that locks: it locks the site's filter. Whether a lesson changed.
    """
    return tx.keep_lessons(site_id, comment_id, lessons_from(tx.decisions(site_id, comment_id)))


def learn_all(tx: Writes, site_id: str, comment_ids: Collection[str]) -> int:
    """As `learn` for each of these comments, at once; of how many the lessons changed."""
    records = tx.records(site_id, comment_ids)
    return tx.keep_lessons_of(
        site_id, {one: lessons_from(records.get(one, ())) for one in comment_ids}
    )


@dataclass(frozen=True, slots=True)
class _Kept:
    filter: SiteFilter
    version: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class SiteFilters:
    """The sites' filters, each as of its latest lesson. Threads may share it."""

    store: Store
    reader: Callable[[], LessonReader]
    vault: Vault
    clock: Clock
    _kept: OrderedDict[str, _Kept] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, site_ids: Collection[str]) -> Mapping[str, SiteFilter]:
        """Filters of those sites that have learned anything.

        One query for all of them, one more for each that the process does not know as it is now,
        and a few more for each that nobody has asked since it learned.
        """
        with self._lock:
            with self.store.read() as tx:
                versions = tx.filter_versions(site_ids)
            return {one: self._current(one, versions[one]) for one in sorted(versions)}

    def key(self, site_id: str) -> bytes:
        """What a site's features are numbered under. Another secret yields another one."""
        return self.vault.keyed_hash("site filter", site_id)

    def _current(self, site_id: str, version: int) -> SiteFilter:
        kept = self._kept.pop(site_id, None)
        if kept is None or kept.version != version or self._is_old(kept.made_at):
            kept = self._fetched(site_id) or self._made(site_id)
        self._kept[site_id] = kept
        while len(self._kept) > FILTERS_KEPT:
            self._kept.popitem(last=False)
        return kept.filter

    def _is_old(self, made_at: datetime) -> bool:
        return self.clock() - made_at >= FILTER_AGE_MAX

    def _fetched(self, site_id: str) -> _Kept | None:
        """As another process has made it."""
        with self.store.read() as tx:
            state = tx.filter_state(site_id)
        if state is None or state.made_of != state.version or state.made_at is None:
            return None
        if self._is_old(state.made_at):
            return None
        found = self.reader().filter_from(self.key(site_id), state.snapshot)
        return _Kept(found, state.version, state.made_at) if found is not None else None

    def _made(self, site_id: str) -> _Kept:
        key, reader, now = self.key(site_id), self.reader(), self.clock()
        with self.store.read() as tx:
            version = tx.filter_versions([site_id])[site_id]
            lessons = latest(tx.lessons(site_id))
            unread = {one.key for one in lessons if not reader.is_reading(key, one.reading)}
            texts = tx.lesson_texts(site_id, unread)
        readings = {(one.comment_id, one.revision): reader.read_lesson(key, one) for one in texts}
        # A lesson whose text is gone is left out.
        fresh = [replace(one, reading=readings[one.key]) for one in lessons if one.key in readings]
        made = reader.site_filter(
            key, [*(one for one in lessons if one.key not in unread), *fresh], now
        )
        with self.store.write() as tx:
            tx.keep_readings(site_id, fresh)
            tx.keep_snapshot(
                site_id,
                FilterState(version, made_of=version, made_at=now, snapshot=made.snapshot()),
            )
        return _Kept(made, version, now)
