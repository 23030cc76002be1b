"""Authors as the desk knows them: an address that was typed at a site, and what came under it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service.core.listing import Excerpt
from service.core.lists import Effect
from service.core.states import State

LATEST = 500
"""Names and networks are counted in so many comments, the latest ones."""

DECIDED = (State.APPROVED, State.SPAM, State.REJECTED)

MARKS: Mapping[Effect, str] = {
    Effect.ALLOW: "trusted",
    Effect.HOLD: "muted",
    Effect.BLOCK: "banned",
}
"""What an author is called whose address is on a list."""


@dataclass(frozen=True, slots=True)
class Author:
    """`email_sealed` opens for a moment only: to be masked, indexed or revealed."""

    site_id: str
    contact_id: str
    email_sealed: bytes
    first_seen: datetime
    by_state: Mapping[State, int]

    @property
    def comments(self) -> int:
        return sum(self.by_state.values())

    @property
    def approved_share(self) -> float | None:
        """Of what was decided; None where nothing was."""
        decided = sum(self.by_state.get(state, 0) for state in DECIDED)
        return self.by_state.get(State.APPROVED, 0) / decided if decided else None


@dataclass(frozen=True, slots=True)
class SeenName:
    name: str
    comments: int
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class SeenNetwork:
    """One network by its keyed hash; `sealed` is of the comment `comment_id`."""

    network_hash: bytes
    sealed: bytes
    comment_id: str
    comments: int
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class Traces:
    """What an author's latest comments have in common; `last_seen` is None where there are none."""

    names: Sequence[SeenName]
    networks: Sequence[SeenNetwork]
    last_seen: datetime | None
    reports: int
    appeals: int


class AuthorReads(Protocol):
    def author(self, site_id: str, contact_id: str) -> Author | None: ...
    def author_with(self, site_id: str, indexes: Collection[bytes]) -> str | None:
        """The id of the author with an address, by its blind indexes."""
        ...

    def newest_authors(
        self, site_ids: Collection[str], *, after: str | None, limit: int
    ) -> Sequence[Author]:
        """Who has come last, after an id."""
        ...

    def latest_names(self, site_id: str, contact_ids: Collection[str]) -> Mapping[str, str]: ...
    def author_traces(self, site_id: str, contact_id: str) -> Traces: ...
    def author_comments(
        self, site_id: str, contact_id: str, state: State, *, before: str | None, limit: int
    ) -> Sequence[Excerpt]:
        """The newest first, before an id."""
        ...
