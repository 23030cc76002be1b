"""Screen: lease comments, look up what the checks need to know, decide, and store the verdicts.

A lease is counted before anything is looked at, so a comment that kills the process leaves a trace:
after two deaths a batch is taken apart and run one by one; what dies alone is held.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b

from service.core.comment import AuthorHistory, Copies, Draft, Fingerprint, Rates, Subject
from service.core.errors import Unavailable
from service.core.ports import Clock, NewId, Screener, Store
from service.core.records import CopyKind, CopyMark, WorkItem
from service.core.signals import CHECKS_CRASHED, Signal
from service.usecases.weigh import Weigh

LEASE = timedelta(seconds=12)
RATES_WINDOW = timedelta(minutes=10)
COPIES_WINDOW = timedelta(days=3)
BATCH_ATTEMPTS = 2
NEAR_COPY_SIMILARITY = 0.75


@dataclass(frozen=True, slots=True)
class ScreenComments:
    """Returns how many comments got a verdict. Running it twice changes nothing."""

    store: Store
    screener: Callable[[], Screener]
    weigh: Weigh
    clock: Clock
    new_id: NewId

    def __call__(self, items: Sequence[WorkItem]) -> int:
        drafts = self._lease(items)
        fresh = [draft for draft in drafts if draft.attempt <= BATCH_ATTEMPTS]
        suspects = [draft for draft in drafts if draft.attempt > BATCH_ATTEMPTS]
        if suspects:
            # They go back before anything else runs, so that each is on its own when it is taken
            # again, and none loses its lease, and with it an attempt, to the others' work.
            with self.store.write() as tx:
                tx.release(suspects)
        concluded = self._run(fresh)
        for suspect in suspects:
            alone = self._lease([WorkItem(suspect.site_id, suspect.id, suspect.revision)])
            if alone and alone[0].attempt > BATCH_ATTEMPTS + 1:
                concluded += self._hold_crashed(alone)
            else:
                concluded += self._run(alone)
        return concluded

    def _lease(self, items: Sequence[WorkItem]) -> Sequence[Draft]:
        now = self.clock()
        with self.store.write() as tx:
            return tx.lease(items, until=now + LEASE, now=now)

    def _run(self, drafts: Sequence[Draft]) -> int:
        if not drafts:
            return 0
        try:
            beat = self._beat(drafts)
            subjects = self._subjects(drafts, beat)
            found = self.screener().screen(subjects, beat)
            return self._conclude(
                (subject.draft, signals) for subject, signals in zip(subjects, found, strict=True)
            )
        except Unavailable:
            # The database's trouble is not the comments': it must not count against them.
            with suppress(Unavailable), self.store.write() as tx:
                tx.release(drafts)
            raise

    def _hold_crashed(self, drafts: Sequence[Draft]) -> int:
        signal = Signal(CHECKS_CRASHED, detail=f"{drafts[0].attempt - 1} attempts")
        return self._conclude((draft, [signal]) for draft in drafts)

    def _beat(self, drafts: Sequence[Draft]) -> Callable[[], None]:
        """Keeps the batch's leases alive while it runs: to be called between comments."""
        renew_at = self.clock() + LEASE / 3

        def beat() -> None:
            nonlocal renew_at
            now = self.clock()
            if now >= renew_at:
                renew_at = now + LEASE / 3
                with self.store.write() as tx:
                    tx.renew(drafts, until=now + LEASE)

        return beat

    def _conclude(self, found: Iterable[tuple[Draft, Sequence[Signal]]]) -> int:
        found = list(found)
        versions = self.screener().versions()
        with self.store.read() as tx:
            policies = self.weigh.policies(tx, {draft.site_id for draft, _ in found})
        screenings = [
            self.weigh(draft, signals, policies[draft.site_id], versions=versions)
            for draft, signals in found
        ]
        with self.store.write() as tx:
            return len(tx.conclude(screenings, now=self.clock(), new_id=self.new_id))

    # -- what the checks may know ------------------------------------------------------------------

    def _subjects(self, drafts: Sequence[Draft], beat: Callable[[], None]) -> list[Subject]:
        """In a fixed number of queries a site, whatever the size of the batch."""
        now = self.clock()
        screener = self.screener()
        prints = {}
        for draft in drafts:
            prints[draft.id] = screener.fingerprint(draft.content)
            beat()
        by_site: dict[str, list[Draft]] = defaultdict(list)
        for draft in drafts:
            by_site[draft.site_id].append(draft)
        subjects: dict[str, Subject] = {}
        for site_id, of_site in by_site.items():
            marks = {draft.id: _marks(draft, prints[draft.id]) for draft in of_site}
            with self.store.write() as tx:
                # The batch's own marks are written first: copies within it are found like others.
                tx.add_copy_marks(
                    site_id, [one for some in marks.values() for one in some], now=now
                )
            with self.store.read() as tx:
                site = tx.sites_by_id([site_id])[site_id]
                contacts = {draft.contact_id for draft in of_site if draft.contact_id}
                histories = tx.histories(site_id, contacts)
                rates = tx.rates(site_id, of_site, since=now - RATES_WINDOW)
                keys = {(one.kind, one.key) for some in marks.values() for one in some}
                seen = _by_key(tx.copies(site_id, keys, since=now - COPIES_WINDOW))
            for draft in of_site:
                subjects[draft.id] = Subject(
                    draft=draft,
                    site=site,
                    history=histories.get(draft.contact_id or "", AuthorHistory()),
                    rates=rates.get(draft.id, Rates()),
                    copies=_copies(draft, prints[draft.id], marks[draft.id], seen),
                    now=now,
                )
        return [subjects[draft.id] for draft in drafts]


def _marks(draft: Draft, fingerprint: Fingerprint) -> list[CopyMark]:
    marks = [CopyMark(CopyKind.TEXT, fingerprint.digest, draft.id)]
    marks += [
        CopyMark(CopyKind.BAND, band, draft.id, fingerprint.sketch) for band in fingerprint.bands
    ]
    if draft.contact_id is not None:
        # Without an address nobody knows whether it is the same author.
        text = f"{draft.contact_id} {draft.thread_id} {fingerprint.digest}"
        key = int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) >> 1
        marks.append(CopyMark(CopyKind.TEXT_BY_AUTHOR_IN_THREAD, key, draft.id))
    return marks


def _by_key(marks: Iterable[CopyMark]) -> Mapping[tuple[CopyKind, int], list[CopyMark]]:
    found: dict[tuple[CopyKind, int], list[CopyMark]] = defaultdict(list)
    for mark in marks:
        found[mark.kind, mark.key].append(mark)
    return found


def _copies(
    draft: Draft,
    fingerprint: Fingerprint,
    own: Iterable[CopyMark],
    seen: Mapping[tuple[CopyKind, int], Sequence[CopyMark]],
) -> Copies:
    """Earlier comments only (ids sort by time): the first of several copies is no copy."""
    by_kind: dict[CopyKind, set[str]] = {kind: set() for kind in CopyKind}
    for mark in own:
        for other in seen.get((mark.kind, mark.key), ()):
            if other.comment_id >= draft.id:
                continue
            if mark.kind is CopyKind.BAND and not fingerprint.resembles(
                other.sketch, at_least=NEAR_COPY_SIMILARITY
            ):
                continue
            by_kind[mark.kind].add(other.comment_id)
    exact = by_kind[CopyKind.TEXT]
    return Copies(
        same_author_and_thread=len(by_kind[CopyKind.TEXT_BY_AUTHOR_IN_THREAD]),
        exact=len(exact),
        near=len(by_kind[CopyKind.BAND] - exact),
    )
