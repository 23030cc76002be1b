"""Claims: who looks at which comment right now, so that two do not do the same work. Nothing more.

A claim hinders nobody, and is forgotten two minutes after it was last renewed, or with Redis.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.core.outside import Memory
from service.core.people import Moderator, Permission
from service.core.ports import Store

CLAIM_SECONDS = 120
SHOWN_MAX = 60
"""So many comments are asked about at once; a page has fewer."""

Place = tuple[str, str]
"""The ids of a site and of a comment."""


@dataclass(frozen=True, slots=True)
class Claims:
    """One person looks at one comment at a time; who came first keeps it while they stay."""

    memory: Memory
    store: Store

    def claim(self, place: Place, moderator: Moderator) -> None:
        """Say that they look at this comment now, and no more at the one before."""
        if not moderator.may(Permission.DECIDE, place[0]):
            return
        own, claim = f"looks:{moderator.id}", _key(place)
        before, holder = self.memory.recall([own, claim])
        if before is not None and before != claim:
            self._let_go(before, moderator)
        if holder in (None, moderator.id):
            self.memory.remember(claim, moderator.id, seconds=CLAIM_SECONDS)
            self.memory.remember(own, claim, seconds=CLAIM_SECONDS)

    def others(self, places: Sequence[Place], moderator: Moderator) -> Mapping[str, str]:
        """Names of others who look at these comments, by the comments' ids."""
        seen = [one for one in places[:SHOWN_MAX] if moderator.may_see(one[0])]
        if not seen:
            return {}
        found = zip(seen, self.memory.recall([_key(one) for one in seen]), strict=True)
        holders = {place[1]: who for place, who in found if who and who != moderator.id}
        if not holders:
            return {}
        with self.store.look() as tx:
            names = tx.moderator_names(set(holders.values()))
        return {comment_id: names[who] for comment_id, who in holders.items() if who in names}

    def _let_go(self, claim: str, moderator: Moderator) -> None:
        if self.memory.recall([claim]) == [moderator.id]:
            self.memory.forget([claim])


def _key(place: Place) -> str:
    return f"claim:{place[0]}:{place[1]}"
