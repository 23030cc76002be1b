"""Flags: what readers report of comments, and authors' appeals against decisions; not states."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from service.core.states import State


class FlagKind(StrEnum):
    REPORT = "report"
    APPEAL = "appeal"


class FlagState(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    """The flag was right: a reported comment was taken away, an appeal was granted."""
    DISMISSED = "dismissed"
    MOOT = "moot"
    """There was nothing left to decide: the comment's author took it back, say."""


class ReportReason(StrEnum):
    """What a reader finds wrong with a comment."""

    SPAM = "spam"
    INSULT = "insult"
    HATE = "hate"
    THREAT = "threat"
    PERSONAL_DATA = "personal_data"
    ILLEGAL = "illegal"
    OFF_TOPIC = "off_topic"
    OTHER = "other"


FLAG_TEXT_MAX_CHARS = 2_000
REPORTS_KEPT_MAX = 100
"""So many reports of one comment wait at most; further ones are answered alike, and not kept."""
REPORTS_PER_DAY_MAX = 100
"""So many reports one network can file at one site within a day."""
APPEALABLE = frozenset({State.SPAM, State.REJECTED, State.DELETED})
"""What an author can contest. A held comment has a person's look before it anyway."""

RECORD_KEPT = timedelta(days=365)
"""So far back a network's reports say how much its next ones count for."""
_DISMISSALS_MIN = 3


@dataclass(frozen=True, slots=True)
class Flag:
    """`reason` is a report's; `counts` tells whether it counts towards holding a comment again.

    `network_hash` is keyed, and of a wider network than an address: one household is one reader.
    """

    id: str
    site_id: str
    comment_id: str
    kind: FlagKind
    text: str
    created_at: datetime
    reason: ReportReason | None = None
    network_hash: bytes | None = None
    counts: bool = True
    state: FlagState = FlagState.OPEN


@dataclass(frozen=True, slots=True)
class ReporterRecord:
    """What became of a network's earlier reports at a site."""

    upheld: int = 0
    dismissed: int = 0
    today: int = 0

    @property
    def counts(self) -> bool:
        """Whether its reports count: not while most of several were found to be wrong."""
        return self.dismissed < _DISMISSALS_MIN or self.upheld >= self.dismissed


@dataclass(frozen=True, slots=True)
class Settlement:
    """By what flags are settled. Those that are newer than `up_to`, a flag's id, stay open."""

    at: datetime
    decision_id: str | None = None
    moderator_id: str | None = None
    up_to: str | None = None


def settled_by(target: State) -> Mapping[FlagKind, FlagState]:
    """What a moderator's decision makes of open flags, by kind; empty where it settles none."""
    if target is State.APPROVED:
        return {FlagKind.REPORT: FlagState.DISMISSED, FlagKind.APPEAL: FlagState.UPHELD}
    if target in APPEALABLE:
        return {FlagKind.REPORT: FlagState.UPHELD, FlagKind.APPEAL: FlagState.DISMISSED}
    return {}


class FlagReads(Protocol):
    def flags_of(self, site_id: str, comment_id: str) -> Sequence[Flag]:
        """All flags of a comment, settled ones too, oldest first."""
        ...

    def open_flags(
        self, site_id: str, comment_ids: Collection[str]
    ) -> Mapping[str, Sequence[Flag]]:
        """Flags that wait for a moderator, by comment, oldest first."""
        ...

    def flagged(self, site_id: str, comment_ids: Collection[str]) -> Collection[str]:
        """Those of these comments that have flags, settled ones too."""
        ...

    def flagged_count(self, site_ids: Collection[str]) -> Mapping[FlagKind, int]:
        """How many comments have open flags, by kind."""
        ...

    def reporter_record(
        self, site_id: str, network_hash: bytes, *, now: datetime
    ) -> ReporterRecord:
        """What became of this network's reports, and how many it filed within a day."""
        ...

    def has_appeal(self, site_id: str, comment_id: str) -> bool: ...


class FlagWrites(FlagReads, Protocol):
    def add_flag(self, flag: Flag) -> bool:
        """Store it, and tell. False if there is one already: of a report by this network, of an
        appeal at all.

        What follows in the transaction comes after every other flag of the same thread.
        """
        ...

    def counting_reports(self, site_id: str, comment_id: str) -> int:
        """How many networks' open reports count."""
        ...

    def settle_flags(
        self,
        site_id: str,
        comment_id: str,
        outcomes: Mapping[FlagKind, FlagState],
        settlement: Settlement,
    ) -> int:
        """Settle the open flags of a comment, by kind; how many there were."""
        ...

    def reopen_flags(self, site_id: str, decision_id: str) -> int:
        """Open again what a decision has settled, when that is undone; how many there were."""
        ...
