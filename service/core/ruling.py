"""Campaigns at the desk: what they look like there, and the ports for ruling on them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from service.core.rulings import Ruling
from service.core.states import State

ITEMS_MAX = 20_000
"""So many comments of a campaign are decided about at once; those after them as they arrive."""

SIZE_MIN = 3
"""From so many comments on it is a campaign to the desk."""


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """A campaign among others. `first_id` and `last_id` are comments; figures are of those that
    are counted, `size` of all.
    """

    site_id: str
    id: str
    size: int
    first_id: str
    last_id: str
    authors: int = 0
    pages: int = 0
    networks: int = 0


@dataclass(frozen=True, slots=True)
class CampaignMember:
    """A comment of a campaign as it stands; `by_person_at` is when somebody decided about it."""

    comment_id: str
    state: State
    version: int
    by_person_at: datetime | None


class ItemOutcome(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    CHANGED = "changed"
    NOT_ALLOWED = "not_allowed"
    GONE = "gone"
    TO_UNDO = "to_undo"
    UNDONE = "undone"
    KEPT = "kept"
    """Something else has been decided about it since."""


@dataclass(frozen=True, slots=True)
class RulingItem:
    """A comment that a ruling is carried out on. Without `decision_id` it was the checks that
    decided about it, by the ruling, when it arrived.
    """

    comment_id: str
    version: int
    outcome: ItemOutcome
    decision_id: str | None = None


class RulingReads(Protocol):
    def campaign_lines(
        self, site_id: str, *, before: str | None, limit: int
    ) -> tuple[Sequence[CampaignLine], str | None]:
        """Those to which something was added last come first, before a comment's id; and before
        which id to go on, which may be so though there are none. Few are asked for at once.
        """
        ...

    def campaign_line(self, site_id: str, campaign_id: str) -> CampaignLine | None: ...
    def campaign_states(
        self, site_id: str, campaign_ids: Collection[str]
    ) -> Mapping[str, Mapping[State, int]]:
        """Of those that are counted."""
        ...

    def campaign_ids_of(self, site_id: str, comment_id: str) -> str | None:
        """The campaign that a comment is of now."""
        ...

    def campaign_comments(
        self, site_id: str, campaign_id: str, *, after: str | None, limit: int
    ) -> Sequence[CampaignMember]:
        """In the order in which they came, after an id."""
        ...

    def contents(self, site_id: str, comment_ids: Collection[str]) -> Mapping[str, str]: ...
    def rulings_in_force(self, site_id: str) -> Sequence[Ruling]:
        """With their texts, and the names of the moderators."""
        ...

    def ruling(self, site_id: str, ruling_id: str) -> Ruling | None:
        """Without its texts."""
        ...

    def rulings(
        self, site_ids: Collection[str], *, ended: bool, before: str | None, limit: int
    ) -> Sequence[Ruling]:
        """The newest first, before an id, without their texts."""
        ...

    def ruling_of(self, site_id: str, campaign_id: str) -> Ruling | None:
        """One that is in force, on a campaign as it is called now."""
        ...

    def ruling_items(
        self, site_id: str, ruling_id: str, outcome: ItemOutcome, *, limit: int
    ) -> Sequence[RulingItem]: ...
    def ruling_counts(self, site_id: str, ruling_id: str) -> Mapping[ItemOutcome, int]: ...
    def arrivals(self, site_id: str, ruling_id: str, *, at_most: int) -> int:
        """How many comments have met a ruling since."""
        ...


class RulingWrites(RulingReads, Protocol):
    def add_ruling(self, ruling: Ruling, items: Sequence[CampaignMember]) -> None:
        """With its texts, and the comments that it is to be carried out on."""
        ...

    def lock_ruling(self, site_id: str, ruling_id: str) -> None:
        """Whoever carries it out, or ends it, waits until this transaction is over."""
        ...

    def settle_items(
        self, site_id: str, ruling_id: str, outcomes: Mapping[str, tuple[ItemOutcome, str | None]]
    ) -> None:
        """What became of some, by comment, with the decision about it."""
        ...

    def end_ruling(
        self, site_id: str, ruling_id: str, *, now: datetime, by: str, take_back: bool
    ) -> bool:
        """False where that was done before. With `take_back` all items that were done, and all
        that met it since, are marked to be undone.
        """
        ...
