"""What the desk shows of a comment: opened, masked, and with its score as a sum that adds up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup

from service.core.decisions import TARGETS, Action
from service.core.errors import SealBroken
from service.core.people import Moderator
from service.core.policy import Contribution, Policy, packaged_policy
from service.core.ports import Vault
from service.core.records import QueuedComment
from service.core.states import State, may_follow
from service.web.desk.evidence import marked, visible
from service.web.rendering import safe_author_url

UNREADABLE = "cannot be opened"
_TENTHS = 10


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of the sum. `by_itself` is the verdict that its symbol brings about alone."""

    symbol: str
    sentence: str
    detail: Markup
    points: str
    by_itself: State | None


@dataclass(frozen=True, slots=True)
class Card:
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
    score: str
    policy: Policy
    actions: tuple[Action, ...]


def card(comment: QueuedComment, moderator: Moderator, vault: Vault, *, now: datetime) -> Card:
    parts = comment.contributions
    points, total = tenths([part.points for part in parts])
    return Card(
        comment=comment,
        author_name=visible(comment.author_name),
        author_url=visible(comment.author_url) if comment.author_url else None,
        author_href=safe_author_url(comment.author_url),
        email=_email(comment, vault),
        network=_opened(vault, comment.network_sealed, f"{comment.id}/network"),
        thread_title=visible(comment.thread_title or comment.thread_url),
        content=marked(comment.content, [span for part in parts for span in part.signal.spans]),
        shown_content=(
            visible(comment.shown_content) if comment.shown_content is not None else None
        ),
        age=age(now - comment.created_at),
        reasons=tuple(_reason(part, shown) for part, shown in zip(parts, points, strict=True)),
        score=total,
        policy=packaged_policy(),
        actions=_actions(comment) if moderator.role.may_decide else (),
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


def masked(email: str) -> str:
    """Enough of an address to tell two apart, too little to write to: `j•••@e•••.org`."""
    local, _, domain = email.rpartition("@")
    name, dot, last = domain.rpartition(".")
    return f"{local[:1]}•••@{(name or last)[:1]}•••{dot}{last if dot else ''}"


def tenths(points: Sequence[float]) -> tuple[list[str], str]:
    """Points and their sum, each to one decimal, such that what is shown adds up.

    Largest remainders: all are rounded down, and those that lose most get the missing tenths.
    """
    total = round(sum(points) * _TENTHS)
    shown = [int(one * _TENTHS // 1) for one in points]
    by_loss = sorted(range(len(points)), key=lambda i: shown[i] - points[i] * _TENTHS)
    for i in by_loss[: total - sum(shown)]:
        shown[i] += 1
    return [_decimal(one) for one in shown], _decimal(total)


def age(passed: timedelta) -> str:
    minutes = int(passed.total_seconds() // 60)
    for size, unit in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            number = minutes // size
            return f"{number} {unit}{'s' if number > 1 else ''} ago"
    return "just now"


def _decimal(number: int) -> str:
    return f"{'−' if number < 0 else ''}{abs(number) // _TENTHS}.{abs(number) % _TENTHS}"  # noqa: RUF001 (a minus sign, as numbers have)


def _reason(part: Contribution, points: str) -> Reason:
    rule = packaged_policy().rules.get(part.signal.symbol)
    return Reason(
        symbol=part.signal.symbol,
        sentence=part.sentence,
        detail=visible(part.signal.detail),
        points=points,
        by_itself=rule.at_least if rule is not None else None,
    )


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
