"""Lessons: what moderators' decisions teach a site's own filter, and what it says of a comment.

A site's filter is a function of its lessons and the time, and lessons follow from the record of
decisions. So nothing is lost when two processes teach at once, what is undone is unlearned to the
last digit, and a rebuild from the record gives the same filter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from service.core.states import State

LESSONS_MAX = 2_000
"""So many lessons of each label a site's filter is made of: the latest."""

LESSONS_MAX_PER_DAY = 500
"""So many of each label one moderator can teach a site in a day (UTC); later ones teach nothing.

A flood of decisions, by mistake or by a stolen password, cannot push all older lessons out.
"""


class Label(StrEnum):
    OK = "ok"
    SPAM = "spam"
    ABUSE = "abuse"


LABELS: Mapping[State, Label] = {
    State.APPROVED: Label.OK,
    State.SPAM: Label.SPAM,
    State.REJECTED: Label.ABUSE,
}
"""What a moderator's decision says of a text. A verdict of the checks teaches nothing."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One text of a site with what a moderator said of it.

    `revision` is 0 for a comment as it came in, else the number of its text. `reading` is what the
    screener made of the text: opaque to all but it, and empty before.
    """

    site_id: str
    comment_id: str
    revision: int
    label: Label
    teacher_id: str | None
    decision_id: str
    at: datetime
    reading: bytes = b""

    @property
    def key(self) -> tuple[str, int]:
        return self.comment_id, self.revision


@dataclass(frozen=True, slots=True)
class LessonText:
    """The text behind a lesson, with what else of the comment the filter looks at. No address."""

    comment_id: str
    revision: int
    content: str
    author_name: str
    author_url: str | None


@dataclass(frozen=True, slots=True)
class FilterState:
    """How far a site's filter has come: `version` grows with every change of its lessons.

    Decisions up to `since` are no lessons (the filter was reset then). `snapshot` is the filter as
    it was made at `made_at` of its lessons at `made_of`, so that not every process makes it again:
    opaque to all but the screener, and empty before.
    """

    version: int
    since: datetime | None = None
    made_of: int = 0
    made_at: datetime | None = None
    snapshot: bytes = b""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the filter makes of a comment.

    `log_odds` is how much more likely the comment is of that label than it was, no more than the
    filter has proved on decisions that came after what it had learned. Of `claims` such earlier
    opinions moderators confirmed `hits`.
    """

    label: Label
    log_odds: float
    hits: int
    claims: int


@dataclass(frozen=True, slots=True)
class Proof:
    """What a filter has shown so far in telling `label` from what is approved.

    `judged` decisions were foretold, or not, from the lessons before them; `log_odds` is the most
    that it may say, 0 while it says nothing.
    """

    label: Label
    judged: int
    hits: int
    claims: int
    log_odds: float


class SiteFilter(Protocol):
    """A filter at one moment. It is given the numbers of a comment's features under its `key`."""

    @property
    def key(self) -> bytes: ...
    @property
    def speaks(self) -> bool:
        """Whether it may have an opinion of any comment."""
        ...

    def counts(self) -> Mapping[Label, int]:
        """How many lessons of each label it is made of."""
        ...

    def opinions(self, features: bytes) -> Sequence[Opinion]:
        """At most one for each label; empty while it has not proved itself."""
        ...

    def shares(self, label: Label, features: bytes) -> Sequence[float]:
        """For each feature, in order, how much it speaks for the label (below 0: against it)."""
        ...

    def proofs(self) -> Sequence[Proof]: ...
    def digest(self) -> str:
        """Of the lessons and the time it was made of: with the same ones it says the same."""
        ...

    def snapshot(self) -> bytes: ...
