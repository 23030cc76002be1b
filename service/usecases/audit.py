"""The record of what people did: show it, export it, verify it, erase details of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.core.audit import AuditMark, AuditQuestion, Doer, Entry, Event
from service.core.chain import INSTALLATION, ChainCheck, Fault, Head, Link, ranges_text
from service.core.errors import NotFound
from service.core.people import Moderator, Permission
from service.core.ports import Clock, Store, Vault, Writes

PAGE = 1000
EXPORT_MAX = 200_000
"""So many entries one export from the desk has at most; the command line exports all."""

RANGES_MAX = 200
"""So many ranges of numbers one entry about an erasure names."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What became of one chain. `site_id` is None for the installation's."""

    site_id: str | None
    count: int
    erased: int
    unknown_stamps: int
    head: Head | None
    fault: Fault | None


@dataclass(frozen=True, slots=True)
class Audit:
    store: Store
    vault: Vault
    clock: Clock

    def page(
        self, question: AuditQuestion, moderator: Moderator, *, after: AuditMark | None, limit: int
    ) -> Sequence[Link]:
        """Entries from the newest on. Raises `NotFound` for sites that they may not read of."""
        for site_id in question.site_ids:
            if not moderator.may(Permission.AUDIT, site_id):
                raise NotFound
        with self.store.read() as tx:
            return tx.audit_page(question, after=after, limit=limit)

    def export(self, question: AuditQuestion, moderator: Moderator, by: Doer) -> Iterator[Link]:
        """All that a question finds, newest first, up to `EXPORT_MAX`; the export is recorded."""
        first = self.page(question, moderator, after=None, limit=PAGE)
        now = self.clock()
        with self.store.write() as tx:
            for site_id in question.site_ids:
                tx.record(Entry(site_id, Event.RECORD_EXPORTED, by, now))
        return self._following(question, moderator, first)

    def _following(
        self, question: AuditQuestion, moderator: Moderator, links: Sequence[Link]
    ) -> Iterator[Link]:
        sent = 0
        while links:
            yield from links
            sent += len(links)
            if len(links) < PAGE or sent >= EXPORT_MAX:
                return
            links = self.page(question, moderator, after=mark_of(links[-1]), limit=PAGE)

    def chain(self, site_id: str | None) -> Iterator[Link]:
        """Every entry of a chain, in order."""
        after = 0
        while True:
            with self.store.read() as tx:
                links = tx.audit_links(site_id, after=after, limit=PAGE)
            yield from links
            if len(links) < PAGE:
                return
            after = links[-1].number

    def chains(self) -> Sequence[str | None]:
        with self.store.read() as tx:
            return tx.audit_chains()

    def verify(self, site_id: str | None, noted: Sequence[Head] = ()) -> Verified:
        """Whether a chain is whole. `noted` are heads of it that were written down elsewhere.

        A database that was set back as a whole to what it once was cannot be told from one that
        has never gone further, but by a head that was noted after that.
        """
        with self.store.read() as tx:
            head = tx.audit_head(site_id)
        check = ChainCheck(self.vault.check_stamp, Event.RECORD_ERASED)
        wanted = {one.number: one.digest for one in noted if one.site_id == site_id}
        for link in self.chain(site_id):
            # What is appended while this runs is not looked at.
            if head is not None and link.number > head.number:
                break
            check.add([link])
            if check.fault is None and wanted.pop(link.number, link.digest) != link.digest:
                check.fault = Fault(link.number, "it is not the one that was noted")
        fault = check.end(head) or self._unknown_to(head)
        if fault is None and wanted:
            fault = Fault(check.count + 1, f"entries up to {max(wanted)} were noted and are gone")
        return Verified(site_id, check.count, check.erased, check.unknown_stamps, head, fault)

    def _unknown_to(self, head: Head | None) -> Fault | None:
        """Links beyond a head that has not moved meanwhile: somebody has put them there."""
        if head is None:
            return None
        with self.store.read() as tx:
            beyond = tx.audit_links(head.site_id, after=head.number, limit=1)
            # Read after the links: whoever appended one in good order has moved it.
            now = tx.audit_head(head.site_id)
        return (
            Fault(head.number + 1, "the head does not know it") if beyond and now == head else None
        )


def erase_details(
    tx: Writes, site_id: str | None, numbers: Sequence[int], *, by: Doer, at: datetime
) -> None:
    """Erase the details of entries, and record of which: the chain holds without them.

    `tx.audit_numbers(site_id, about)` are those of one thing.
    """
    if not numbers:
        return
    tx.forget_details(site_id, numbers)
    ranges = ranges_text(numbers).split(",")
    for start in range(0, len(ranges), RANGES_MAX):
        about = ",".join(ranges[start : start + RANGES_MAX])
        tx.record(Entry(site_id, Event.RECORD_ERASED, by, at, about))


def mark_of(link: Link) -> AuditMark:
    return AuditMark(link.at, link.site_id or INSTALLATION, link.number)
