"""How many comments are in each state: kept by triggers (migration 0011), summed up here."""

from collections.abc import Collection, Mapping

from sqlalchemy import delete, func, insert, select

from service.core.site import Site
from service.core.states import State
from service.store.connected import Connected
from service.store.queue_tables import state_counts
from service.store.reads import IS_PENDING
from service.store.tables import comments

LOOSE_MAX = 300
"""So many changes of numbers may wait to be summed up: adding them takes no time."""

_SETTLING = 7295002


class CountReads(Connected):
    def queue_counts(self, sites: Collection[Site]) -> Mapping[State, int]:
        ids = [site.id for site in sites]
        rows = self._connection.execute(
            select(state_counts.c.state, func.sum(state_counts.c.number))
            .where(state_counts.c.site_id.in_(ids))
            .group_by(state_counts.c.state)
        )
        counts = {State(state): int(number) for state, number in rows}
        # Few are pending at any time, and all of them come and go.
        counts[State.PENDING] = self._connection.execute(
            select(func.count()).where(comments.c.site_id.in_(ids), IS_PENDING)
        ).scalar_one()
        return {state: number for state, number in counts.items() if number}

    def has_loose_counts(self) -> bool:
        if self._is_sqlite:
            return False
        some = select(state_counts.c.part).where(state_counts.c.part > 0).limit(LOOSE_MAX + 1)
        number = self._connection.execute(
            select(func.count()).select_from(some.subquery())
        ).scalar_one()
        return number > LOOSE_MAX


class CountWrites(Connected):
    def settle_counts(self) -> None:
        if self._is_sqlite:
            return
        # One at a time: of two, each would wait for what the other has deleted.
        if not self._connection.execute(
            select(func.pg_try_advisory_xact_lock(_SETTLING))
        ).scalar_one():
            return
        gone = (
            delete(state_counts)
            .returning(state_counts.c.site_id, state_counts.c.state, state_counts.c.number)
            .cte("gone")
        )
        self._connection.execute(
            insert(state_counts).from_select(
                ["site_id", "state", "part", "number"],
                select(
                    gone.c.site_id,
                    gone.c.state,
                    # Not above 0: this is no change any more.
                    -func.nextval("state_counts_part"),
                    func.sum(gone.c.number),
                ).group_by(gone.c.site_id, gone.c.state),
            )
        )
