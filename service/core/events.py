"""What others are told of: the names of events, which are stable, and how they are come to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service.core.states import State

TEST_EVENT = "webhook.test"

EVENTS: Mapping[str, str] = {
    "comment.approved": "A comment is shown to readers.",
    "comment.held": "A comment waits for a moderator.",
    "comment.spam": "A comment is taken for spam.",
    "comment.rejected": "A comment is refused.",
    "comment.deleted": "A comment was deleted, by its author or a moderator.",
    "comment.restored": "A deleted comment is back where it was; `decision.to` says where.",
    "comment.erased": "A comment was erased by right, for good.",
    "comment.pending": "A comment waits for the checks again.",
    "comment.edited": "A comment's new text is shown to readers.",
    "edit.held": "A comment's new text waits for a moderator.",
    "edit.spam": "A comment's new text is taken for spam.",
    "edit.rejected": "A comment's new text is refused.",
    "edit.deleted": "A comment's new text was taken back.",
    "comment.reported": "A reader has reported a comment.",
    "comment.appealed": "An author has appealed against a decision.",
    "site.surge_started": "A site is being flooded.",
    "site.surge_ended": "The flood is over.",
    TEST_EVENT: "Nothing happened; somebody tries whether this arrives.",
}
"""Every event that leaves the house, and what it says. Others stay inside."""


def event_of(from_state: State, to_state: State, *, revision: int = 0) -> str:
    """The event that a decision makes."""
    if revision:
        return "comment.edited" if to_state is State.APPROVED else f"edit.{to_state}"
    if from_state is State.DELETED and to_state is not State.ERASED:
        return "comment.restored"
    return f"comment.{to_state}"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, to be told. `comment_id` is None for what is about no single one."""

    id: str
    site_id: str
    name: str
    comment_id: str | None
    at: datetime


class Bell(Protocol):
    """Wakes whoever delivers events. One that is not heard costs some seconds and nothing else."""

    def ring(self) -> None: ...
    def wait(self, seconds: float) -> bool:
        """Whether it rang within so many seconds, about."""
        ...
