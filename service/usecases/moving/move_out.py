"""Move out: all comments of a site, for an export. That it was made is recorded."""

from collections.abc import Iterator
from dataclasses import dataclass

from service.core.audit import Doer, Entry, Event
from service.core.errors import SealBroken
from service.core.leaving import Leaving
from service.core.ports import Clock, Store, Vault
from service.core.site import Site

PAGE = 1000


@dataclass(frozen=True, slots=True)
class MoveOut:
    store: Store
    vault: Vault
    clock: Clock

    def record(self, site: Site, form: str, by: Doer, *, contacts_to: str | None) -> None:
        """Record an export before it begins; `contacts_to` names the key that addresses go to."""
        details = {"format": form, "contacts_to": contacts_to}
        with self.store.write() as tx:
            tx.record(Entry(site.id, Event.DATA_EXPORTED, by, self.clock(), details=details))

    def comments(self, site: Site) -> Iterator[Leaving]:
        """Every comment in the order of the ids, each page of them as of its own moment."""
        return self._pages(site, None)

    def by_page(self, site: Site) -> Iterator[Iterator[Leaving]]:
        """The comments of each thread after the other."""
        after = None
        while True:
            with self.store.read() as tx:
                ids = tx.thread_ids(site.id, after=after, limit=PAGE)
            if not ids:
                return
            for thread_id in ids:
                yield self._pages(site, thread_id)
            after = ids[-1]

    def address(self, site: Site, comment: Leaving) -> str | None:
        """The address behind a comment; None where there is none, or none that can be read."""
        if comment.email_sealed is None:
            return None
        try:
            place = f"{site.id}/{comment.contact_id}/email"
            return self.vault.open(comment.email_sealed, bound_to=place)
        except SealBroken:
            return None

    def _pages(self, site: Site, thread_id: str | None) -> Iterator[Leaving]:
        after = None
        while True:
            with self.store.read() as tx:
                found = tx.leaving_page(site.id, thread_id=thread_id, after=after, limit=PAGE)
            yield from found
            if len(found) < PAGE:
                return
            after = found[-1].id
