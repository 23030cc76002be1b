"""Comments on their way out: what an export has of each, and the port that reads them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service.core.states import State


@dataclass(frozen=True, slots=True, repr=False)
class Leaving:
    """A comment as an export has it; the address is sealed still. Its repr is empty."""

    id: str
    parent_id: str | None
    thread_id: str
    page_url: str
    page_title: str
    author_name: str
    author_url: str | None
    content: str
    state: State
    created_at: datetime
    edited_at: datetime | None
    contact_id: str | None
    email_sealed: bytes | None


class LeavingReads(Protocol):
    def leaving_page(
        self, site_id: str, *, thread_id: str | None, after: str | None, limit: int
    ) -> Sequence[Leaving]:
        """Comments of a site, or of one thread, in the order of their ids, after one of them."""
        ...

    def thread_ids(self, site_id: str, *, after: str | None, limit: int) -> Sequence[str]:
        """Threads in the order of their ids."""
        ...
