"""Deciding: what became of each of several decisions, and the ports that store and find them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from service.core.comment import CommentHead, Revision
from service.core.decisions import Action, Decision

UNDO_WITHIN = timedelta(hours=24)
"""So long after a decision it can be undone as one step. Anything can be decided anew later."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a moderator wants done, and the version of the comment that they saw.

    With a `revision` it is about that edit of the comment: approve, spam or reject. `reason` is a
    code of the site's (`core.reasons`).
    """

    site_id: str
    comment_id: str
    action: Action
    seen_version: int
    note: str = ""
    revision: int = 0
    reason: str = ""


class Refusal(StrEnum):
    """Why something was not done."""

    GONE = "gone"
    """There is no such comment any more."""
    CHANGED = "changed"
    """Something else happened first."""
    NOT_ALLOWED = "not_allowed"
    """It cannot take that state from the one that it is in, or there is nothing to undo."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one item: the decision that stands now, or why there is none, and the same in words."""

    decision: Decision | None = None
    refusal: Refusal | None = None
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """A comment as it is, or a revision of it, and the decision to store about it.

    `decided_at` is when it was decided about as it then stands; only undoing sets it back.
    """

    head: CommentHead
    decision: Decision
    revision: Revision | None = None
    decided_at: datetime | None = None


class DecidingReads(Protocol):
    def heads(self, site_id: str, comment_ids: Collection[str]) -> Mapping[str, CommentHead]: ...
    def open_revisions(self, site_id: str, comment_ids: Collection[str]) -> Mapping[str, Revision]:
        """Revisions that wait for checks or a moderator, by comment; each has one at most."""
        ...

    def latest_revisions(
        self, site_id: str, comment_ids: Collection[str]
    ) -> Mapping[str, Revision]:
        """The revision with the highest number, by comment; absent for what was never edited."""
        ...

    def decisions(self, site_id: str, comment_id: str) -> Sequence[Decision]:
        """A comment's record, oldest first."""
        ...

    def records(
        self, site_id: str, comment_ids: Collection[str]
    ) -> Mapping[str, Sequence[Decision]]:
        """As `decisions`, by comment."""
        ...

    def decision(self, site_id: str, decision_id: str) -> Decision | None: ...
    def decisions_by_id(
        self, site_id: str, decision_ids: Collection[str]
    ) -> Mapping[str, Decision]: ...
    def last_decision_by(
        self, moderator_id: str, site_ids: Collection[str], *, since: datetime
    ) -> Decision | None:
        """The latest decision of a moderator that is neither undone nor undoes another one."""
        ...


class DecidingWrites(DecidingReads, Protocol):
    def move_all(self, moves: Sequence[Move]) -> Collection[str]:
        """Store decisions about comments of one site that still are as their heads say; the ids of
        those decisions. At most one for each comment.
        """
        ...

    def take_revision_back(self, move: Move) -> bool:
        """Undo a decision about a revision: readers see again the text that they saw before.

        False if the comment or the revision are not as given.
        """
        ...
