"""The record of decisions: of comments, of moderators; and what undoing needs to know."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, literal_column, select, update

from service.core.comment import CommentHead, Revision
from service.core.deciding import Move
from service.core.decisions import Actor, Decision
from service.core.desk_queue import first_id_at
from service.core.states import State
from service.store.deciding import DecidingWrites
from service.store.reads import HEAD_COLUMNS, OPEN_STATES, CoreReads, head_from
from service.store.tables import comments, decisions, revisions, threads

_COLUMNS = [column for column in decisions.c if column.key != "trace"]


class DecidedReads(CoreReads):
    def heads(self, site_id: str, comment_ids: Collection[str]) -> Mapping[str, CommentHead]:
        rows = self._connection.execute(
            select(*HEAD_COLUMNS).where(
                comments.c.site_id == site_id, comments.c.id.in_(comment_ids)
            )
        )
        return {row.id: head_from(row) for row in rows}

    def open_revisions(self, site_id: str, comment_ids: Collection[str]) -> Mapping[str, Revision]:
        return self._revisions(site_id, comment_ids, revisions.c.state.in_(OPEN_STATES))

    def latest_revisions(
        self, site_id: str, comment_ids: Collection[str]
    ) -> Mapping[str, Revision]:
        return self._revisions(site_id, comment_ids)

    def _revisions(
        self, site_id: str, comment_ids: Collection[str], *where: ColumnElement[bool]
    ) -> Mapping[str, Revision]:
        rows = self._connection.execute(
            select(revisions)
            .where(revisions.c.site_id == site_id, revisions.c.comment_id.in_(comment_ids), *where)
            .order_by(revisions.c.number)
        )
        # Of several the latest stays.
        return {
            row.comment_id: Revision(
                site_id, row.comment_id, row.number, row.content, State(row.state)
            )
            for row in rows
        }

    def decisions(self, site_id: str, comment_id: str) -> Sequence[Decision]:
        return self.records(site_id, [comment_id]).get(comment_id, ())

    def records(
        self, site_id: str, comment_ids: Collection[str]
    ) -> Mapping[str, Sequence[Decision]]:
        rows = self._connection.execute(
            select(*_COLUMNS)
            .where(decisions.c.site_id == site_id, decisions.c.comment_id.in_(comment_ids))
            .order_by(decisions.c.id)
        )
        found: dict[str, list[Decision]] = defaultdict(list)
        for row in rows:
            found[row.comment_id].append(_decision(row))
        return found

    def decision(self, site_id: str, decision_id: str) -> Decision | None:
        row = self._connection.execute(
            select(*_COLUMNS).where(decisions.c.site_id == site_id, decisions.c.id == decision_id)
        ).one_or_none()
        return _decision(row) if row is not None else None

    def decisions_by_id(
        self, site_id: str, decision_ids: Collection[str]
    ) -> Mapping[str, Decision]:
        rows = self._connection.execute(
            select(*_COLUMNS).where(
                decisions.c.site_id == site_id, decisions.c.id.in_(decision_ids)
            )
        )
        return {row.id: _decision(row) for row in rows}

    def last_decision_by(
        self, moderator_id: str, site_ids: Collection[str], *, since: datetime
    ) -> Decision | None:
        undoing = decisions.alias()
        rows = [
            row
            for site_id in site_ids
            for row in self._connection.execute(
                select(*_COLUMNS)
                .where(
                    decisions.c.site_id == site_id,
                    decisions.c.moderator_id == moderator_id,
                    # As the partial index says it.
                    decisions.c.moderator_id.is_not(None),
                    decisions.c.id >= first_id_at(since),
                    decisions.c.actor == literal_column("'moderator'"),
                    decisions.c.undoes.is_(None),
                    ~exists().where(
                        undoing.c.site_id == decisions.c.site_id,
                        undoing.c.comment_id == decisions.c.comment_id,
                        undoing.c.undoes == decisions.c.id,
                    ),
                )
                .order_by(decisions.c.id.desc())
                .limit(1)
            )
        ]
        return _decision(max(rows, key=lambda row: row.id)) if rows else None


class DecidedWrites(DecidingWrites):
    def take_revision_back(self, move: Move) -> bool:
        head, revision, decision = move.head, move.revision, move.decision
        if revision is None:
            return False
        self._lock_threads_of([(head.site_id, head.id)])
        touched = self._connection.execute(
            update(comments)
            .where(
                comments.c.site_id == head.site_id,
                comments.c.id == head.id,
                comments.c.version == head.version,
            )
            .values(version=comments.c.version + 1)
        )
        if touched.rowcount != 1:
            return False
        of_comment = (revisions.c.site_id == head.site_id) & (revisions.c.comment_id == head.id)
        moved = self._connection.execute(
            update(revisions)
            .where(
                of_comment,
                revisions.c.number == revision.number,
                revisions.c.state == revision.state,
            )
            .values(state=decision.to_state)
        )
        if moved.rowcount != 1:
            return False
        if revision.state is State.APPROVED:
            self._show_former_text(head, of_comment, move.decided_at)
        self._add_decisions([decision])
        return True

    def _show_former_text(
        self, head: CommentHead, of_comment: ColumnElement[bool], edited_at: datetime | None
    ) -> None:
        """Of the approved texts the latest, which is not the one that was just taken back."""
        former = self._connection.execute(
            select(revisions.c.content)
            .where(of_comment, revisions.c.state == State.APPROVED)
            .order_by(revisions.c.number.desc())
            .limit(1)
        ).scalar_one()
        self._connection.execute(
            update(comments)
            .where(comments.c.site_id == head.site_id, comments.c.id == head.id)
            .values(content=former, edited_at=edited_at, version=comments.c.version + 1)
        )
        self._connection.execute(
            update(threads)
            .where(threads.c.site_id == head.site_id, threads.c.id == head.thread_id)
            .values(version=threads.c.version + 1)
        )


def _decision(row: Row[Any]) -> Decision:
    return Decision(
        id=row.id,
        comment_id=row.comment_id,
        site_id=row.site_id,
        from_state=State(row.from_state),
        to_state=State(row.to_state),
        actor=Actor(row.actor),
        moderator_id=row.moderator_id,
        at=row.at,
        spam=row.spam,
        abuse=row.abuse,
        policy_version=row.policy_version,
        note=row.note,
        revision=row.revision,
        reason=row.reason,
        undoes=row.undoes,
        bulk_id=row.bulk_id,
        was_previous=State(row.was_previous) if row.was_previous else None,
    )
