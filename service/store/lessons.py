"""Lessons: what moderators have taught the sites' own filters, derived from the decisions.

Each change of a site's lessons gives its filter the next version, in the transaction of the
decision. The filter's row is locked until the commit, so who sees a version finds all its lessons.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, select, union, update

from service.core.decisions import Actor
from service.core.lessons import LESSONS_MAX, FilterState, Label, Lesson, LessonText
from service.store.connected import Connected
from service.store.tables import comments, decisions, lessons, revisions, site_filters

LOADED_MAX = 2 * LESSONS_MAX
"""So many of each label are read at most: some may not count (`core.learning.latest`)."""

_TEXTS_AT_ONCE = 500


class LessonReads(Connected):
    def filter_versions(self, site_ids: Collection[str]) -> Mapping[str, int]:
        rows = self._connection.execute(
            select(site_filters.c.site_id, site_filters.c.version).where(
                site_filters.c.site_id.in_(site_ids)
            )
        )
        return {row.site_id: row.version for row in rows}

    def filter_state(self, site_id: str) -> FilterState | None:
        row = self._connection.execute(
            select(site_filters).where(site_filters.c.site_id == site_id)
        ).one_or_none()
        if row is None:
            return None
        return FilterState(row.version, row.since, row.made_of, row.made_at, bytes(row.snapshot))

    def lessons(self, site_id: str) -> Sequence[Lesson]:
        found: list[Lesson] = []
        for label in Label:
            rows = self._connection.execute(
                select(lessons)
                .where(lessons.c.site_id == site_id, lessons.c.label == label)
                .order_by(lessons.c.decision_id.desc())
                .limit(LOADED_MAX)
            )
            found += [_lesson(row) for row in rows]
        return found

    def lessons_of(self, site_id: str, comment_id: str) -> Sequence[Lesson]:
        rows = self._connection.execute(
            select(lessons).where(lessons.c.site_id == site_id, lessons.c.comment_id == comment_id)
        )
        return [_lesson(row) for row in rows]

    def lesson_texts(self, site_id: str, keys: Collection[tuple[str, int]]) -> Sequence[LessonText]:
        wanted = sorted(keys)
        found: list[LessonText] = []
        for start in range(0, len(wanted), _TEXTS_AT_ONCE):
            found += self._texts(site_id, wanted[start : start + _TEXTS_AT_ONCE])
        return found

    def _texts(self, site_id: str, keys: Sequence[tuple[str, int]]) -> list[LessonText]:
        ids = {comment_id for comment_id, _ in keys}
        rows = self._connection.execute(
            select(
                comments.c.id, comments.c.content, comments.c.author_name, comments.c.author_url
            ).where(comments.c.site_id == site_id, comments.c.id.in_(ids))
        )
        by_id = {row.id: row for row in rows}
        edits = self._connection.execute(
            select(revisions.c.comment_id, revisions.c.number, revisions.c.content).where(
                revisions.c.site_id == site_id, revisions.c.comment_id.in_(ids)
            )
        )
        # A comment that was edited keeps its first text as number 1.
        edited = {(row.comment_id, row.number): row.content for row in edits}
        return [
            LessonText(
                comment_id=comment_id,
                revision=revision,
                content=edited.get((comment_id, revision or 1), by_id[comment_id].content),
                author_name=by_id[comment_id].author_name,
                author_url=by_id[comment_id].author_url,
            )
            for comment_id, revision in keys
            if comment_id in by_id
        ]

    def taught_comments(self, site_id: str, *, after: str | None, limit: int) -> Sequence[str]:
        taught = _taught(site_id).subquery()
        query = select(taught.c.comment_id).order_by(taught.c.comment_id).limit(limit)
        if after is not None:
            query = query.where(taught.c.comment_id > after)
        return list(self._connection.execute(query).scalars())

    def taught_count(self, site_id: str) -> int:
        return self._connection.execute(
            select(func.count()).select_from(_taught(site_id).subquery())
        ).scalar_one()


class LessonWrites(LessonReads):
    def keep_lessons(self, site_id: str, comment_id: str, kept: Sequence[Lesson]) -> bool:
        return self.keep_lessons_of(site_id, {comment_id: kept}) == 1

    def keep_lessons_of(self, site_id: str, kept: Mapping[str, Sequence[Lesson]]) -> int:
        before = self._lessons_of(site_id, kept)
        differing = [one for one in kept if _said(before[one].values()) != _said(kept[one])]
        if not differing:
            return 0
        since = self._next_version(site_id)
        gone: list[tuple[str, int]] = []
        changed: list[Lesson] = []
        done = 0
        for comment_id in differing:
            had = before[comment_id]
            wanted = {one.revision: one for one in kept[comment_id] if _counts(one, since)}
            new = [one for text, one in wanted.items() if _said([one]) - _said([had.get(text)])]
            old = sorted(had.keys() - wanted.keys())
            changed += new
            gone += [(comment_id, text) for text in old]
            done += bool(new or old)
        self._drop(site_id, gone)
        self._teach(site_id, changed)
        return done

    def _lessons_of(
        self, site_id: str, comment_ids: Collection[str]
    ) -> Mapping[str, Mapping[int, Lesson]]:
        rows = self._connection.execute(
            select(lessons).where(
                lessons.c.site_id == site_id, lessons.c.comment_id.in_(comment_ids)
            )
        )
        found: dict[str, dict[int, Lesson]] = {one: {} for one in comment_ids}
        for row in rows:
            found[row.comment_id][row.revision] = _lesson(row)
        return found

    def _drop(self, site_id: str, keys: Sequence[tuple[str, int]]) -> None:
        if keys:
            self._connection.execute(
                delete(lessons).where(
                    lessons.c.site_id == site_id,
                    lessons.c.comment_id == bindparam("of_comment"),
                    lessons.c.revision == bindparam("of_revision"),
                ),
                [{"of_comment": comment, "of_revision": revision} for comment, revision in keys],
            )

    def _teach(self, site_id: str, taught: Sequence[Lesson]) -> None:
        if not taught:
            return
        statement = self._insert(lessons)
        # What was read of the text stays: another label does not change it.
        said = ("label", "teacher_id", "decision_id", "at")
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["site_id", "comment_id", "revision"],
                set_={name: statement.excluded[name] for name in said},
            ),
            [
                {
                    "site_id": site_id,
                    "comment_id": one.comment_id,
                    "revision": one.revision,
                    "reading": b"",
                    **{name: getattr(one, name) for name in said},
                }
                for one in taught
            ],
        )

    def keep_readings(self, site_id: str, read: Sequence[Lesson]) -> None:
        if not read:
            return
        # The filter first, as everywhere, so that no two transactions wait for each other.
        self._connection.execute(
            select(site_filters.c.site_id)
            .where(site_filters.c.site_id == site_id)
            .with_for_update()
        ).all()
        self._connection.execute(
            update(lessons)
            .where(
                lessons.c.site_id == site_id,
                lessons.c.comment_id == bindparam("of_comment"),
                lessons.c.revision == bindparam("of_revision"),
            )
            .values(reading=bindparam("what")),
            [
                {
                    "of_comment": one.comment_id,
                    "of_revision": one.revision,
                    "what": one.reading,
                }
                for one in read
            ],
        )

    def read_lessons_anew(self, site_id: str, comment_id: str) -> None:
        if not self.lessons_of(site_id, comment_id):
            return
        self._next_version(site_id)
        self._connection.execute(
            update(lessons)
            .where(lessons.c.site_id == site_id, lessons.c.comment_id == comment_id)
            .values(reading=b"")
        )

    def forget_lessons(self, site_id: str, comment_ids: Collection[str]) -> int:
        of_them = (lessons.c.site_id == site_id) & lessons.c.comment_id.in_(comment_ids)
        if self._connection.execute(select(lessons.c.comment_id).where(of_them)).first() is None:
            return 0
        self._next_version(site_id)
        return self._connection.execute(delete(lessons).where(of_them)).rowcount

    def forget_readings(self, site_id: str) -> None:
        self._next_version(site_id)
        self._connection.execute(
            update(lessons).where(lessons.c.site_id == site_id).values(reading=b"")
        )

    def keep_snapshot(self, site_id: str, state: FilterState) -> None:
        self._connection.execute(
            update(site_filters)
            .where(site_filters.c.site_id == site_id, site_filters.c.version == state.made_of)
            .values(made_of=state.made_of, made_at=state.made_at, snapshot=state.snapshot)
        )

    def reset_filter(self, site_id: str, *, since: datetime | None) -> None:
        self._next_version(site_id)
        self._connection.execute(
            update(site_filters).where(site_filters.c.site_id == site_id).values(since=since)
        )
        self._connection.execute(delete(lessons).where(lessons.c.site_id == site_id))

    def _next_version(self, site_id: str) -> datetime | None:
        """Lock the site's filter, and count on; since when its lessons count."""
        since: datetime | None = self._connection.execute(
            self._insert(site_filters)
            .values(site_id=site_id, version=1, made_of=0, snapshot=b"")
            .on_conflict_do_update(
                index_elements=["site_id"], set_={"version": site_filters.c.version + 1}
            )
            .returning(site_filters.c.since)
        ).scalar_one()
        return since


def _counts(lesson: Lesson, since: datetime | None) -> bool:
    return since is None or lesson.at > since


def _said(
    given: Collection[Lesson | None],
) -> set[tuple[int, Label, str | None, str, datetime]]:
    """What lessons say, without what was read of them."""
    return {
        (one.revision, one.label, one.teacher_id, one.decision_id, one.at)
        for one in given
        if one is not None
    }


def _taught(site_id: str) -> Any:
    return union(
        select(decisions.c.comment_id).where(
            decisions.c.site_id == site_id, decisions.c.actor == Actor.MODERATOR
        ),
        select(lessons.c.comment_id).where(lessons.c.site_id == site_id),
    )


def _lesson(row: Row[Any]) -> Lesson:
    return Lesson(
        site_id=row.site_id,
        comment_id=row.comment_id,
        revision=row.revision,
        label=Label(row.label),
        teacher_id=row.teacher_id,
        decision_id=row.decision_id,
        at=row.at,
        reading=bytes(row.reading),
    )
