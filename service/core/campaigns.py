"""Campaigns: comments whose texts are variants of one another, whoever signs them.

Two texts belong together if their sketches share a good part. Variants chain: the last of a text
that drifts needs no likeness to the first, only to some variant before it. A campaign's id is that
of its first comment.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.core.comment import Draft
from service.core.copies import Campaign, resemblance
from service.core.states import State

CHAINED_AT_LEAST = 0.18
"""Jaccard's index of the shingles of two texts that belong together. Spun texts, a fourth of whose
words are others, have 0.3; of 5,000 honest comments of five sites none had three such others.
"""

NEAR_AT_LEAST = 0.6
"""Almost the same text: a few words were changed."""

MEMBERS_MAX = 200
"""So many of a campaign are counted; those after them belong to it all the same."""

OWN_MAX = 3
"""An author's own shown text may come again so often: in other threads, or corrected."""

MEMBERS_MIN = 3
"""So many others, and it is a campaign."""

_REFUSED = frozenset({State.SPAM, State.REJECTED})


@dataclass(frozen=True, slots=True)
class Member:
    """A comment of a campaign. `by_person` says that somebody decided about it, not the checks."""

    campaign_id: str
    comment_id: str
    contact_id: str | None
    thread_id: str
    network_hash: bytes
    state: State
    by_person: bool
    created_at: datetime
    sketch: tuple[int, ...]


class Chains:
    """Joins comments, by likeness, to campaigns; the smallest id of those joined is the name."""

    def __init__(self) -> None:
        self._next: dict[str, str] = {}

    def name_of(self, campaign_id: str) -> str:
        while (following := self._next.get(campaign_id, campaign_id)) != campaign_id:
            campaign_id = following
        return campaign_id

    def join(self, one: str, other: str) -> None:
        first, second = sorted((self.name_of(one), self.name_of(other)))
        for campaign_id in (one, other, first, second):
            self._next[campaign_id] = first

    @property
    def joined(self) -> Mapping[str, str]:
        """Every campaign that was joined to another, and the name that all of them have now."""
        return {campaign_id: self.name_of(campaign_id) for campaign_id in self._next}


def campaign_of(draft: Draft, members: Iterable[Member]) -> Campaign:
    """What `draft` is a variant of: of its campaign's members those that came before it."""
    earlier = [one for one in members if one.comment_id < draft.id]
    own = [
        one
        for one in earlier
        if draft.contact_id is not None
        and one.contact_id == draft.contact_id
        and one.state is State.APPROVED
    ]
    if len(own) <= OWN_MAX:
        ids = {one.comment_id for one in own}
        earlier = [one for one in earlier if one.comment_id not in ids]
    refused = [one for one in earlier if one.state in _REFUSED]
    return Campaign(
        others=len(earlier),
        # Without an address it may be anybody; then the network stands for the author.
        authors=len({one.contact_id or one.network_hash for one in earlier}),
        pages=len({one.thread_id for one in earlier}),
        networks=len({one.network_hash for one in earlier}),
        refused=len(refused),
        refused_by_people=sum(one.by_person for one in refused),
        accepted_by_people=sum(one.by_person and one.state is State.APPROVED for one in earlier),
    )


def by_campaign(
    members: Iterable[Member], joined: Mapping[str, str]
) -> Mapping[str, Sequence[Member]]:
    """Members by the name that their campaign has now, in the order in which they came."""
    found: dict[str, list[Member]] = defaultdict(list)
    for member in sorted(members, key=lambda one: one.comment_id):
        found[joined.get(member.campaign_id, member.campaign_id)].append(member)
    return found


# -- taking back -----------------------------------------------------------------------------------

SURE_OTHERS, SURE_AUTHORS, SURE_NETWORKS = 5, 3, 3
TAKEN_BACK_WITHIN = timedelta(hours=24)
ORIGINAL_AFTER = timedelta(minutes=10)
_NOT_STOPPED = frozenset({State.PENDING, State.APPROVED})


def to_hold_again(campaign: Campaign, members: Sequence[Member]) -> Collection[str]:
    """Of a campaign that has just been recognised, the ids whose approval by the checks ends.

    It takes many authors on many networks, or a person's refusal, and no person's approval. What is
    an original stays: whoever copies somebody else's comment, or joins several in one text, must
    not be able to take them away.
    """
    if campaign.accepted_by_people and not campaign.refused_by_people:
        return ()
    sure = campaign.refused_by_people > 0 and campaign.others >= MEMBERS_MIN
    if not sure and (
        campaign.others < SURE_OTHERS
        or campaign.authors < SURE_AUTHORS
        or campaign.networks < SURE_NETWORKS
    ):
        return ()
    newest = max(one.created_at for one in members)
    return [
        one.comment_id
        for one in members
        if one.state in _NOT_STOPPED
        and not one.by_person
        and newest - one.created_at <= TAKEN_BACK_WITHIN
        and not _is_original(one, members)
    ]


def _is_original(member: Member, members: Iterable[Member]) -> bool:
    """Whether nothing like it came before it, nor soon after it."""
    return not any(
        other is not member
        and other.created_at - member.created_at <= ORIGINAL_AFTER
        and resemblance(member.sketch, other.sketch, at_least=CHAINED_AT_LEAST)
        for other in members
    )
