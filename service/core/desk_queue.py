"""The desk's queue: what it can be narrowed down to, in which orders it stands, and its pages."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from service.core.decisions import Screening
from service.core.flags import FlagKind
from service.core.records import QueuedComment
from service.core.site import Site
from service.core.states import State

SEVEREST = 1_000
_BELOW_SEVEREST = 999


class Order(StrEnum):
    OLDEST = "oldest"
    NEWEST = "newest"
    SEVEREST = "severest"


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which comments are listed, in which order.

    Without a `state` all but erased ones. `flag` takes those with open flags of a kind, `symbol`
    those with a reason, `author_ids` those of contacts; `words` come from `search.searched_words`.
    `from_id` and `before_id` bound the ids, and with them (see `first_id_at`) the time since which
    a comment has been here.
    """

    sites: tuple[Site, ...]
    state: State | None = State.HELD
    flag: FlagKind | None = None
    thread_id: str | None = None
    symbol: str | None = None
    author_ids: tuple[str, ...] = ()
    language: str | None = None
    words: tuple[str, ...] = ()
    from_id: str | None = None
    before_id: str | None = None
    order: Order = Order.OLDEST

    @property
    def is_narrow(self) -> bool:
        """Whether it takes more than states and sites, whose numbers are kept."""
        return any(
            (self.thread_id, self.symbol, self.author_ids, self.language, self.words)
        ) or not (self.from_id is None and self.before_id is None)


@dataclass(frozen=True, slots=True)
class QueueMark:
    """A place in the queue. `severity` counts only where the severest come first."""

    id: str
    severity: int = 0


@dataclass(frozen=True, slots=True)
class QueueKey:
    """A line of the queue: a comment, or its edit of that number, as it was when it was listed."""

    site_id: str
    id: str
    revision: int
    version: int
    severity: int

    @property
    def mark(self) -> QueueMark:
        return QueueMark(self.id, self.severity)


@dataclass(frozen=True, slots=True)
class QueueKeys:
    """`more` is where the list goes on, if it does. A page may be short, or even empty, and go on:
    so much is looked through at once and no more.
    """

    keys: tuple[QueueKey, ...]
    more: QueueMark | None


@dataclass(frozen=True, slots=True)
class QueuePage:
    comments: tuple[QueuedComment, ...]
    more: QueueMark | None


class QueueReads(Protocol):
    def queue_keys(self, wanted: QueueFilter, *, after: QueueMark | None, limit: int) -> QueueKeys:
        """The next lines of the queue; with the held comments, the held edits."""
        ...

    def queue_page(
        self, wanted: QueueFilter, *, after: QueueMark | None, limit: int
    ) -> QueuePage: ...

    def queue_counts(self, sites: Collection[Site]) -> Mapping[State, int]:
        """How many comments there are in each state, held edits among the held."""
        ...

    def arrived(self, wanted: QueueFilter, *, since: datetime, at_most: int) -> int:
        """How many lines of the queue have come to stand there since a moment."""
        ...

    def contacts_of(self, indexes: Collection[tuple[str, bytes]]) -> Collection[str]:
        """Ids of the authors whose addresses have these blind indexes, each at its site."""
        ...

    def has_loose_counts(self) -> bool:
        """Whether so many numbers have changed that they should be summed up."""
        ...


class QueueWrites(Protocol):
    def read_anew(self, site_id: str, comment_ids: Collection[str]) -> None:
        """Bring up to date by which words comments are found: after their texts have changed, or
        gone.
        """
        ...

    def settle_counts(self) -> None:
        """Sum up what was counted since; it changes no number."""
        ...


def severity_of(screening: Screening) -> int:
    """How pressing a comment is, 0..1000: what may need a person at once comes first, and then the
    higher of the two probabilities counts.
    """
    trace, verdict = screening.trace, screening.verdict
    if trace is not None and any(
        trace.policy.rule(part.signal.symbol).person for part in verdict.contributions
    ):
        return SEVEREST
    return round(_BELOW_SEVEREST * max(verdict.spam.probability, verdict.abuse.probability))


def first_id_at(at: datetime) -> str:
    """The smallest UUIDv7 (RFC 9562, 5.7) of a moment: ids of comments from then on are greater."""
    digits = f"{max(0, int(at.timestamp() * 1000)):012x}"
    return f"{digits[:8]}-{digits[8:12]}-7000-8000-000000000000"
