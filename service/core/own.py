"""An author's own comment, and the statement of reasons for what was decided about it.

What a statement has is what article 17 of the European Digital Services Act asks for: what was
decided, why, whether by a program or a person, and how to contest it. It names kinds of reasons,
not symbols, words or thresholds: who sends spam reads it, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from service.core.decisions import Actor, Decision, effective
from service.core.flags import FlagState
from service.core.reasons import Reason, author_sentence
from service.core.states import State


@dataclass(frozen=True, slots=True)
class OwnComment:
    """A comment as its author may see it, published or not. `edit` is the latest edit's state."""

    id: str
    site_id: str
    state: State
    content: str
    created_at: datetime
    thread_url: str
    thread_title: str
    edit: State | None


class Ground(StrEnum):
    """What kind of reason a decision had; each is a word of `core.languages.STATUS_WORDS`."""

    SPAM = "taken_for_spam"
    ABUSE = "taken_for_abuse"
    DOUBT = "in_doubt"
    RULES = "against_rules"


@dataclass(frozen=True, slots=True)
class Statement:
    """Why a comment is not shown: by whom and when that was decided, and on what ground.

    `reason` is the code that a moderator gave (`core.reasons`), "" for none.
    """

    automated: bool
    at: datetime
    ground: Ground
    reported: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """What became of a comment. `withdrawn`: its author took it back.

    `own_reasons` are what the site has put over the built-in reasons, or added.
    """

    comment: OwnComment
    statement: Statement | None
    can_appeal: bool
    appeal: FlagState | None
    withdrawn: bool
    own_reasons: Sequence[Reason] = ()

    def reason(self, language: str) -> str:
        """Why it is not shown, in a sentence; "" where the statement's ground is all there is."""
        if self.statement is None or not self.statement.reason:
            return ""
        return author_sentence(self.statement.reason, self.own_reasons, language)


def statement_of(record: Sequence[Decision], *, reported: bool) -> Statement | None:
    """From all decisions about a comment, oldest first; None for one that is shown or waits."""
    made = [one for one in effective(record) if not one.revision]
    if not made or made[-1].to_state in {State.APPROVED, State.PENDING}:
        return None
    last = made[-1]
    return Statement(
        automated=last.actor is not Actor.MODERATOR,
        at=last.at,
        ground=_ground(last),
        reported=reported,
        reason=last.reason,
    )


def _ground(decision: Decision) -> Ground:
    if decision.to_state is State.HELD:
        return Ground.DOUBT
    # Checks may also refuse by a site's list, or what a moderator has said of a whole campaign.
    if decision.to_state is State.SPAM and (decision.spam or 0.0) >= _LIKELY:
        return Ground.SPAM
    if decision.to_state is State.REJECTED and (decision.abuse or 0.0) >= _LIKELY:
        return Ground.ABUSE
    return Ground.RULES


_LIKELY = 0.5


class OwnReads(Protocol):
    def own_comment(self, site_id: str, comment_id: str) -> OwnComment | None:
        """None for one that is not there, or was erased."""
        ...
