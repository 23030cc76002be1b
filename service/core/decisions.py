"""Decisions: who moved a comment from which state to which, when and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.core.policy import Verdict
from service.core.states import State
from service.core.trace import Trace


class Actor(StrEnum):
    AUTHOR = "author"
    CHECKS = "checks"
    MODERATOR = "moderator"
    SYSTEM = "system"


class Action(StrEnum):
    """What a moderator can do; `RESTORE` undoes a deletion."""

    APPROVE = "approve"
    SPAM = "spam"
    REJECT = "reject"
    DELETE = "delete"
    RESTORE = "restore"


TARGETS: dict[Action, State] = {
    Action.APPROVE: State.APPROVED,
    Action.SPAM: State.SPAM,
    Action.REJECT: State.REJECTED,
    Action.DELETE: State.DELETED,
}
"""`RESTORE` is absent: it leads back to the state before the deletion."""


@dataclass(frozen=True, slots=True)
class Screening:
    """A verdict about one leased comment; it counts only if `attempt` is still the latest.

    Without `trace` it cannot be reached again; only what was decided without checks has none.
    `read_as` says where the text reads differently from how it was written, and how: ranges of code
    points with what is read there.
    """

    comment_id: str
    site_id: str
    attempt: int
    verdict: Verdict
    revision: int = 0
    trace: Trace | None = None
    language: str | None = None
    read_as: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of a comment's record; `revision` is 0 where it is about the comment itself.

    `spam` and `abuse` are the probabilities that the checks came to. A person's decision may have a
    `reason` (`core.reasons`), be part of a bulk action, or undo another decision; `was_previous`
    is what the comment's `previous_state` was before, for undoing this one.
    """

    id: str
    comment_id: str
    site_id: str
    from_state: State
    to_state: State
    actor: Actor
    moderator_id: str | None
    at: datetime
    spam: float | None = None
    abuse: float | None = None
    policy_version: str | None = None
    note: str = ""
    revision: int = 0
    reason: str = ""
    undoes: str | None = None
    bulk_id: str | None = None
    was_previous: State | None = None


def effective(record: Sequence[Decision]) -> Sequence[Decision]:
    """The decisions that stand: without those that were undone, and without their undoing."""
    undone = {one.undoes for one in record if one.undoes is not None}
    return [one for one in record if one.undoes is None and one.id not in undone]
