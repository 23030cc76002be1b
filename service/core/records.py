"""What passes between use cases and the store besides comments: work, marks, the desk's view."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from service.core.comment import Thread
from service.core.policy import Contribution
from service.core.rules import Policy
from service.core.site import Site
from service.core.states import State
from service.core.trace import Trace


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A pending comment as the queue names it, or a pending revision of one."""

    site_id: str
    comment_id: str
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Answered:
    """The comment that another one answers."""

    id: str
    author_name: str
    content: str
    state: State


@dataclass(frozen=True, slots=True)
class AuthorSeen:
    """What is known of whoever writes under an address on a site: nothing that proves it is theirs.

    `names` are others than the one of the comment at hand.
    """

    by_state: Mapping[State, int]
    first_seen: datetime
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Similar:
    """The campaign that a comment belongs to, and how many others of it are counted."""

    campaign_id: str
    others: int


@dataclass(frozen=True, slots=True)
class QueuedComment:
    """A comment as the desk lists it. The address is sealed; the desk shows it masked.

    For a held edit `revision` is its number, `content` its text, and `shown_content` what readers
    still see. `policy` is what the contributions were weighed by, or today's if none is recorded;
    `shadowed` are contributions that would have counted. `read_as` is where evidence was disguised.
    """

    id: str
    site_id: str
    site_slug: str
    thread_id: str
    thread_url: str
    thread_title: str
    parent_id: str | None
    author_name: str
    author_url: str | None
    email_sealed: bytes | None
    contact_id: str | None
    network_sealed: bytes
    content: str
    state: State
    version: int
    created_at: datetime
    contributions: tuple[Contribution, ...]
    policy: Policy
    revision: int = 0
    shown_content: str | None = None
    severity: int = 0
    language: str | None = None
    shadowed: tuple[Contribution, ...] = ()
    read_as: tuple[tuple[int, int, str], ...] = ()
    answered: Answered | None = None
    author: AuthorSeen | None = None
    similar: Similar | None = None


@dataclass(frozen=True, slots=True)
class KeyClaim:
    """An Idempotency-Key that comes with a comment. Both hashes are keyed."""

    site_id: str
    key_hash: bytes
    fingerprint: bytes
    comment_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """A text that checks have judged: from what, and what moderators made of it, if they did.

    `mark` is where the next page begins.
    """

    mark: str
    comment_id: str
    revision: int
    trace: Trace
    ruling: State | None


class CopyKind(IntEnum):
    """What a stored fingerprint's key stands for."""

    TEXT = 0
    SHINGLE = 1
    TEXT_BY_AUTHOR_IN_THREAD = 2


@dataclass(frozen=True, slots=True)
class CopyMark:
    """Where a fingerprint's key was seen. `key` fits a signed 64-bit integer."""

    kind: CopyKind
    key: int
    comment_id: str


@dataclass(frozen=True, slots=True)
class KnownCopy:
    """A comment that has a key: what became of it, its sketch if it has one, and its campaign."""

    mark: CopyMark
    state: State
    by_person: bool
    contact_id: str | None
    sketch: tuple[int, ...]
    campaign_id: str


@dataclass(frozen=True, slots=True)
class PageMark:
    """A place in a thread's reading order."""

    root_id: str
    path: bytes


@dataclass(frozen=True, slots=True)
class ThreadPosition:
    """What a page of comments is a page of, in one look: the site, and the thread if it exists."""

    site: Site
    thread: Thread | None


PageQuestion = tuple[str, str | None, str | None]
"""A page as `Reads.thread_position` is asked for it: the site's short name, the page's names."""


@dataclass(frozen=True, slots=True)
class Received:
    """What the store knows of comments that are about to be added.

    `positions` by the questions, `contact_ids` by site and index, those that there are.
    """

    all_claimed: bool
    positions: Mapping[PageQuestion, ThreadPosition | None]
    contact_ids: Mapping[tuple[str, bytes], str]
