"""What the desk shows of a comment: opened, masked, and with the reasons for its verdict."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup

from service.core.addresses import masked
from service.core.decisions import TARGETS, Action
from service.core.errors import SealBroken
from service.core.people import Moderator, Permission
from service.core.ports import Vault
from service.core.records import QueuedComment
from service.core.states import State, may_follow
from service.web.desk.evidence import marked, visible
from service.web.desk.sums import (
    Reason,
    ShownSum,
    reasons_apart,
    reasons_in_shadow,
    shown_sums,
)
from service.web.rendering import safe_author_url

DECIDED = (State.APPROVED, State.SPAM, State.REJECTED)
UNREADABLE = "cannot be opened"


ANSWERED_MAX_CHARS = 600
"""So much of what a comment answers stands on its card."""


@dataclass(frozen=True, slots=True)
class ShownParent:
    id: str
    name: Markup
    content: Markup
    is_cut: bool
    state: State


@dataclass(frozen=True, slots=True)
class ShownAuthor:
    """`approved` is the share of those that were decided, "2 of 3", or "" where there are none."""

    comments: int
    approved: str
    first_seen: datetime
    names: tuple[Markup, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """`key` names it on its page: a comment and its held edit may both stand there."""

    key: str
    comment: QueuedComment
    author_name: Markup
    author_url: Markup | None
    author_href: str | None
    email: str | None
    network: str
    thread_title: Markup
    content: Markup
    shown_content: Markup | None
    age: str
    reasons: tuple[Reason, ...]
    sums: tuple[ShownSum, ...]
    shadows: tuple[Reason, ...]
    answered: ShownParent | None
    author: ShownAuthor | None
    actions: tuple[Action, ...]


def card(comment: QueuedComment, moderator: Moderator, vault: Vault, *, now: datetime) -> Card:
    parts = comment.contributions
    return Card(
        key=f"{comment.id}-{comment.revision}" if comment.revision else comment.id,
        comment=comment,
        author_name=visible(comment.author_name),
        author_url=visible(comment.author_url) if comment.author_url else None,
        author_href=safe_author_url(comment.author_url),
        email=_email(comment, vault),
        network=_opened(vault, comment.network_sealed, f"{comment.id}/network"),
        thread_title=visible(comment.thread_title or comment.thread_url),
        content=marked(
            comment.content,
            [span for part in parts for span in part.signal.spans],
            comment.read_as,
        ),
        shown_content=(
            visible(comment.shown_content) if comment.shown_content is not None else None
        ),
        age=age(now - comment.created_at),
        reasons=reasons_apart(parts, comment.policy),
        sums=shown_sums(parts, comment.policy),
        shadows=reasons_in_shadow(comment.shadowed, comment.policy),
        answered=_answered(comment),
        author=_author(comment),
        actions=_actions(comment) if moderator.may(Permission.DECIDE, comment.site_id) else (),
    )


def actions(state: State) -> tuple[Action, ...]:
    """What a moderator may do from a state, in the order of the buttons.

    A deleted comment is restored first and judged then, so that no slip shows what was taken away.
    """
    if state is State.DELETED:
        return (Action.RESTORE,)
    return tuple(action for action, target in TARGETS.items() if may_follow(state, target))


def _actions(comment: QueuedComment) -> tuple[Action, ...]:
    """An edit can be taken or turned down; deleting is for the comment itself."""
    offered = actions(comment.state)
    return tuple(a for a in offered if not (comment.revision and a is Action.DELETE))


def _answered(comment: QueuedComment) -> ShownParent | None:
    parent = comment.answered
    if parent is None:
        return None
    erased = parent.state is State.ERASED
    return ShownParent(
        id=parent.id,
        name=visible("" if erased else parent.author_name),
        content=visible("" if erased else parent.content[:ANSWERED_MAX_CHARS]),
        is_cut=len(parent.content) > ANSWERED_MAX_CHARS,
        state=parent.state,
    )


def _author(comment: QueuedComment) -> ShownAuthor | None:
    seen = comment.author
    if seen is None:
        return None
    decided = sum(seen.by_state.get(state, 0) for state in DECIDED)
    approved = seen.by_state.get(State.APPROVED, 0)
    return ShownAuthor(
        comments=sum(seen.by_state.values()),
        approved=f"{approved} of {decided}" if decided else "",
        first_seen=seen.first_seen,
        names=tuple(visible(name) for name in seen.names),
    )


def age(passed: timedelta) -> str:
    minutes = int(passed.total_seconds() // 60)
    for size, unit in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            number = minutes // size
            return f"{number} {unit}{'s' if number > 1 else ''} ago"
    return "just now"


def _email(comment: QueuedComment, vault: Vault) -> str | None:
    if comment.email_sealed is None or comment.contact_id is None:
        return None
    bound_to = f"{comment.site_id}/{comment.contact_id}/email"
    try:
        return masked(vault.open(comment.email_sealed, bound_to=bound_to))
    except SealBroken:
        return UNREADABLE


def _opened(vault: Vault, sealed: bytes, bound_to: str) -> str:
    # A value sealed with a lost secret must not keep the moderator from the comment itself.
    try:
        return vault.open(sealed, bound_to=bound_to)
    except SealBroken:
        return UNREADABLE
