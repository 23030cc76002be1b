"""Trying an entry: what it would have caught in the last thirty days, before it is saved.

The work is cut into steps of about a second, so that no request takes long; a mark carries on from
one to the next. The newest comments come first, and of a busy site only so many are looked at.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from service.core.listing import Lister
from service.core.lists import EntryKind, ListEntry, Lists
from service.core.ports import Clock, Store
from service.core.site import Site
from service.core.states import State
from service.usecases.listing.senders import FindSenders

WINDOW = timedelta(days=30)
LOOKED_MAX = 20_000
STEP_SECONDS = 1.0
PAGE_SIZE = 200
SAMPLE_MAX = 20
_NEEDS_SENDER = frozenset({EntryKind.ADDRESS, EntryKind.NETWORK})


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a trial has come: `site` is its place among the sites, `before` a comment's id."""

    site: int = 0
    before: str | None = None
    looked: int = 0
    caught: Mapping[State, int] = field(default_factory=dict)
    sample: tuple[tuple[str, str], ...] = ()
    done: bool = False

    def text(self) -> str:
        return json.dumps(
            [self.site, self.before, self.looked, dict(self.caught), list(self.sample), self.done]
        )


def mark_from(text: str) -> Mark:
    """What `Mark.text` gave; anything else is the beginning. It may come from anybody."""
    try:
        site, before, looked, caught, sample, done = json.loads(text)
        return Mark(
            site=_number(site),
            before=None if before is None else str(UUID(before)),
            looked=_number(looked),
            caught={State(state): _number(number) for state, number in caught.items()},
            sample=tuple((str(UUID(one)), str(UUID(two))) for one, two in sample[:SAMPLE_MAX]),
            done=bool(done),
        )
    except (ValueError, TypeError, AttributeError, RecursionError):
        return Mark()


def _number(value: object) -> int:
    if not isinstance(value, int) or not 0 <= value <= LOOKED_MAX + PAGE_SIZE:
        raise ValueError
    return value


@dataclass(frozen=True, slots=True)
class Trial:
    """What was found so far. `total` is how many there are to look at; `capped`, that there are
    more, which are not looked at.
    """

    mark: Mark
    total: int
    capped: bool


@dataclass(frozen=True, slots=True)
class TryEntry:
    store: Store
    senders: FindSenders
    lister: Callable[[], Lister]
    clock: Clock
    monotonic: Callable[[], float]

    def __call__(self, entry: ListEntry, sites: Sequence[Site], mark: Mark) -> Trial:
        """One step further than `mark`, on all of these sites."""
        ends = self.monotonic() + STEP_SECONDS
        since = self.clock() - WINDOW
        lists = Lists((entry,))
        total = self._total(sites)
        caught, sample = Counter(dict(mark.caught)), list(mark.sample)
        place, before, looked = mark.site, mark.before, mark.looked
        while place < len(sites) and looked < LOOKED_MAX:
            site_id = sites[place].id
            with self.store.read() as tx:
                page = tx.recent_drafts(site_id, since=since, before=before, limit=PAGE_SIZE)
                drafts = [draft for draft, _ in page]
                senders = (
                    self.senders(tx, site_id, drafts, lists) if entry.kind in _NEEDS_SENDER else {}
                )
            for draft, state in page:
                if draft.id in senders or (
                    entry.kind not in _NEEDS_SENDER and self.lister().meets(draft, lists)
                ):
                    caught[State(state)] += 1
                    if len(sample) < SAMPLE_MAX:
                        sample.append((site_id, draft.id))
            looked += len(page)
            before = page[-1][0].id if len(page) == PAGE_SIZE else None
            if before is None:
                place += 1
            if self.monotonic() >= ends:
                break
        done = place >= len(sites) or looked >= LOOKED_MAX
        found = Mark(place, before, looked, dict(caught), tuple(sample), done)
        return Trial(found, min(total, LOOKED_MAX), capped=total > LOOKED_MAX)

    def _total(self, sites: Sequence[Site]) -> int:
        since, total = self.clock() - WINDOW, 0
        with self.store.read() as tx:
            for site in sites:
                if total > LOOKED_MAX:
                    break
                at_most = LOOKED_MAX + 1 - total
                total += tx.recent_count(site.id, since=since, at_most=at_most)
        return total
