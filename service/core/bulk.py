"""Bulk actions: one thing done to many comments, in the version in which they were counted."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from service.core.decisions import Action

ITEMS_MAX = 50_000
"""So many comments one bulk action takes; what is left over can be had by another one."""

KEPT = timedelta(days=30)
"""So long it is known which comments a bulk action was about; decisions tell it for good."""

WAITING = ""
"""The outcome of an item whose turn has not come."""

DONE = "done"
"""The outcome of one that was decided about; all others are those of `deciding.Refusal`."""


class Stopped(StrEnum):
    """Why a bulk action ended before everything was done."""

    BY_HAND = "by_hand"
    UNDONE = "undone"
    NOT_ALLOWED = "not_allowed"
    """Who began it may not decide at the site any more."""


@dataclass(frozen=True, slots=True)
class BulkAction:
    """What it does at one site. Without an `action` it takes back the bulk action `undoes`.

    Nothing happens before it is confirmed by who has seen the number. Whoever works on it says so
    in `worked_at`, so that nobody carries on what somebody else does.
    """

    site_id: str
    id: str
    moderator_id: str
    action: Action | None
    total: int
    created_at: datetime
    undoes: str | None = None
    reason: str = ""
    note: str = ""
    confirmed_at: datetime | None = None
    worked_at: datetime | None = None
    ended_at: datetime | None = None
    stopped: Stopped | None = None

    @property
    def is_going_on(self) -> bool:
        return self.confirmed_at is not None and self.ended_at is None


@dataclass(frozen=True, slots=True)
class BulkItem:
    """A comment, or its edit of that number, as it was counted, and what became of it.

    `decision_id` is the decision that was made; before an undo, the one that is to be taken back.
    """

    comment_id: str
    revision: int
    version: int
    outcome: str = WAITING
    decision_id: str | None = None


class BulkReads(Protocol):
    def bulk_parts(self, site_ids: Collection[str], bulk_id: str) -> Sequence[BulkAction]:
        """What a bulk action does at each of these sites."""
        ...

    def bulk_counts(self, site_ids: Collection[str], bulk_id: str) -> Mapping[str, int]:
        """How many items there are, by outcome."""
        ...

    def bulk_items(
        self, site_id: str, bulk_id: str, outcome: str, *, limit: int
    ) -> Sequence[BulkItem]: ...
    def bulk_actions_at(
        self, site_ids: Collection[str], *, since: datetime, limit: int
    ) -> Sequence[BulkAction]:
        """Those that were confirmed, the newest first."""
        ...

    def bulk_undoing(self, site_ids: Collection[str], bulk_id: str) -> str | None:
        """The id of the action that takes this one back, if there is one."""
        ...

    def left_bulk_actions(self, *, before: datetime, limit: int) -> Sequence[BulkAction]:
        """Those that go on and that nobody has worked on since then."""
        ...


class BulkWrites(BulkReads, Protocol):
    def add_bulk_action(self, part: BulkAction) -> None: ...
    def add_bulk_items(self, part: BulkAction, items: Sequence[BulkItem]) -> None:
        """Items that are there already stay as they are."""
        ...

    def add_undo_items(self, part: BulkAction) -> int:
        """Take over what the action that this one undoes has done; how many items that are."""
        ...

    def count_bulk_items(self, part: BulkAction) -> None:
        """Store the total."""
        ...

    def confirm_bulk_action(self, part: BulkAction) -> bool:
        """Store reason, note and time; False if it is confirmed already."""
        ...

    def take_bulk_items(
        self, part: BulkAction, *, limit: int, now: datetime
    ) -> Sequence[BulkItem] | None:
        """The next items, in the order of comments, for this transaction alone.

        None if somebody else is at it, or if it has ended.
        """
        ...

    def settle_bulk_items(self, part: BulkAction, items: Sequence[BulkItem]) -> None:
        """Store the outcomes of items that were taken."""
        ...

    def end_bulk_action(self, part: BulkAction, *, at: datetime, stopped: Stopped | None) -> bool:
        """False if it has ended already."""
        ...

    def prune_bulk_actions(self, *, now: datetime) -> None: ...
