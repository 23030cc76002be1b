"""Bulk actions and their items: added, taken in turns, and settled."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    bindparam,
    delete,
    func,
    insert,
    literal,
    literal_column,
    select,
    update,
)

from service.core.bulk import DONE, KEPT, WAITING, BulkAction, BulkItem, Stopped
from service.core.decisions import Action
from service.store.connected import Connected
from service.store.deciding_tables import bulk_actions, bulk_items

_UNCONFIRMED_KEPT = timedelta(days=1)
_GOES_ON = bulk_actions.c.ended_at.is_(None) & bulk_actions.c.confirmed_at.is_not(None)


class BulkReads(Connected):
    def bulk_parts(self, site_ids: Collection[str], bulk_id: str) -> Sequence[BulkAction]:
        rows = self._connection.execute(
            select(bulk_actions)
            .where(bulk_actions.c.site_id.in_(site_ids), bulk_actions.c.id == bulk_id)
            .order_by(bulk_actions.c.site_id)
        )
        return [_action(row) for row in rows]

    def bulk_counts(self, site_ids: Collection[str], bulk_id: str) -> Mapping[str, int]:
        rows = self._connection.execute(
            select(bulk_items.c.outcome, func.count())
            .where(bulk_items.c.site_id.in_(site_ids), bulk_items.c.bulk_id == bulk_id)
            .group_by(bulk_items.c.outcome)
        )
        return {row[0]: row[1] for row in rows}

    def bulk_items(
        self, site_id: str, bulk_id: str, outcome: str, *, limit: int
    ) -> Sequence[BulkItem]:
        rows = self._connection.execute(
            select(bulk_items)
            .where(
                bulk_items.c.site_id == site_id,
                bulk_items.c.bulk_id == bulk_id,
                bulk_items.c.outcome == outcome,
            )
            .order_by(bulk_items.c.comment_id, bulk_items.c.revision)
            .limit(limit)
        )
        return [_item(row) for row in rows]

    def bulk_actions_at(
        self, site_ids: Collection[str], *, since: datetime, limit: int
    ) -> Sequence[BulkAction]:
        rows = self._connection.execute(
            select(bulk_actions)
            .where(bulk_actions.c.site_id.in_(site_ids), bulk_actions.c.confirmed_at >= since)
            .order_by(bulk_actions.c.id.desc(), bulk_actions.c.site_id)
            .limit(limit)
        )
        return [_action(row) for row in rows]

    def bulk_undoing(self, site_ids: Collection[str], bulk_id: str) -> str | None:
        # It is younger than what it undoes, and so are few.
        found: str | None = self._connection.execute(
            select(bulk_actions.c.id)
            .where(
                bulk_actions.c.site_id.in_(site_ids),
                bulk_actions.c.id > bulk_id,
                bulk_actions.c.undoes == bulk_id,
            )
            .limit(1)
        ).scalar()
        return found

    def left_bulk_actions(self, *, before: datetime, limit: int) -> Sequence[BulkAction]:
        rows = self._connection.execute(
            select(bulk_actions)
            .where(
                # As the partial index says it.
                _GOES_ON,
                bulk_actions.c.worked_at < before,
            )
            .order_by(bulk_actions.c.confirmed_at)
            .limit(limit)
        )
        return [_action(row) for row in rows]


class BulkWrites(BulkReads):
    def add_bulk_action(self, part: BulkAction) -> None:
        self._connection.execute(
            insert(bulk_actions).values(
                site_id=part.site_id,
                id=part.id,
                moderator_id=part.moderator_id,
                action=part.action,
                undoes=part.undoes,
                reason=part.reason,
                note=part.note,
                total=part.total,
                created_at=part.created_at,
                confirmed_at=part.confirmed_at,
                worked_at=part.worked_at,
                ended_at=part.ended_at,
                stopped=part.stopped or "",
            )
        )

    def add_bulk_items(self, part: BulkAction, items: Sequence[BulkItem]) -> None:
        if items:
            self._connection.execute(
                self._insert(bulk_items).on_conflict_do_nothing(),
                [
                    {
                        "site_id": part.site_id,
                        "bulk_id": part.id,
                        "comment_id": one.comment_id,
                        "revision": one.revision,
                        "version": one.version,
                        "outcome": one.outcome,
                        "decision_id": one.decision_id,
                    }
                    for one in items
                ],
            )

    def add_undo_items(self, part: BulkAction) -> int:
        done = select(
            bulk_items.c.site_id,
            literal(part.id, bulk_items.c.bulk_id.type),
            bulk_items.c.comment_id,
            bulk_items.c.revision,
            bulk_items.c.version,
            literal_column("''"),
            bulk_items.c.decision_id,
        ).where(
            bulk_items.c.site_id == part.site_id,
            bulk_items.c.bulk_id == part.undoes,
            bulk_items.c.outcome == DONE,
        )
        columns = [column.key for column in bulk_items.c]
        return self._connection.execute(insert(bulk_items).from_select(columns, done)).rowcount

    def count_bulk_items(self, part: BulkAction) -> None:
        number = (
            select(func.count())
            .where(bulk_items.c.site_id == part.site_id, bulk_items.c.bulk_id == part.id)
            .scalar_subquery()
        )
        self._connection.execute(update(bulk_actions).where(*_is(part)).values(total=number))

    def confirm_bulk_action(self, part: BulkAction) -> bool:
        confirmed = self._connection.execute(
            update(bulk_actions)
            .where(
                *_is(part),
                bulk_actions.c.confirmed_at.is_(None),
                bulk_actions.c.ended_at.is_(None),
            )
            .values(
                reason=part.reason,
                note=part.note,
                confirmed_at=part.confirmed_at,
                worked_at=part.confirmed_at,
            )
        )
        return confirmed.rowcount == 1

    def take_bulk_items(
        self, part: BulkAction, *, limit: int, now: datetime
    ) -> Sequence[BulkItem] | None:
        free = self._connection.execute(
            select(bulk_actions.c.id).where(*_is(part), _GOES_ON).with_for_update(skip_locked=True)
        ).first()
        if free is None:
            return None
        self._connection.execute(update(bulk_actions).where(*_is(part)).values(worked_at=now))
        return self.bulk_items(part.site_id, part.id, WAITING, limit=limit)

    def settle_bulk_items(self, part: BulkAction, items: Sequence[BulkItem]) -> None:
        if not items:
            return
        self._connection.execute(
            update(bulk_items)
            .where(
                bulk_items.c.site_id == part.site_id,
                bulk_items.c.bulk_id == part.id,
                bulk_items.c.comment_id == bindparam("of_comment"),
                bulk_items.c.revision == bindparam("of_revision"),
            )
            .values(
                outcome=bindparam("became"),
                decision_id=bindparam("made", type_=bulk_items.c.decision_id.type),
            ),
            [
                {
                    "of_comment": one.comment_id,
                    "of_revision": one.revision,
                    "became": one.outcome,
                    "made": one.decision_id,
                }
                for one in items
            ],
        )

    def end_bulk_action(self, part: BulkAction, *, at: datetime, stopped: Stopped | None) -> bool:
        ended = self._connection.execute(
            update(bulk_actions)
            .where(*_is(part), bulk_actions.c.ended_at.is_(None))
            .values(ended_at=at, stopped=stopped or "")
        )
        return ended.rowcount == 1

    def prune_bulk_actions(self, *, now: datetime) -> None:
        old = (bulk_actions.c.created_at < now - KEPT) | (
            bulk_actions.c.confirmed_at.is_(None)
            & (bulk_actions.c.created_at < now - _UNCONFIRMED_KEPT)
        )
        # By hand, since SQLite joins no tables to delete from.
        for row in self._connection.execute(
            select(bulk_actions.c.site_id, bulk_actions.c.id).where(old)
        ).all():
            self._connection.execute(
                delete(bulk_items).where(
                    bulk_items.c.site_id == row.site_id, bulk_items.c.bulk_id == row.id
                )
            )
        self._connection.execute(delete(bulk_actions).where(old))


def _is(part: BulkAction) -> tuple[ColumnElement[bool], ...]:
    return bulk_actions.c.site_id == part.site_id, bulk_actions.c.id == part.id


def _action(row: Row[Any]) -> BulkAction:
    return BulkAction(
        site_id=row.site_id,
        id=row.id,
        moderator_id=row.moderator_id,
        action=Action(row.action) if row.action else None,
        total=row.total,
        created_at=row.created_at,
        undoes=row.undoes,
        reason=row.reason,
        note=row.note,
        confirmed_at=row.confirmed_at,
        worked_at=row.worked_at,
        ended_at=row.ended_at,
        stopped=Stopped(row.stopped) if row.stopped else None,
    )


def _item(row: Row[Any]) -> BulkItem:
    return BulkItem(row.comment_id, row.revision, row.version, row.outcome, row.decision_id)
