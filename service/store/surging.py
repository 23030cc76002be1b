"""How busy sites are, in stretches of ten minutes, and their surges."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select, update

from service.core.events import Event
from service.core.surge import Activity, Surge
from service.store.connected import Connected
from service.store.tables import activity, surges
from service.store.telling import TellingWrites


class SurgeReads(Connected):
    def activity(self, site_id: str, *, since: datetime) -> Sequence[Activity]:
        rows = self._connection.execute(
            select(activity.c.at, activity.c.taken, activity.c.refused).where(
                activity.c.site_id == site_id, activity.c.at >= since
            )
        )
        return [Activity(row.at, row.taken, row.refused) for row in rows]

    def surges(self, site_ids: Collection[str] | None = None) -> Mapping[str, Surge]:
        going_on = select(surges.c.site_id, surges.c.started_at).where(surges.c.ended_at.is_(None))
        if site_ids is not None:
            going_on = going_on.where(surges.c.site_id.in_(site_ids))
        rows = self._connection.execute(going_on)
        return {row.site_id: Surge(row.started_at) for row in rows}


class SurgeWrites(TellingWrites, SurgeReads):
    def count_activity(self, counts: Mapping[tuple[str, datetime], tuple[int, int]]) -> None:
        if not counts:
            return
        made = self._insert(activity)
        self._connection.execute(
            made.on_conflict_do_update(
                index_elements=["site_id", "at"],
                set_={
                    "taken": activity.c.taken + made.excluded.taken,
                    "refused": activity.c.refused + made.excluded.refused,
                },
            ),
            [
                {"site_id": site_id, "at": at, "taken": taken, "refused": refused}
                # In order, so that two transactions cannot wait for each other.
                for (site_id, at), (taken, refused) in sorted(counts.items())
            ],
        )

    def start_surge(self, site_id: str, *, now: datetime, event_id: str) -> bool:
        started = self._connection.execute(
            self._insert(surges)
            .values(site_id=site_id, started_at=now, ended_at=None)
            # Of two workers that see it at once one starts it (see the partial index).
            .on_conflict_do_nothing()
            .returning(surges.c.site_id)
        ).one_or_none()
        if started is None:
            return False
        self._tell(site_id, "site.surge_started", now=now, event_id=event_id)
        return True

    def end_surge(self, site_id: str, *, now: datetime, event_id: str) -> bool:
        ended = self._connection.execute(
            update(surges)
            .where(surges.c.site_id == site_id, surges.c.ended_at.is_(None))
            .values(ended_at=now)
        )
        if ended.rowcount != 1:
            return False
        self._tell(site_id, "site.surge_ended", now=now, event_id=event_id)
        return True

    def _tell(self, site_id: str, event: str, *, now: datetime, event_id: str) -> None:
        self.tell([Event(event_id, site_id, event, None, now)])
