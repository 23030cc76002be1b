"""Erase: everything of one e-mail address, by right and for good, with a receipt."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.core.audit import Doer, Entry, Event
from service.core.deciding import Move
from service.core.decisions import Actor, Decision
from service.core.erasing import ErasureReceipt, SiteErasure
from service.core.lists import ALL_SITES
from service.core.ports import Clock, NewId, Store, Vault, Writes
from service.core.site import Site
from service.core.states import State
from service.usecases.audit import erase_details
from service.usecases.listing.senders import FindSenders

BATCH = 200
"""Comments that one transaction erases, so that nobody waits long for it."""


@dataclass(frozen=True, slots=True)
class EraseAddress:
    """Erases what an address has sent to sites, and what was kept because of it.

    Comments become `erased`: a place in the thread where others have answered, and nothing else.
    May be run again: what another run has left undone is done then. Somebody's account at the desk
    is not touched, nor what others have written about them.
    """

    store: Store
    vault: Vault
    senders: FindSenders
    clock: Clock
    new_id: NewId

    def __call__(self, email: str, sites: Sequence[Site], by: Doer) -> ErasureReceipt:
        """`email` is a valid address. With every site of the installation named, the lists for all
        sites are looked through as well.
        """
        now = self.clock()
        with self.store.read() as tx:
            is_all = {one.id for one in tx.sites()} == {one.id for one in sites}
        erased = [self._at(site, email, by, now) for site in sites]
        if is_all:
            counts = self._list_entries(ALL_SITES, email, by, now)
            erased.append(SiteErasure("", (), counts))
        receipt = ErasureReceipt(now, [one for one in erased if any(one.counts.values())])
        by_slug = {site.slug: site for site in sites}
        with self.store.write() as tx:
            for one in receipt.sites:
                site_id = by_slug[one.site].id if one.site else None
                details = {"counts": dict(one.counts), "receipt": receipt.digest()}
                tx.record(Entry(site_id, Event.COMMENT_ERASED, by, now, details=details))
        return receipt

    def _at(self, site: Site, email: str, by: Doer, now: datetime) -> SiteErasure:
        indexes = {(site.id, one) for one in self.vault.email_indexes(email, scope=site.id)}
        with self.store.read() as tx:
            contacts = sorted(tx.contacts_of(indexes))
        ids: list[str] = []
        counts: Counter[str] = Counter()
        for contact_id in contacts:
            # Of a batch some may just have been moved by others: they come with the next one.
            while (done := self._some_of(site.id, contact_id, counts, by=by, now=now)) is not None:
                ids += done
            with self.store.write() as tx:
                counts["audit_entries"] += _erase_record(tx, site.id, [contact_id], by, now)
                counts["contacts"] += tx.forget_contact(site.id, contact_id)
        counts["comments"] = len(ids)
        counts.update(self._list_entries(site.id, email, by, now))
        return SiteErasure(site.slug, ids, counts)

    def _some_of(
        self, site_id: str, contact_id: str, counts: Counter[str], *, by: Doer, now: datetime
    ) -> Sequence[str] | None:
        """The ids of those that are erased; None where none is left."""
        with self.store.write() as tx:
            heads = tx.erasable(site_id, contact_id, limit=BATCH)
            if not heads:
                return None
            moves = [
                Move(
                    head,
                    Decision(
                        id=self.new_id(),
                        comment_id=head.id,
                        site_id=site_id,
                        from_state=head.state,
                        to_state=State.ERASED,
                        actor=Actor.SYSTEM,
                        moderator_id=None,
                        at=now,
                    ),
                )
                for head in heads
            ]
            moved = tx.move_all(moves)
            ids = [one.head.id for one in moves if one.decision.id in moved]
            counts.update(tx.forget_comments(site_id, ids))
            counts["lessons"] += tx.forget_lessons(site_id, ids)
            counts["audit_entries"] += _erase_record(tx, site_id, ids, by, now)
        return ids

    def _list_entries(self, site_id: str, email: str, by: Doer, now: datetime) -> Counter[str]:
        with self.store.write() as tx:
            gone = tx.forget_address_entries(site_id, self.senders.keys_of(email, site_id))
            if not gone:
                return Counter()
            tx.lock_rules(site_id)
            chain = None if site_id == ALL_SITES else site_id
            erased = _erase_record(tx, chain, gone, by, now)
        return Counter({"list_entries": len(gone), "audit_entries": erased})


def _erase_record(
    tx: Writes, site_id: str | None, about: Sequence[str], by: Doer, now: datetime
) -> int:
    """Details of what the record says about these; how many entries had some."""
    numbers = sorted({number for one in about for number in tx.audit_numbers(site_id, one)})
    erase_details(tx, site_id, numbers, by=by, at=now)
    return len(numbers)
