"""Comments that move in from elsewhere, in one form whatever they came in."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from service.core.comment import NewComment
from service.core.decisions import Decision
from service.core.site import Site
from service.core.states import State

SOURCE_ID_MAX_CHARS = 200

_CONTROLS = re.compile("[\0-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True, repr=False)
class Moved:
    """A comment as a file has it. Its repr is empty, since it holds an address.

    `source_id` names it within its source, and `parent_id` the one it answers. `keeps_id` says that
    this is an id of ours, which the comment keeps.
    """

    source_id: str
    parent_id: str | None
    page_url: str
    page_id: str | None
    page_title: str
    author_name: str
    author_email: str | None
    author_url: str | None
    content: str
    state: State
    created_at: datetime
    ip: str | None = None
    edited_at: datetime | None = None
    keeps_id: bool = False


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that cannot be taken, and why; without a word of what stands in it."""

    source_id: str
    reason: str


Row = Moved | Unread


@dataclass(frozen=True, slots=True)
class Move:
    """What is moved: into which site, called what, and by which rules pages are named anew.

    `pages` are pairs: an address that begins with the first begins with the second then.
    """

    site: Site
    source: str
    pages: Sequence[tuple[str, str]] = ()
    dry_run: bool = False


@dataclass(slots=True)
class Account:
    """What became of a file's rows: `read` are all of them, `merged` were there already.

    `orphans` are those of the imported whose parent is not there; they stand by themselves now.
    """

    read: int = 0
    imported: int = 0
    merged: int = 0
    skipped: int = 0
    orphans: int = 0
    held_for_address: int = 0
    states: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a comment stands in its thread."""

    comment_id: str
    thread_id: str
    path: bytes


@dataclass(frozen=True, slots=True)
class Settled:
    """A moved comment, ready to be stored: `decision` is None for one that waits for checks."""

    comment: NewComment
    state: State
    edited_at: datetime | None
    source_id: str
    decision: Decision | None


def clean(text: str) -> str:
    """Without characters that no text should have, and that not every database takes."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def id_at(created_at: datetime, new_id: str, order: int = 0) -> str:
    """An id (UUIDv7) made of a new one and a time: by ids, old comments stand where they belong.

    Those of the same millisecond stand in their `order`, of which 12 bits count.
    """
    milliseconds = int(created_at.timestamp() * 1000)
    rest = UUID(new_id).int & ((1 << 64) - 1)
    return str(UUID(int=milliseconds << 80 | 7 << 76 | (order & 0xFFF) << 64 | rest))


def is_id(text: str) -> bool:
    """Whether this is an id as ours are written."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


class MovingReads(Protocol):
    def moved_places(
        self, site_id: str, source: str, source_ids: Collection[str]
    ) -> Mapping[str, Place]:
        """Those that have come from a source before, by its ids, wherever they are now."""
        ...

    def places_of(self, site_id: str, comment_ids: Collection[str]) -> Mapping[str, Place]:
        """Comments by their own ids."""
        ...


class MovingWrites(MovingReads, Protocol):
    def lock_moving(self, site_id: str) -> None:
        """Until this transaction ends nobody else moves comments into the site."""
        ...

    def add_moved(self, site_id: str, source: str, comments: Sequence[Settled]) -> None:
        """Store comments in the states they have, without telling anybody of them."""
        ...
