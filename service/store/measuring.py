"""Queries for the figures that operators watch. Each reads a range of an index, never a table.

Ids begin with the time they were made at (RFC 9562, 5.7), so that what is recent is a range of ids.
"""

from bisect import bisect_left
from collections import Counter
from datetime import datetime
from itertools import accumulate
from uuid import UUID

from sqlalchemy import func, literal_column, select

from service.core.decisions import Actor
from service.core.metrics import BUCKETS_SECONDS, WINDOW, Measured
from service.core.states import State
from service.store.connected import Connected
from service.store.queue_tables import state_counts
from service.store.tables import comments, decisions, signals, sites
from service.store.webhook_tables import deliveries, webhook_endpoints

VERDICTS_MAX = 50_000
"""So many verdicts are looked at; more in five minutes are as good as a sample."""


class MetricReads(Connected):
    def measured(self, *, now: datetime) -> Measured:
        states = self._states()
        waiting, oldest = self._connection.execute(
            # Written out, so that the partial index is seen to serve it.
            select(func.count(), func.min(comments.c.created_at)).where(
                comments.c.state == literal_column("'pending'")
            )
        ).one()
        states[State.PENDING] = waiting
        verdicts, times = self._verdicts(now)
        places = Counter(bisect_left(BUCKETS_SECONDS, one) for one in times)
        due, first_due = self._due(now)
        return Measured(
            states=states,
            accepted=self._accepted(now),
            oldest_pending_seconds=_seconds(oldest, now),
            verdicts=verdicts,
            symbols=self._symbols(now),
            verdict_times=list(accumulate(places[at] for at in range(len(BUCKETS_SECONDS)))),
            verdict_seconds=sum(times),
            deliveries_due=due,
            delivery_lag_seconds=_seconds(first_due, now),
        )

    def _states(self) -> dict[State, int]:
        rows = self._connection.execute(
            select(state_counts.c.state, func.sum(state_counts.c.number)).group_by(
                state_counts.c.state
            )
        )
        return dict.fromkeys(State, 0) | {State(state): int(number) for state, number in rows}

    def _accepted(self, now: datetime) -> int:
        return self._connection.execute(
            select(func.count()).where(
                comments.c.site_id.in_(select(sites.c.id)), comments.c.id >= first_id(now - WINDOW)
            )
        ).scalar_one()

    def _verdicts(self, now: datetime) -> tuple[dict[str, int], list[float]]:
        """How many there were of each, and how long each took in seconds."""
        rows = self._connection.execute(
            select(decisions.c.to_state, decisions.c.at, comments.c.created_at)
            .join(
                comments,
                (comments.c.site_id == decisions.c.site_id)
                & (comments.c.id == decisions.c.comment_id),
            )
            .where(
                decisions.c.site_id.in_(select(sites.c.id)),
                decisions.c.id >= first_id(now - WINDOW),
                decisions.c.actor == Actor.CHECKS,
                # An edit's verdict comes long after its comment, and a campaign's is no first one.
                decisions.c.revision == 0,
                decisions.c.from_state == State.PENDING,
            )
            .limit(VERDICTS_MAX)
        ).all()
        times = [max(0.0, (row.at - row.created_at).total_seconds()) for row in rows]
        return dict(Counter(row.to_state for row in rows)), times

    def _symbols(self, now: datetime) -> dict[str, int]:
        rows = self._connection.execute(
            select(signals.c.symbol, func.count().label("number"))
            .where(
                signals.c.site_id.in_(select(sites.c.id)),
                signals.c.comment_id >= first_id(now - WINDOW),
            )
            .group_by(signals.c.symbol)
        )
        return {row.symbol: row.number for row in rows}

    def _due(self, now: datetime) -> tuple[int, datetime | None]:
        """How many events should have been delivered by now, and since when the first of them."""
        number, first = self._connection.execute(
            select(func.count(), func.min(deliveries.c.due_at))
            .join(
                webhook_endpoints,
                (webhook_endpoints.c.site_id == deliveries.c.site_id)
                & (webhook_endpoints.c.id == deliveries.c.endpoint_id),
            )
            .where(
                deliveries.c.state == literal_column("'waiting'"),
                deliveries.c.due_at <= now,
                webhook_endpoints.c.disabled.is_(None),
            )
        ).one()
        return number, first


def first_id(at: datetime) -> str:
    """The least id that can have been made then (UUIDv7)."""
    milliseconds = max(0, int(at.timestamp() * 1000))
    return str(UUID(int=milliseconds << 80))


def _seconds(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0
