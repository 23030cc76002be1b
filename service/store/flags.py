"""Flags: reports and appeals, each stored once and settled once."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, literal_column, select, update

from service.core.events import Event
from service.core.flags import (
    RECORD_KEPT,
    Flag,
    FlagKind,
    FlagState,
    ReporterRecord,
    ReportReason,
    Settlement,
)
from service.store.connected import Connected
from service.store.deciding import DecidingWrites
from service.store.flag_tables import flags

# Written out, so that the partial index is seen to serve it.
IS_OPEN = flags.c.state == literal_column("'open'")


class FlagReads(Connected):
    def flags_of(self, site_id: str, comment_id: str) -> Sequence[Flag]:
        rows = self._connection.execute(
            select(flags)
            .where(flags.c.site_id == site_id, flags.c.comment_id == comment_id)
            .order_by(flags.c.id)
        )
        return [_flag(row) for row in rows]

    def open_flags(
        self, site_id: str, comment_ids: Collection[str]
    ) -> Mapping[str, Sequence[Flag]]:
        rows = self._connection.execute(
            select(flags)
            .where(flags.c.site_id == site_id, flags.c.comment_id.in_(comment_ids), IS_OPEN)
            .order_by(flags.c.id)
        )
        found: dict[str, list[Flag]] = defaultdict(list)
        for row in rows:
            found[row.comment_id].append(_flag(row))
        return found

    def flagged_count(self, site_ids: Collection[str]) -> Mapping[FlagKind, int]:
        rows = self._connection.execute(
            select(flags.c.kind, func.count(flags.c.comment_id.distinct()).label("number"))
            .where(flags.c.site_id.in_(site_ids), IS_OPEN)
            .group_by(flags.c.kind)
        )
        return {FlagKind(row.kind): row.number for row in rows}

    def reporter_record(
        self, site_id: str, network_hash: bytes, *, now: datetime
    ) -> ReporterRecord:
        of_network = (flags.c.site_id == site_id) & (flags.c.network_hash == network_hash)
        rows = self._connection.execute(
            select(flags.c.state, func.count().label("number"))
            .where(of_network, flags.c.created_at > now - RECORD_KEPT)
            .group_by(flags.c.state)
        )
        by_state = {row.state: row.number for row in rows}
        today = self._connection.execute(
            select(func.count()).where(of_network, flags.c.created_at > now - timedelta(days=1))
        ).scalar_one()
        return ReporterRecord(
            upheld=by_state.get(FlagState.UPHELD, 0),
            dismissed=by_state.get(FlagState.DISMISSED, 0),
            today=today,
        )

    def flagged(self, site_id: str, comment_ids: Collection[str]) -> Collection[str]:
        rows = self._connection.execute(
            select(flags.c.comment_id)
            .where(flags.c.site_id == site_id, flags.c.comment_id.in_(comment_ids))
            .distinct()
        )
        return set(rows.scalars())

    def has_appeal(self, site_id: str, comment_id: str) -> bool:
        found = self._connection.execute(
            select(flags.c.id).where(
                flags.c.site_id == site_id,
                flags.c.comment_id == comment_id,
                flags.c.kind == literal_column("'appeal'"),
            )
        ).first()
        return found is not None


class FlagWrites(DecidingWrites):
    def add_flag(self, flag: Flag) -> bool:
        # Whoever counts after adding must have seen those that others add at the same time.
        self._lock_threads_of([(flag.site_id, flag.comment_id)])
        added = self._connection.execute(
            self._insert(flags)
            .values(
                site_id=flag.site_id,
                id=flag.id,
                comment_id=flag.comment_id,
                kind=flag.kind,
                reason=flag.reason,
                text=flag.text,
                network_hash=flag.network_hash,
                counts=flag.counts,
                state=flag.state,
                created_at=flag.created_at,
            )
            .on_conflict_do_nothing()
            .returning(flags.c.id)
        ).one_or_none()
        if added is None:
            return False
        event = "comment.reported" if flag.kind is FlagKind.REPORT else "comment.appealed"
        self.tell([Event(flag.id, flag.site_id, event, flag.comment_id, flag.created_at)])
        return True

    def counting_reports(self, site_id: str, comment_id: str) -> int:
        return self._connection.execute(
            select(func.count()).where(
                flags.c.site_id == site_id,
                flags.c.comment_id == comment_id,
                flags.c.kind == FlagKind.REPORT,
                flags.c.counts,
                IS_OPEN,
            )
        ).scalar_one()

    def settle_flags(
        self,
        site_id: str,
        comment_id: str,
        outcomes: Mapping[FlagKind, FlagState],
        settlement: Settlement,
    ) -> int:
        settled = 0
        for kind, outcome in outcomes.items():
            statement = update(flags).where(
                flags.c.site_id == site_id,
                flags.c.comment_id == comment_id,
                flags.c.kind == kind,
                IS_OPEN,
            )
            if settlement.up_to is not None:
                statement = statement.where(flags.c.id <= settlement.up_to)
            settled += self._connection.execute(
                statement.values(
                    state=outcome,
                    settled_at=settlement.at,
                    decision_id=settlement.decision_id,
                    moderator_id=settlement.moderator_id,
                )
            ).rowcount
        return settled

    def reopen_flags(self, site_id: str, decision_id: str) -> int:
        return self._connection.execute(
            update(flags)
            .where(flags.c.site_id == site_id, flags.c.decision_id == decision_id)
            .values(state=FlagState.OPEN, settled_at=None, decision_id=None, moderator_id=None)
        ).rowcount


def _flag(row: Row[Any]) -> Flag:
    return Flag(
        id=row.id,
        site_id=row.site_id,
        comment_id=row.comment_id,
        kind=FlagKind(row.kind),
        text=row.text,
        created_at=row.created_at,
        reason=ReportReason(row.reason) if row.reason is not None else None,
        network_hash=bytes(row.network_hash) if row.network_hash is not None else None,
        counts=row.counts,
        state=FlagState(row.state),
    )
