"""Threads: find or make the one of a page, close it to new comments, switch it off."""

from dataclasses import dataclass
from datetime import datetime

from service.core.audit import BY_OPERATOR, Doer, Entry, Event
from service.core.comment import Thread, ThreadRef
from service.core.errors import NotFound, OriginRefused
from service.core.ports import Clock, NewId, Store, Writes
from service.core.site import Site
from service.core.urls import canonical_url, origin_of, page_key


def open_thread(
    tx: Writes, site: Site, ref: ThreadRef, known: Thread | None, *, new_id: NewId, now: datetime
) -> Thread:
    """The thread of a page; made now if the store has none that is `known`."""
    if known is not None:
        # A page that is given an id later keeps its comments. An id that leads to a thread already
        # is not moved, and an address is never tied to a thread that only an id has named: both
        # come from visitors.
        if ref.external_id and tx.thread(site.id, None, ref.external_id) is None:
            tx.link_thread(known, ref.external_id)
        return known
    new = Thread(
        id=new_id(),
        site_id=site.id,
        url=canonical_url(ref.url),
        title=ref.title or "",
        closed=False,
        version=1,
    )
    return tx.add_thread(new, page_key(ref.url), ref.external_id, now=now)


@dataclass(frozen=True, slots=True)
class CloseThread:
    """A closed thread keeps its comments and takes no new ones.

    Raises `NotFound` for the site, `OriginRefused` or `InvalidURL` for the page.
    """

    store: Store
    clock: Clock
    new_id: NewId

    def __call__(self, site_slug: str, url: str, *, closed: bool, by: Doer = BY_OPERATOR) -> Thread:
        with self.store.write() as tx:
            thread = thread_of(tx, site_slug, url, new_id=self.new_id, now=self.clock())
            tx.set_thread_state(thread, closed=closed, off=thread.off)
            event = Event.THREAD_CLOSED if closed else Event.THREAD_OPENED
            _record(tx, thread, event, by, self.clock())
        return thread


@dataclass(frozen=True, slots=True)
class SwitchThread:
    """Of a thread that is off readers see nothing, and it takes nothing; its comments are kept for
    the day when it is switched on again. Raises like `CloseThread`.
    """

    store: Store
    clock: Clock
    new_id: NewId

    def __call__(self, site_slug: str, url: str, *, off: bool, by: Doer = BY_OPERATOR) -> Thread:
        with self.store.write() as tx:
            thread = thread_of(tx, site_slug, url, new_id=self.new_id, now=self.clock())
            tx.set_thread_state(thread, closed=thread.closed, off=off)
            _record(tx, thread, Event.THREAD_OFF if off else Event.THREAD_ON, by, self.clock())
        return thread


def thread_of(tx: Writes, site_slug: str, url: str, *, new_id: NewId, now: datetime) -> Thread:
    """The thread of a site's page, made if there is none yet."""
    site = tx.site(site_slug)
    if site is None:
        raise NotFound(f"There is no site {site_slug}.")
    if origin_of(url) not in site.origins:
        raise OriginRefused("The page's address does not belong to this site.")
    known = tx.thread(site.id, page_key(url), None)
    return open_thread(tx, site, ThreadRef(url), known, new_id=new_id, now=now)


def _record(tx: Writes, thread: Thread, event: Event, by: Doer, now: datetime) -> None:
    tx.record(Entry(thread.site_id, event, by, now, thread.id, {"page": thread.url}))
