"""Replay: what a draft policy would have concluded about comments that checks have judged.

Nothing is written. By default the recorded signals are weighed anew, which is quick and exact. The
texts can be checked anew as well; then only what depended on the moment (rates, copies, the
author's history) is taken from the record, since that moment is gone.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from service.core.comment import AuthorHistory, Rates, Subject
from service.core.copies import NO_COPIES
from service.core.errors import InvalidPolicy
from service.core.lists import NO_LISTS, Lists
from service.core.policy import Verdict, decide
from service.core.policy_file import policy_from_data, read_toml
from service.core.ports import Clock, Reads, Screener, Store
from service.core.records import Judged
from service.core.rules import Policy
from service.core.signals import CHECK_FAILED, Signal
from service.core.site import Site
from service.core.site_policy import laid_over_data
from service.core.states import State
from service.core.trace import recompute
from service.usecases.policies import policy_in_force, site_named
from service.usecases.weigh import POLICY_FAULT

PAGE_SIZE = 200
REFUSED = frozenset({State.SPAM, State.REJECTED})
_BEGINNING_DAYS = 36_500
_POLICY_FAILED = Signal(CHECK_FAILED, detail=POLICY_FAULT)
"""Says that the site's policy of then could not be used, which is nothing against the draft."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One comment under both policies; `ruling` is what a moderator has made of it, if any has."""

    site_slug: str
    comment_id: str
    revision: int
    recorded: Verdict
    drafted: Verdict
    ruling: State | None

    @property
    def flips(self) -> bool:
        return self.recorded.state is not self.drafted.state

    def changes(self) -> list[tuple[str, float | None, float | None]]:
        """Symbols whose contributions differ, with both; None where there was none."""
        before, after = (
            {one.signal.symbol: one.points for one in verdict.contributions}
            for verdict in (self.recorded, self.drafted)
        )
        return [
            (symbol, before.get(symbol), after.get(symbol))
            for symbol in sorted({*before, *after})
            if before.get(symbol) != after.get(symbol)
        ]


@dataclass(slots=True)
class Agreement:
    """How a policy's verdicts fit moderators' rulings; what is held was left to them."""

    agrees: int = 0
    disagrees: int = 0
    left: int = 0

    def add(self, verdict: State, ruling: State) -> None:
        if verdict is State.HELD:
            self.left += 1
        elif (verdict in REFUSED) is (ruling in REFUSED):
            self.agrees += 1
        else:
            self.disagrees += 1


@dataclass(slots=True)
class Tally:
    """What a replay comes to, in constant memory."""

    comments: int = 0
    flips: Counter[tuple[State, State]] = field(default_factory=Counter)
    recorded: Agreement = field(default_factory=Agreement)
    drafted: Agreement = field(default_factory=Agreement)

    def add(self, outcome: Outcome) -> None:
        before, after = outcome.recorded.state, outcome.drafted.state
        self.comments += 1
        if outcome.flips:
            self.flips[before, after] += 1
        if outcome.ruling is not None:
            self.recorded.add(before, outcome.ruling)
            self.drafted.add(after, outcome.ruling)


@dataclass(frozen=True, slots=True)
class Replay:
    """A replay that is ready to run: `total` judgements on these sites, each with its policy."""

    store: Store
    screener: Callable[[], Screener] | None
    sites: Sequence[tuple[Site, Policy]]
    since: datetime
    total: int
    lists: Mapping[str, Lists] = field(default_factory=dict)
    page_size: int = PAGE_SIZE

    def __iter__(self) -> Iterator[Outcome]:
        for site, policy in self.sites:
            mark: str | None = None
            while page := self._page(site, mark):
                mark = page[-1].mark
                for judged, signals in zip(page, self._signals(site, page), strict=True):
                    yield Outcome(
                        site_slug=site.slug,
                        comment_id=judged.comment_id,
                        revision=judged.revision,
                        recorded=recompute(judged.trace),
                        drafted=decide(signals, policy),
                        ruling=judged.ruling,
                    )

    def _page(self, site: Site, mark: str | None) -> Sequence[Judged]:
        with self.store.read() as tx:
            return tx.judged_page(site.id, since=self.since, after=mark, limit=self.page_size)

    def _signals(self, site: Site, page: Sequence[Judged]) -> Sequence[Sequence[Signal]]:
        recorded = [[s for s in one.trace.signals if s != _POLICY_FAILED] for one in page]
        if self.screener is None:
            return recorded
        screener = self.screener()
        keys = [(one.comment_id, one.revision) for one in page]
        with self.store.read() as tx:
            drafts = tx.judged_drafts(site.id, keys)
        subjects = [
            Subject(
                draft,
                site,
                AuthorHistory(),
                Rates(),
                NO_COPIES,
                draft.created_at,
                lists=self.lists.get(site.id, NO_LISTS),
            )
            for key in keys
            if (draft := drafts.get(key)) is not None
        ]
        found = iter(screener.screen(subjects, lambda: None))
        return [
            _renewed(old, next(found), screener.of_the_moment()) if key in drafts else old
            for key, old in zip(keys, recorded, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class PrepareReplay:
    """Raises `InvalidPolicy` for a draft that cannot be used, `NotFound` for a site there is not.

    A draft with a version stands for the packaged policy, and sites' own lie over it. One without
    stands for the own policy of the site, or of every site.
    """

    store: Store
    screener: Callable[[], Screener]
    packaged_policy: Callable[[], Policy]
    clock: Clock
    lists: Callable[[Collection[str]], Mapping[str, Lists]]

    def __call__(self, draft: str, *, slug: str | None, days: int | None, rescreen: bool) -> Replay:
        since = self.clock() - timedelta(days=_BEGINNING_DAYS if days is None else days)
        with self.store.read() as tx:
            sites = tx.sites() if slug is None else [site_named(tx, slug)]
            policies = self._policies(tx, draft, sites)
            total = sum(tx.judged_count(site.id, since=since) for site in sites)
        if not rescreen:
            return Replay(self.store, None, policies, since, total)
        lists = self.lists([site.id for site, _ in policies])
        return Replay(self.store, self.screener, policies, since, total, lists)

    def _policies(
        self, tx: Reads, draft: str, sites: Sequence[Site]
    ) -> Sequence[tuple[Site, Policy]]:
        data = read_toml(draft)
        if "version" not in data:
            packaged = self.packaged_policy()
            policy = laid_over_data(packaged, data, version=f"{packaged.version}+draft")
            return [(site, policy) for site in sites]
        whole = policy_from_data(data)
        found = []
        for site in sites:
            try:
                found.append((site, policy_in_force(tx, site, whole)))
            except InvalidPolicy as error:
                raise InvalidPolicy(
                    f"the policy of {site.slug} does not fit this draft: {error}"
                ) from None
        return found


def _renewed(
    recorded: Sequence[Signal], found: Sequence[Signal], of_the_moment: frozenset[str]
) -> list[Signal]:
    return [one for one in found if one.symbol not in of_the_moment] + [
        one for one in recorded if one.symbol in of_the_moment
    ]
