"""Webhooks as they change: endpoints, spreading events, and taking deliveries one at a time."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, select, tuple_, update

from service.core.events import Event
from service.core.webhooks import (
    GIVE_UP_AFTER,
    Attempt,
    Delivery,
    DeliveryState,
    Disabled,
    Endpoint,
    Failed,
)
from service.store.tables import outbox
from service.store.webhook_tables import deliveries, delivery_attempts, webhook_endpoints
from service.store.webhooks import WebhookReads, is_delivery, is_endpoint

SETTLED_LIFETIME = timedelta(days=30)
_CHUNK = 500


class WebhookWrites(WebhookReads):
    def add_endpoint(self, endpoint: Endpoint) -> None:
        self._connection.execute(
            insert(webhook_endpoints).values(
                site_id=endpoint.site_id,
                id=endpoint.id,
                url=endpoint.url,
                events=list(endpoint.events),
                with_text=endpoint.with_text,
                secret_sealed=endpoint.secret_sealed,
                failures=0,
                created_at=endpoint.created_at,
            )
        )

    def change_endpoint(self, endpoint: Endpoint) -> bool:
        changed = self._connection.execute(
            update(webhook_endpoints)
            .where(*is_endpoint(endpoint.site_id, endpoint.id))
            .values(
                url=endpoint.url,
                events=list(endpoint.events),
                with_text=endpoint.with_text,
                secret_sealed=endpoint.secret_sealed,
                former_sealed=endpoint.former_sealed,
                former_until=endpoint.former_until,
                disabled=endpoint.disabled,
                failures=endpoint.failures,
                retry_at=endpoint.retry_at,
            )
        )
        return changed.rowcount == 1

    def remove_endpoint(self, endpoint: Endpoint) -> bool:
        removed = self._connection.execute(
            delete(webhook_endpoints).where(*is_endpoint(endpoint.site_id, endpoint.id))
        )
        for table in (deliveries, delivery_attempts):
            self._connection.execute(
                delete(table).where(
                    table.c.site_id == endpoint.site_id, table.c.endpoint_id == endpoint.id
                )
            )
        return removed.rowcount == 1

    def spread(self, *, now: datetime, limit: int) -> int:
        rows = self._connection.execute(
            select(outbox)
            .where(outbox.c.spread_at.is_(None))
            .order_by(outbox.c.id)
            .limit(limit)
            # Without skipping what another one has locked: events of one comment stay in order.
            .with_for_update()
        ).all()
        if not rows:
            return 0
        events = [
            Event(row.id, row.site_id, row.event, row.comment_id, row.created_at) for row in rows
        ]
        by_site: dict[str, list[Endpoint]] = {}
        for endpoint in self.endpoints({one.site_id for one in events}):
            by_site.setdefault(endpoint.site_id, []).append(endpoint)
        wanted = [
            _values(endpoint, event, now)
            for event in events
            for endpoint in by_site.get(event.site_id, ())
            if endpoint.wants(event)
        ]
        if wanted:
            self._connection.execute(self._insert(deliveries).on_conflict_do_nothing(), wanted)
        for start in range(0, len(events), _CHUNK):
            keys = [(one.site_id, one.id) for one in events[start : start + _CHUNK]]
            self._connection.execute(
                update(outbox)
                .where(tuple_(outbox.c.site_id, outbox.c.id).in_(keys))
                .values(spread_at=now)
            )
        return len(events)

    def add_delivery(self, delivery: Delivery) -> None:
        self._connection.execute(
            insert(deliveries).values(
                site_id=delivery.key.site_id,
                endpoint_id=delivery.key.endpoint_id,
                event_id=delivery.key.event_id,
                event=delivery.event,
                comment_id=delivery.comment_id,
                at=delivery.at,
                state=delivery.state,
                attempt=delivery.attempt,
                tries=delivery.tries,
                since=delivery.since,
                due_at=delivery.due_at,
            )
        )

    def claim(
        self, wanted: Sequence[Delivery], *, until: datetime, now: datetime
    ) -> Sequence[Delivery]:
        return [
            replace(one, attempt=one.attempt + 1, tries=one.tries + 1)
            for one in wanted
            if self._claim(one, until=until, now=now)
        ]

    def _claim(self, delivery: Delivery, *, until: datetime, now: datetime) -> bool:
        claimed = self._connection.execute(
            update(deliveries)
            .where(
                *is_delivery(delivery.key),
                deliveries.c.state == DeliveryState.WAITING,
                deliveries.c.attempt == delivery.attempt,
                or_(deliveries.c.lease_until.is_(None), deliveries.c.lease_until <= now),
            )
            .values(
                lease_until=until, attempt=deliveries.c.attempt + 1, tries=deliveries.c.tries + 1
            )
        )
        return claimed.rowcount == 1

    def delivered(self, delivery: Delivery, attempt: Attempt) -> bool:
        if not self._settle(delivery, attempt, {"state": DeliveryState.DELIVERED}):
            return False
        self._connection.execute(
            update(webhook_endpoints)
            .where(
                *is_endpoint(delivery.key.site_id, delivery.key.endpoint_id),
                webhook_endpoints.c.failures > 0,
            )
            .values(failures=0, retry_at=None)
        )
        return True

    def not_delivered(self, delivery: Delivery, attempt: Attempt, outcome: Failed) -> bool:
        changes: dict[str, object] = {"due_at": outcome.retry_at}
        if outcome.retry_at is None:
            changes = {"state": DeliveryState.DEAD}
        if not self._settle(delivery, attempt, changes):
            return False
        endpoint: dict[str, object] = {"failures": webhook_endpoints.c.failures + 1}
        endpoint["retry_at"] = outcome.endpoint_retry_at
        if outcome.gone:
            endpoint["disabled"] = Disabled.GONE
        self._connection.execute(
            update(webhook_endpoints)
            .where(*is_endpoint(delivery.key.site_id, delivery.key.endpoint_id))
            .values(endpoint)
        )
        if outcome.gone:
            self._connection.execute(
                update(deliveries)
                .where(
                    deliveries.c.site_id == delivery.key.site_id,
                    deliveries.c.endpoint_id == delivery.key.endpoint_id,
                    deliveries.c.state == DeliveryState.WAITING,
                )
                .values(state=DeliveryState.DEAD, lease_until=None)
            )
        return True

    def _settle(self, delivery: Delivery, attempt: Attempt, changes: dict[str, object]) -> bool:
        settled = self._connection.execute(
            update(deliveries)
            .where(
                *is_delivery(delivery.key),
                deliveries.c.state == DeliveryState.WAITING,
                deliveries.c.attempt == delivery.attempt,
            )
            .values({"lease_until": None, **changes})
        )
        if settled.rowcount != 1:
            return False
        self._connection.execute(
            insert(delivery_attempts).values(
                site_id=delivery.key.site_id,
                endpoint_id=delivery.key.endpoint_id,
                event_id=delivery.key.event_id,
                number=attempt.number,
                at=attempt.at,
                status=attempt.status,
                milliseconds=attempt.milliseconds,
                error=attempt.error,
            )
        )
        return True

    def replay(
        self, endpoint: Endpoint, event_ids: Collection[str] | None, *, now: datetime
    ) -> int:
        again = update(deliveries).where(
            deliveries.c.site_id == endpoint.site_id,
            deliveries.c.endpoint_id == endpoint.id,
            deliveries.c.state == DeliveryState.DEAD,
        )
        if event_ids is not None:
            again = again.where(deliveries.c.event_id.in_(event_ids))
        put = self._connection.execute(
            again.values(
                state=DeliveryState.WAITING, tries=0, since=now, due_at=now, lease_until=None
            )
        )
        return put.rowcount

    def prune_deliveries(self, *, now: datetime) -> None:
        self._connection.execute(
            update(deliveries)
            .where(
                deliveries.c.since < now - GIVE_UP_AFTER,
                deliveries.c.state == DeliveryState.WAITING,
                or_(deliveries.c.lease_until.is_(None), deliveries.c.lease_until <= now),
            )
            .values(state=DeliveryState.DEAD, lease_until=None)
        )
        old = now - SETTLED_LIFETIME
        self._connection.execute(delete(deliveries).where(deliveries.c.since < old))
        self._connection.execute(delete(delivery_attempts).where(delivery_attempts.c.at < old))


def _values(endpoint: Endpoint, event: Event, now: datetime) -> dict[str, object]:
    return {
        "site_id": endpoint.site_id,
        "endpoint_id": endpoint.id,
        "event_id": event.id,
        "event": event.name,
        "comment_id": event.comment_id,
        "at": event.at,
        "state": DeliveryState.WAITING,
        "attempt": 0,
        "tries": 0,
        "since": now,
        "due_at": now,
    }
