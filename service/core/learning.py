"""Learning: which lessons follow from a comment's record, and the ports by which filters learn."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from service.core.decisions import Actor, Decision, effective
from service.core.lessons import (
    LABELS,
    LESSONS_MAX,
    LESSONS_MAX_PER_DAY,
    FilterState,
    Label,
    Lesson,
    LessonText,
    SiteFilter,
)
from service.core.states import State


def lessons_from(record: Sequence[Decision]) -> Sequence[Lesson]:
    """The lessons of one comment, from all decisions about it, oldest first.

    Each text of the comment has the label that a moderator gave it last. Deleting a comment or
    restoring it says nothing of its text, and a decision that was undone was never made. A
    moderator who sends a text back to wait has withdrawn what was said of it before, and of an
    erased comment nothing is left.
    """
    found: dict[int, Lesson] = {}
    shown = 0
    for one in effective(record):
        text = one.revision or shown
        if one.to_state is State.ERASED:
            found.clear()
        elif one.actor is Actor.MODERATOR and one.from_state is not State.DELETED:
            label = LABELS.get(one.to_state)
            if label is not None:
                found[text] = Lesson(
                    site_id=one.site_id,
                    comment_id=one.comment_id,
                    revision=text,
                    label=label,
                    teacher_id=one.moderator_id,
                    decision_id=one.id,
                    at=one.at,
                )
            elif one.to_state in {State.HELD, State.PENDING}:
                found.pop(text, None)
        if one.revision and one.to_state is State.APPROVED:
            shown = one.revision
    return list(found.values())


def latest(lessons: Collection[Lesson]) -> Sequence[Lesson]:
    """Those that a filter is made of, within the limits: the latest first."""
    kept: list[Lesson] = []
    of_label = dict.fromkeys(Label, 0)
    of_day: dict[tuple[str | None, Label, int], int] = {}
    for one in sorted(lessons, key=lambda one: (one.decision_id, one.key), reverse=True):
        if of_label[one.label] >= LESSONS_MAX:
            continue
        day = (one.teacher_id, one.label, one.at.toordinal())
        of_day[day] = of_day.get(day, 0) + 1
        if of_day[day] <= LESSONS_MAX_PER_DAY:
            of_label[one.label] += 1
            kept.append(one)
    return kept


class LessonReads(Protocol):
    def filter_versions(self, site_ids: Collection[str]) -> Mapping[str, int]:
        """Of those sites that have learned anything, or had their filter reset."""
        ...

    def filter_state(self, site_id: str) -> FilterState | None: ...
    def lessons(self, site_id: str) -> Sequence[Lesson]:
        """The latest of each label, more than a filter is made of (see `latest`)."""
        ...

    def lessons_of(self, site_id: str, comment_id: str) -> Sequence[Lesson]: ...
    def lesson_texts(
        self, site_id: str, keys: Collection[tuple[str, int]]
    ) -> Sequence[LessonText]: ...
    def taught_comments(self, site_id: str, *, after: str | None, limit: int) -> Sequence[str]:
        """Ids, in order, of comments that a moderator decided about or that have lessons."""
        ...

    def taught_count(self, site_id: str) -> int:
        """How many comments `taught_comments` comes to."""
        ...


class LessonWrites(LessonReads, Protocol):
    def keep_lessons(self, site_id: str, comment_id: str, lessons: Sequence[Lesson]) -> bool:
        """Make these the comment's only lessons; whether that changed anything.

        Locks the site's filter until the transaction ends: to be called after everything else that
        locks. Lessons from before the filter was reset are left out.
        """
        ...

    def keep_lessons_of(self, site_id: str, kept: Mapping[str, Sequence[Lesson]]) -> int:
        """As `keep_lessons` for each comment, by id, at once; of how many that changed anything."""
        ...

    def keep_readings(self, site_id: str, read: Sequence[Lesson]) -> None:
        """Store what was read of the texts of lessons, where there still are such."""
        ...

    def read_lessons_anew(self, site_id: str, comment_id: str) -> None:
        """Have the texts behind a comment's lessons read again, since they have changed.

        Locks the site's filter, as `keep_lessons` does.
        """
        ...

    def forget_lessons(self, site_id: str, comment_ids: Collection[str]) -> int:
        """Forget what was learned from these comments; how many lessons that were."""
        ...

    def forget_readings(self, site_id: str) -> None:
        """Have the text behind each lesson of the site read again."""
        ...

    def keep_snapshot(self, site_id: str, state: FilterState) -> None:
        """Store what was made of the version `made_of`, if that is still the latest."""
        ...

    def reset_filter(self, site_id: str, *, since: datetime | None) -> None:
        """Forget all lessons of the site; what was decided up to `since` is none any more."""
        ...


class LessonReader(Protocol):
    """Makes filters. Part of `core.ports.Screener`. A `key` belongs to one site."""

    def is_reading(self, key: bytes, reading: bytes) -> bool:
        """Whether these bytes are a whole reading, under this key, as this release makes them."""
        ...

    def read_lesson(self, key: bytes, text: LessonText) -> bytes: ...
    def filter_from(self, key: bytes, snapshot: bytes) -> SiteFilter | None:
        """A filter as it was; None if this release or another key would make another of it."""
        ...

    def site_filter(self, key: bytes, lessons: Sequence[Lesson], now: datetime) -> SiteFilter:
        """The filter made of these lessons, each with its reading."""
        ...
