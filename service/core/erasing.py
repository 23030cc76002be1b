"""Erasure by right: what goes, what its receipt says, and the port that makes it go."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service.core.comment import CommentHead

KINDS = (
    "comments",
    "contacts",
    "revisions",
    "signals",
    "decisions",
    "flags",
    "lessons",
    "fingerprints",
    "list_entries",
    "audit_entries",
)
"""What a receipt counts: what is gone, or has lost its details."""


@dataclass(frozen=True, slots=True)
class SiteErasure:
    """What was erased at one site, or of the lists for all sites (`site` is "" then)."""

    site: str
    comment_ids: Sequence[str]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ErasureReceipt:
    """What was erased, without a word of it. `digest` also stands in each site's record."""

    at: datetime
    sites: Sequence[SiteErasure]

    def counts(self) -> Mapping[str, int]:
        total: Counter[str] = Counter()
        for one in self.sites:
            total.update(one.counts)
        return {kind: total[kind] for kind in KINDS}

    def digest(self) -> str:
        """SHA-256 of the JSON array of time, and of each site's name, comments and counts."""
        data = [
            self.at.isoformat(timespec="microseconds"),
            [[one.site, sorted(one.comment_ids), dict(one.counts)] for one in self.sites],
        ]
        text = json.dumps(data, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("ascii")).hexdigest()

    def as_data(self) -> dict[str, object]:
        return {
            "erased_at": self.at.isoformat(timespec="microseconds"),
            "sites": [
                {"site": one.site, "comment_ids": sorted(one.comment_ids), "counts": one.counts}
                for one in self.sites
            ],
            "counts": self.counts(),
            "digest": self.digest(),
        }


class ErasureReads(Protocol):
    def erasable(self, site_id: str, contact_id: str, *, limit: int) -> Sequence[CommentHead]:
        """Comments of an author that are not erased yet."""
        ...


class ErasureWrites(ErasureReads, Protocol):
    def forget_comments(self, site_id: str, comment_ids: Collection[str]) -> Mapping[str, int]:
        """Overwrite all that is kept of comments that have just been erased, but that they were.

        Returns how many of each of `KINDS` went or lost their details.
        """
        ...

    def forget_contact(self, site_id: str, contact_id: str) -> int:
        """Delete an address, unless there still are comments of it; 1 if it is gone."""
        ...

    def forget_address_entries(self, site_id: str, keys: Collection[str]) -> Sequence[str]:
        """Delete the entries of lists about an address, ended ones too; their ids."""
        ...
