"""Gather: everything that the checks may know of a batch of comments, found before they run."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from service.core.campaigns import Member
from service.core.comment import AuthorHistory, Draft, Rates, Subject
from service.core.lessons import SiteFilter
from service.core.lists import Lists
from service.core.ports import Clock, Screener, Store
from service.core.rulings import Rulings
from service.usecases.listing.senders import NOBODY, FindSenders
from service.usecases.look_up import LookUp
from service.usecases.recognise import recognise
from service.usecases.surge import WatchSurges

RATES_WINDOW = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the checks see of one comment, and beside it what happens to others with its verdict:
    `campaign` are the comments that its text is a variant of, or that are variants of it.
    """

    subject: Subject
    campaign: Sequence[Member] = ()


@dataclass(frozen=True, slots=True)
class Gather:
    """In a fixed number of queries a site, whatever the size of the batch."""

    store: Store
    screener: Callable[[], Screener]
    clock: Clock
    look_up: Callable[[], LookUp]
    watch: WatchSurges
    filters: Callable[[Collection[str]], Mapping[str, SiteFilter]]
    lists: Callable[[Collection[str]], Mapping[str, Lists]]
    senders: FindSenders
    rulings: Callable[[Collection[str]], Mapping[str, Rulings]]

    def __call__(self, drafts: Sequence[Draft], beat: Callable[[], None]) -> list[Gathered]:
        """In the order of the drafts; `beat` is called now and then."""
        now = self.clock()
        screener = self.screener()
        prints = {}
        for draft in drafts:
            prints[draft.id] = screener.fingerprint(draft.content)
            beat()
        by_site: dict[str, list[Draft]] = defaultdict(list)
        for draft in drafts:
            by_site[draft.site_id].append(draft)
        filters = self.filters(by_site)
        lists = self.lists(by_site)
        rulings = self.rulings(by_site)
        beat()
        gathered: dict[str, Gathered] = {}
        for site_id, of_site in by_site.items():
            recognised = recognise(self.store, of_site, prints, now=now)
            with self.store.read() as tx:
                site = tx.sites_by_id([site_id])[site_id]
                contacts = {draft.contact_id for draft in of_site if draft.contact_id}
                histories = tx.histories(site_id, contacts)
                rates = tx.rates(site_id, of_site, since=now - RATES_WINDOW)
                senders = self.senders(tx, site_id, of_site, lists[site_id])
                ask = self.look_up()(tx, site, of_site)
            lookups = ask(beat)
            surge = self.watch(site_id)
            for draft in of_site:
                known = recognised[draft.id]
                sender = senders.get(draft.id, NOBODY)
                gathered[draft.id] = Gathered(
                    Subject(
                        draft=draft,
                        site=site,
                        history=histories.get(draft.contact_id or "", AuthorHistory()),
                        rates=rates.get(draft.id, Rates()),
                        copies=known.copies,
                        now=now,
                        campaign=known.campaign,
                        lookups=lookups[draft.id],
                        surge=surge,
                        site_filter=filters.get(site_id),
                        lists=lists[site_id],
                        listed=sender.entries,
                        trusted=sender.trusted,
                        ruled=rulings[site_id].about(prints[draft.id]),
                    ),
                    known.members,
                )
        return [gathered[draft.id] for draft in drafts]
