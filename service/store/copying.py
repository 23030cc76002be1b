"""Copies and campaigns: where a text's keys were seen, and which comments belong together."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, select, update

from service.core.campaigns import Member
from service.core.decisions import Actor, Decision
from service.core.ports import NewId
from service.core.records import CopyKind, CopyMark, KnownCopy
from service.core.states import State
from service.store.connected import Connected
from service.store.deciding import DecidingWrites
from service.store.rows import sketch_from_bytes, sketch_to_bytes
from service.store.tables import comments, copies, decisions, sketches

FIRST_OF_KEY = LAST_OF_KEY = 10
"""A text that is repeated word for word shows in the first, one that drifts in the last."""

_BY_PERSON = comments.c.previous_state.is_not(None)
"""The checks decide about what is pending; whoever decides later leaves the state of before."""


class CopyReads(Connected):
    def copies(
        self, site_id: str, keys: Collection[tuple[CopyKind, int]], *, since: datetime
    ) -> Sequence[KnownCopy]:
        if not keys:
            return []
        of_key = (copies.c.kind, copies.c.key)
        ranked = (
            select(
                *of_key,
                copies.c.comment_id,
                func.row_number()
                .over(partition_by=of_key, order_by=copies.c.comment_id)
                .label("place"),
                func.count().over(partition_by=of_key).label("places"),
            )
            .where(
                copies.c.site_id == site_id,
                copies.c.kind.in_({kind.value for kind, _ in keys}),
                copies.c.key.in_({key for _, key in keys}),
                copies.c.created_at >= since,
            )
            .subquery()
        )
        # What its author or a moderator has deleted is nothing to repeat.
        rows = self._connection.execute(
            select(
                ranked, comments.c.state, _BY_PERSON.label("by_person"), comments.c.contact_id,
                sketches.c.sketch, sketches.c.campaign_id,
            )
            .join(comments, _is_comment(site_id, ranked.c.comment_id))
            .outerjoin(
                sketches,
                (sketches.c.site_id == site_id) & (sketches.c.comment_id == ranked.c.comment_id),
            )
            .where(
                # Most keys are of one comment alone, which tells nobody anything.
                ranked.c.places > 1,
                (ranked.c.place <= FIRST_OF_KEY) | (ranked.c.place > ranked.c.places - LAST_OF_KEY),
                comments.c.state != State.DELETED,
            )
        )  # fmt: skip
        return [
            KnownCopy(
                mark=CopyMark(CopyKind(row.kind), row.key, row.comment_id),
                state=State(row.state),
                by_person=bool(row.by_person),
                contact_id=row.contact_id,
                sketch=sketch_from_bytes(row.sketch or b""),
                campaign_id=row.campaign_id or row.comment_id,
            )
            for row in rows
        ]

    def members(self, site_id: str, campaign_ids: Collection[str]) -> Sequence[Member]:
        rows = self._connection.execute(
            select(
                sketches.c.campaign_id,
                sketches.c.comment_id,
                comments.c.contact_id,
                comments.c.thread_id,
                comments.c.network_hash,
                comments.c.state,
                _BY_PERSON.label("by_person"),
                comments.c.created_at,
                sketches.c.sketch,
            )
            .join(comments, _is_comment(site_id, sketches.c.comment_id))
            .where(
                sketches.c.site_id == site_id,
                sketches.c.campaign_id.in_(campaign_ids),
                sketches.c.counted,
                comments.c.state != State.DELETED,
            )
        )
        return [
            Member(
                campaign_id=row.campaign_id,
                comment_id=row.comment_id,
                contact_id=row.contact_id,
                thread_id=row.thread_id,
                network_hash=bytes(row.network_hash),
                state=State(row.state),
                by_person=bool(row.by_person),
                created_at=row.created_at,
                sketch=sketch_from_bytes(row.sketch),
            )
            for row in rows
        ]


class CopyWrites(DecidingWrites, CopyReads):
    def add_copy_marks(
        self,
        site_id: str,
        marks: Sequence[CopyMark],
        found: Mapping[str, tuple[int, ...]],
        *,
        now: datetime,
    ) -> None:
        if marks:
            self._connection.execute(
                self._insert(copies).on_conflict_do_nothing(),
                [
                    {
                        "site_id": site_id,
                        "kind": mark.kind.value,
                        "key": mark.key,
                        "comment_id": mark.comment_id,
                        "created_at": now,
                    }
                    for mark in marks
                ],
            )
        if found:
            insert = self._insert(sketches)
            self._connection.execute(
                # An edit brings another sketch; the campaign stays.
                insert.on_conflict_do_update(
                    index_elements=["site_id", "comment_id"],
                    set_={"sketch": insert.excluded.sketch},
                ),
                [
                    {
                        "site_id": site_id,
                        "comment_id": comment_id,
                        "sketch": sketch_to_bytes(sketch),
                        "campaign_id": comment_id,
                        "counted": True,
                        "created_at": now,
                    }
                    for comment_id, sketch in found.items()
                ],
            )

    def join_campaigns(
        self, site_id: str, joined: Mapping[str, str], *, uncounted: Collection[str]
    ) -> None:
        if joined:
            self._connection.execute(
                update(sketches)
                .where(
                    sketches.c.site_id == bindparam("of_site"),
                    sketches.c.campaign_id == bindparam("former"),
                )
                .values(campaign_id=bindparam("latter")),
                [
                    {"of_site": site_id, "former": former, "latter": latter}
                    for former, latter in sorted(joined.items())
                ],
            )
        if uncounted:
            self._connection.execute(
                update(sketches)
                .where(sketches.c.site_id == site_id, sketches.c.comment_id.in_(uncounted))
                .values(counted=False)
            )

    def hold_again(
        self, site_id: str, notes: Mapping[str, str], *, now: datetime, new_id: NewId
    ) -> Collection[str]:
        if not notes:
            return ()
        self._lock_threads_of([(site_id, comment_id) for comment_id in notes])
        # Whoever judged an edit has looked at the comment, too; only its record shows that.
        looked_at = exists().where(
            decisions.c.site_id == comments.c.site_id,
            decisions.c.comment_id == comments.c.id,
            decisions.c.actor == Actor.MODERATOR,
        )
        rows = self._connection.execute(
            update(comments)
            .where(
                comments.c.site_id == site_id,
                comments.c.id.in_(notes),
                comments.c.state == State.APPROVED,
                ~_BY_PERSON,
                ~looked_at,
            )
            .values(
                state=State.HELD,
                previous_state=State.APPROVED,
                version=comments.c.version + 1,
                decided_at=now,
            )
            .returning(comments.c.id, comments.c.thread_id, comments.c.path)
        ).all()
        if rows:
            self._show([(site_id, row.thread_id, bytes(row.path)) for row in rows], by=-1)
            self._add_decisions(
                [
                    Decision(
                        id=new_id(),
                        comment_id=row.id,
                        site_id=site_id,
                        from_state=State.APPROVED,
                        to_state=State.HELD,
                        actor=Actor.CHECKS,
                        moderator_id=None,
                        at=now,
                        note=notes[row.id],
                    )
                    for row in rows
                ]
            )
        return [row.id for row in rows]


def _is_comment(site_id: str, comment_id: Any) -> ColumnElement[bool]:
    return and_(comments.c.site_id == site_id, comments.c.id == comment_id)
