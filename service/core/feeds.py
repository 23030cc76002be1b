"""Feeds: the newest approved comments of a site, or of one of its pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

FEED_MAX = 50
"""So many entries a feed has at most."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """A comment as a feed shows it. As with `PublicComment`, there is no place for an address."""

    id: str
    parent_id: str | None
    thread_url: str
    thread_title: str
    author_name: str
    author_url: str | None
    content: str
    created_at: datetime
    edited_at: datetime | None


class FeedReads(Protocol):
    def newest_shown(
        self, site_id: str, thread_id: str | None, *, limit: int
    ) -> Sequence[FeedEntry]:
        """Approved comments of a thread, or of all, newest first; none that was removed."""
        ...
