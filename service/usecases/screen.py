"""Screen: lease comments, look up what the checks need to know, decide, and store the verdicts.

A lease is counted before anything is looked at, so a comment that kills the process leaves a trace:
after two deaths a batch is taken apart and run one by one; what dies alone is held.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.core.campaigns import to_hold_again
from service.core.comment import Draft
from service.core.decisions import Screening
from service.core.errors import Unavailable
from service.core.listing import Firing
from service.core.policy import Verdict, decide
from service.core.ports import Clock, NewId, Screener, Store
from service.core.records import WorkItem
from service.core.rules import Policy
from service.core.signals import CHECKS_CRASHED, SITE_SURGE, Signal
from service.core.states import State
from service.core.surge import bucket_of
from service.usecases.as_read import as_read
from service.usecases.gather import Gather, Gathered
from service.usecases.weigh import InForce, Weigh

LEASE = timedelta(seconds=12)
BATCH_ATTEMPTS = 2


@dataclass(frozen=True, slots=True)
class ScreenComments:
    """Returns how many comments got a verdict. Running it twice changes nothing."""

    store: Store
    screener: Callable[[], Screener]
    gather: Gather
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
            gathered = self.gather(drafts, beat)
            found = self.screener().screen([one.subject for one in gathered], beat)
            return self._conclude(
                [
                    (one.subject.draft, signals)
                    for one, signals in zip(gathered, found, strict=True)
                ],
                gathered,
            )
        except Unavailable:
            # The database's trouble is not the comments': it must not count against them.
            with suppress(Unavailable), self.store.write() as tx:
                tx.release(drafts)
            raise

    def _hold_crashed(self, drafts: Sequence[Draft]) -> int:
        signal = Signal(CHECKS_CRASHED, detail=f"{drafts[0].attempt - 1} attempts")
        return self._conclude([(draft, [signal]) for draft in drafts])

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

    def _conclude(
        self,
        found: Sequence[tuple[Draft, Sequence[Signal]]],
        gathered: Sequence[Gathered] = (),
    ) -> int:
        screener = self.screener()
        with self.store.read() as tx:
            policies = self.weigh.policies(tx, {draft.site_id for draft, _ in found})
        screenings = [
            as_read(
                self.weigh(draft, signals, policies[draft.site_id], versions=screener.versions()),
                draft,
                screener,
            )
            for draft, signals in found
        ]
        now = self.clock()
        with self.store.write() as tx:
            concluded = tx.conclude(screenings, now=now, new_id=self.new_id)
            tx.count_activity(_activity(found, screenings, concluded, policies))
        # Counted by themselves: an entry that many comments meet would keep two workers apart.
        for site_id, firings in _firings(screenings, concluded).items():
            with self.store.write() as tx:
                tx.add_firings(site_id, firings, now=now)
        # They stand on other pages. Waiting for those while these are locked, two workers could
        # wait for each other.
        for site_id, notes in _to_hold_again(gathered, screenings, concluded).items():
            with self.store.write() as tx:
                tx.hold_again(site_id, notes, now=now, new_id=self.new_id)
        return len(concluded)


def _activity(
    found: Sequence[tuple[Draft, Sequence[Signal]]],
    screenings: Sequence[Screening],
    concluded: Collection[str],
    policies: Mapping[str, InForce],
) -> Mapping[tuple[str, datetime], tuple[int, int]]:
    counts: dict[tuple[str, datetime], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for (draft, _), screening in zip(found, screenings, strict=True):
        if draft.id in concluded and not draft.revision:
            at = (draft.site_id, bucket_of(draft.created_at))
            taken, refused = counts[at]
            policy = policies[draft.site_id].policy
            counts[at] = (taken + 1, refused + _is_refused(screening.verdict, policy))
    return counts


def _firings(
    screenings: Sequence[Screening], concluded: Collection[str]
) -> Mapping[str, Sequence[Firing]]:
    """By site, which rules of people's making its comments have met."""
    found: dict[str, list[Firing]] = defaultdict(list)
    for one in screenings:
        if one.comment_id in concluded:
            for part in one.verdict.contributions:
                found[one.site_id] += [(rule, one.comment_id) for rule in part.signal.rules]
    return {site_id: firings for site_id, firings in found.items() if firings}


def _is_refused(verdict: Verdict, policy: Policy) -> bool:
    """Whether what weighs against it is enough, without the surge, which must not feed itself.

    What has no points is no flood: a site that reads everything, a fault, somebody's silence.
    """
    if verdict.state is State.APPROVED:
        return False
    weighs = [
        one.signal
        for one in verdict.contributions
        if one.points and one.signal.symbol != SITE_SURGE
    ]
    return decide(weighs, policy).state is not State.APPROVED


def _to_hold_again(
    gathered: Sequence[Gathered], screenings: Sequence[Screening], concluded: Collection[str]
) -> Mapping[str, Mapping[str, str]]:
    """By site, comments of a campaign that were shown before it was recognised, and why not now."""
    latest = {
        (screening.site_id, one.campaign[0].comment_id): (one, screening.comment_id)
        for one, screening in zip(gathered, screenings, strict=bool(gathered))
        if one.campaign
        and screening.comment_id in concluded
        and screening.verdict.state is not State.APPROVED
    }
    notes: dict[str, dict[str, str]] = defaultdict(dict)
    # Of a campaign the last has seen the most of it.
    for (site_id, _), (one, screened_id) in latest.items():
        campaign = one.subject.campaign
        for comment_id in to_hold_again(campaign, one.campaign):
            if comment_id != screened_id:
                notes[site_id][comment_id] = (
                    f"Its text came again in {campaign.others} other comments, "
                    f"by {campaign.authors} authors on {campaign.pages} pages."
                )
    return notes
