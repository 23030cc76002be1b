"""A comment in its shapes: as it comes in, as it is stored, as checks see it, as readers do."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from service.core.copies import ALONE, Campaign, Copies
from service.core.lessons import SiteFilter
from service.core.lists import NO_LISTS, ListEntry, Lists
from service.core.lookups import NO_LOOKUPS, Lookups
from service.core.proofs import ProofState
from service.core.ruled import Ruled
from service.core.site import Site
from service.core.states import State
from service.core.surge import Surge

MAX_DEPTH = 12
"""Replies nest this deep; a reply to a comment at the limit becomes its sibling."""

_SPACES = re.compile(r"\s+")


def normalise_newlines(text: str) -> str:
    """CRLF and CR become LF; lengths of content are counted in code points after this."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def squeezed(text: str) -> str:
    """Text for comparing: case folded, white space collapsed."""
    return _SPACES.sub(" ", text.casefold()).strip()


# -- coming in -------------------------------------------------------------------------------------


class TokenState(StrEnum):
    VALID = "valid"
    ABSENT = "absent"
    INVALID = "invalid"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class TokenFact:
    """What the form's token says; `age_seconds` is known for a valid or expired one."""

    state: TokenState
    age_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class DoorFacts:
    """What the door saw that the text does not show. Stored with the comment, shown to checks."""

    token: TokenFact = TokenFact(TokenState.ABSENT)
    honeypot_filled: bool = False
    origin_given: bool = False
    rate_counted: bool = True
    proof: ProofState = ProofState.NOT_ASKED


@dataclass(frozen=True, slots=True)
class ThreadRef:
    """How a page names its thread: by address, and by the site's own id where it has one."""

    url: str
    external_id: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """A validated comment on its way in. `author_email` is normalised; `ip` is the client's."""

    site: Site
    thread: ThreadRef
    content: str
    author_name: str
    author_email: str | None
    author_url: str | None
    parent_id: str | None
    ip: str
    facts: DoorFacts
    idempotency_key: str | None = None
    fingerprint: str | None = None

    def __repr__(self) -> str:
        # A submission holds an address; it must not reach a log by way of a repr.
        return f"<Submission to {self.site.slug}>"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the author gets: 202 means that the row behind `comment_id` is durable."""

    comment_id: str
    state: State
    repeated: bool = False


# -- stored ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NewComment:
    """A row to insert. Bytes are sealed (see `ports.Vault`); hashes are keyed."""

    id: str
    site_id: str
    thread_id: str
    parent_id: str | None
    path: bytes
    contact_id: str | None
    author_name: str
    author_url: str | None
    content: str
    ip_hash: bytes
    network_hash: bytes
    network_sealed: bytes
    facts: DoorFacts
    created_at: datetime
    ip_sealed: bytes | None = None
    staff_id: str | None = None
    """Of who wrote it at the desk."""


@dataclass(frozen=True, slots=True)
class NewContact:
    """An author's address on a site, sealed. `avatar_id` is random, so it reveals nothing."""

    id: str
    site_id: str
    email_index: bytes
    email_sealed: bytes
    avatar_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Thread:
    """`version` grows with every change of what readers see.

    One that is `closed` takes no new comments; of one that is `off` nothing is shown either.
    """

    id: str
    site_id: str
    url: str
    title: str
    closed: bool
    version: int
    approved_count: int = 0
    off: bool = False


@dataclass(frozen=True, slots=True)
class ParentComment:
    id: str
    thread_id: str
    state: State
    path: bytes


@dataclass(frozen=True, slots=True)
class CommentHead:
    """What a decision needs to know of a comment."""

    id: str
    site_id: str
    thread_id: str
    contact_id: str | None
    path: bytes
    state: State
    version: int
    previous_state: State | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Revision:
    """A later text of a comment. What is shown changes only when it is approved."""

    site_id: str
    comment_id: str
    number: int
    content: str
    state: State


# -- being screened --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Draft:
    """A leased comment: everything of it that screening may see. No address, no IP.

    `attempt` counts leases, this one included, and guards the verdict's write. `revision` is 0 for
    a comment as it came in, else the number of the revision whose text this is.
    """

    id: str
    site_id: str
    thread_id: str
    contact_id: str | None
    network_hash: bytes
    author_name: str
    author_url: str | None
    content: str
    facts: DoorFacts
    created_at: datetime
    attempt: int
    revision: int = 0


@dataclass(frozen=True, slots=True)
class AuthorHistory:
    """Earlier comments under the same typed address on the site, by state.

    An address is typed, not proven: a good history never lowers a score, a bad one may raise it.
    """

    by_state: Mapping[State, int] = field(default_factory=dict)

    @property
    def approved(self) -> int:
        return self.by_state.get(State.APPROVED, 0)


@dataclass(frozen=True, slots=True)
class Rates:
    """Comments within the last ten minutes, this one included."""

    author: int = 1
    network: int = 1


@dataclass(frozen=True, slots=True)
class Subject:
    """Everything a check may look at for one comment.

    `listed` are the entries of the lists that its author's address and its network meet. `trusted`
    says that a moderator trusts the address, and that it comes from where it was shown before.
    """

    draft: Draft
    site: Site
    history: AuthorHistory
    rates: Rates
    copies: Copies
    now: datetime
    campaign: Campaign = ALONE
    lookups: Lookups = NO_LOOKUPS
    surge: Surge | None = None
    site_filter: SiteFilter | None = None
    lists: Lists = NO_LISTS
    listed: tuple[ListEntry, ...] = ()
    trusted: bool = False
    ruled: Ruled | None = None


# -- shown -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PublicComment:
    """A comment as readers get it. It has no place for an e-mail address or an IP, on purpose.

    A removed comment that still carries shown replies is a tombstone: `removed`, without name,
    link and content. `staff` says that the site's staff wrote it: by the site's own words for that,
    or True where it has none.
    """

    id: str
    parent_id: str | None
    depth: int
    author_name: str
    author_url: str | None
    avatar_id: str
    content: str
    created_at: datetime
    edited_at: datetime | None
    removed: bool
    staff: bool | str = False


@dataclass(frozen=True, slots=True)
class Page:
    """Comments in reading order; `next_cursor` continues after the last one."""

    comments: tuple[PublicComment, ...]
    next_cursor: str | None
    total: int
