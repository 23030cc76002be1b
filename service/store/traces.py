"""What the checks saw of a comment and how it was weighed, as it was recorded."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select

from service.core.decisions import Actor
from service.core.signals import Signal
from service.core.trace import Trace, trace_from_data
from service.store.connected import Connected
from service.store.tables import decisions, signals

Screened = tuple[str, int]
"""A comment's id and the number of the revision, 0 for the comment as it came in."""


class TraceReads(Connected):
    def traces(self, site_id: str, comment_ids: Collection[str]) -> Mapping[Screened, Trace]:
        seen = self._seen([site_id], comment_ids)
        return {
            key: trace_from_data(data, map(signal_from, seen.get(key, ())))
            for key, data in self._trace_data([site_id], comment_ids).items()
        }

    def _seen(
        self, site_ids: Collection[str], comment_ids: Collection[str]
    ) -> Mapping[Screened, Sequence[Row[Any]]]:
        rows = self._connection.execute(
            select(signals)
            .where(signals.c.site_id.in_(site_ids), signals.c.comment_id.in_(comment_ids))
            .order_by(signals.c.points.desc(), signals.c.symbol)
        )
        found: dict[Screened, list[Row[Any]]] = defaultdict(list)
        for row in rows:
            found[row.comment_id, row.revision].append(row)
        return found

    def _trace_data(
        self, site_ids: Collection[str], comment_ids: Collection[str]
    ) -> Mapping[Screened, Mapping[str, Any]]:
        rows = self._connection.execute(
            select(
                decisions.c.id, decisions.c.comment_id, decisions.c.revision, decisions.c.trace
            ).where(
                decisions.c.site_id.in_(site_ids),
                decisions.c.comment_id.in_(comment_ids),
                decisions.c.actor == Actor.CHECKS,
                decisions.c.trace.is_not(None),
            )
        )
        # Put in order here: asked for it, SQLite would go through all of the sites' decisions.
        in_order = sorted(rows, key=lambda row: row.id)
        # Of several the latest stays.
        return {(row.comment_id, row.revision): row.trace for row in in_order}


def signal_from(row: Row[Any]) -> Signal:
    return Signal(
        symbol=row.symbol,
        strength=row.strength,
        detail=row.detail,
        spans=tuple((start, end) for start, end in row.spans),
    )
