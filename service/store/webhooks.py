"""Webhooks as they are read: endpoints, what is due, and what became of it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, func, literal_column, or_, select

from service.core.states import State
from service.core.webhooks import (
    Attempt,
    Delivery,
    DeliveryKey,
    DeliveryState,
    Disabled,
    Endpoint,
    Told,
)
from service.store.connected import Connected
from service.store.flag_tables import flags
from service.store.tables import comments, decisions, sites, threads
from service.store.webhook_tables import deliveries, delivery_attempts, webhook_endpoints

# Written out, so that the partial indexes are seen to serve it.
_WAITING: ColumnElement[str] = literal_column("'waiting'")


class WebhookReads(Connected):
    def endpoints(self, site_ids: Collection[str]) -> Sequence[Endpoint]:
        rows = self._connection.execute(
            select(webhook_endpoints)
            .where(webhook_endpoints.c.site_id.in_(site_ids))
            .order_by(webhook_endpoints.c.site_id, webhook_endpoints.c.id)
        )
        return [endpoint_from(row) for row in rows]

    def endpoint(self, site_id: str, endpoint_id: str) -> Endpoint | None:
        row = self._connection.execute(
            select(webhook_endpoints).where(*is_endpoint(site_id, endpoint_id))
        ).one_or_none()
        return endpoint_from(row) if row is not None else None

    def deliveries(
        self,
        endpoint: Endpoint,
        *,
        state: DeliveryState | None,
        before: str | None,
        limit: int,
    ) -> Sequence[tuple[Delivery, Attempt | None]]:
        statement = select(deliveries).where(*_to(endpoint))
        if state is not None:
            statement = statement.where(deliveries.c.state == state)
        if before is not None:
            statement = statement.where(deliveries.c.event_id < before)
        rows = self._connection.execute(
            statement.order_by(deliveries.c.event_id.desc()).limit(limit)
        ).all()
        latest = {
            event_id: attempts[-1]
            for event_id, attempts in self._attempts(endpoint, [row.event_id for row in rows])
        }
        return [(delivery_from(row), latest.get(row.event_id)) for row in rows]

    def delivery(self, key: DeliveryKey) -> tuple[Delivery, Sequence[Attempt]] | None:
        row = self._connection.execute(select(deliveries).where(*is_delivery(key))).one_or_none()
        if row is None:
            return None
        rows = self._connection.execute(
            select(delivery_attempts)
            .where(
                delivery_attempts.c.site_id == key.site_id,
                delivery_attempts.c.endpoint_id == key.endpoint_id,
                delivery_attempts.c.event_id == key.event_id,
            )
            .order_by(delivery_attempts.c.number)
        )
        return delivery_from(row), [_attempt(one) for one in rows]

    def _attempts(
        self, endpoint: Endpoint, event_ids: Sequence[str]
    ) -> Sequence[tuple[str, Sequence[Attempt]]]:
        rows = self._connection.execute(
            select(delivery_attempts)
            .where(
                delivery_attempts.c.site_id == endpoint.site_id,
                delivery_attempts.c.endpoint_id == endpoint.id,
                delivery_attempts.c.event_id.in_(event_ids),
            )
            .order_by(delivery_attempts.c.number)
        )
        found: dict[str, list[Attempt]] = defaultdict(list)
        for row in rows:
            found[row.event_id].append(_attempt(row))
        return list(found.items())

    def delivery_counts(self, site_id: str) -> Mapping[str, Mapping[DeliveryState, int]]:
        rows = self._connection.execute(
            select(deliveries.c.endpoint_id, deliveries.c.state, func.count().label("number"))
            .where(
                deliveries.c.site_id == site_id,
                deliveries.c.state.in_((DeliveryState.WAITING, DeliveryState.DEAD)),
            )
            .group_by(deliveries.c.endpoint_id, deliveries.c.state)
        )
        found: dict[str, dict[DeliveryState, int]] = defaultdict(dict)
        for row in rows:
            found[row.endpoint_id][DeliveryState(row.state)] = row.number
        return found

    # -- what is due -------------------------------------------------------------------------------

    def endpoints_due(self, *, now: datetime) -> Sequence[Endpoint]:
        due = exists().where(
            deliveries.c.site_id == webhook_endpoints.c.site_id,
            deliveries.c.endpoint_id == webhook_endpoints.c.id,
            *_is_due(now),
        )
        rows = self._connection.execute(
            select(webhook_endpoints).where(
                webhook_endpoints.c.disabled.is_(None),
                or_(webhook_endpoints.c.retry_at.is_(None), webhook_endpoints.c.retry_at <= now),
                due,
            )
        )
        return [endpoint_from(row) for row in rows]

    def deliveries_due(
        self, endpoint: Endpoint, *, now: datetime, limit: int
    ) -> Sequence[Delivery]:
        earlier = deliveries.alias("earlier")
        blocked = exists().where(
            earlier.c.site_id == deliveries.c.site_id,
            earlier.c.endpoint_id == deliveries.c.endpoint_id,
            earlier.c.comment_id == deliveries.c.comment_id,
            earlier.c.state == _WAITING,
            earlier.c.event_id < deliveries.c.event_id,
        )
        rows = self._connection.execute(
            select(deliveries)
            .where(*_to(endpoint), *_is_due(now), ~blocked)
            .order_by(deliveries.c.due_at, deliveries.c.event_id)
            .limit(limit)
        )
        return [delivery_from(row) for row in rows]

    def told(self, delivery: Delivery) -> Told | None:
        site_id = delivery.key.site_id
        slug = self._connection.execute(
            select(sites.c.slug).where(sites.c.id == site_id)
        ).scalar_one_or_none()
        if slug is None:
            return None
        if delivery.comment_id is None:
            return Told(slug, None)
        row = self._connection.execute(
            select(comments, threads.c.url.label("thread_url"))
            .join(
                threads,
                and_(threads.c.site_id == comments.c.site_id, threads.c.id == comments.c.thread_id),
            )
            .where(comments.c.site_id == site_id, comments.c.id == delivery.comment_id)
        ).one_or_none()
        if row is None:
            return None
        # An event of a decision has the decision's id.
        decision = self._connection.execute(
            select(decisions).where(
                decisions.c.site_id == site_id, decisions.c.id == delivery.key.event_id
            )
        ).one_or_none()
        return Told(
            site=slug,
            comment_id=row.id,
            thread_id=row.thread_id,
            thread_url=row.thread_url,
            parent_id=row.parent_id,
            created_at=row.created_at,
            is_public=row.state == State.APPROVED,
            author_name=row.author_name,
            content=row.content,
            from_state=decision.from_state if decision is not None else None,
            to_state=decision.to_state if decision is not None else None,
            actor=decision.actor if decision is not None else None,
            reason=(decision.reason if decision is not None else self._flag_reason(delivery)) or "",
            revision=decision.revision if decision is not None else 0,
        )

    def _flag_reason(self, delivery: Delivery) -> str | None:
        """Of a report, which has its event's id, what it is about."""
        return self._connection.execute(
            select(flags.c.reason).where(
                flags.c.site_id == delivery.key.site_id, flags.c.id == delivery.key.event_id
            )
        ).scalar_one_or_none()


def is_endpoint(site_id: str, endpoint_id: str) -> tuple[ColumnElement[bool], ...]:
    return (webhook_endpoints.c.site_id == site_id, webhook_endpoints.c.id == endpoint_id)


def is_delivery(key: DeliveryKey) -> tuple[ColumnElement[bool], ...]:
    return (
        deliveries.c.site_id == key.site_id,
        deliveries.c.endpoint_id == key.endpoint_id,
        deliveries.c.event_id == key.event_id,
    )


def _to(endpoint: Endpoint) -> tuple[ColumnElement[bool], ...]:
    return (deliveries.c.site_id == endpoint.site_id, deliveries.c.endpoint_id == endpoint.id)


def _is_due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        deliveries.c.state == _WAITING,
        deliveries.c.due_at <= now,
        or_(deliveries.c.lease_until.is_(None), deliveries.c.lease_until <= now),
    )


def endpoint_from(row: Row[Any]) -> Endpoint:
    return Endpoint(
        id=row.id,
        site_id=row.site_id,
        url=row.url,
        events=tuple(row.events),
        with_text=row.with_text,
        secret_sealed=bytes(row.secret_sealed),
        former_sealed=bytes(row.former_sealed) if row.former_sealed is not None else None,
        former_until=row.former_until,
        disabled=Disabled(row.disabled) if row.disabled is not None else None,
        failures=row.failures,
        retry_at=row.retry_at,
        created_at=row.created_at,
    )


def delivery_from(row: Row[Any]) -> Delivery:
    return Delivery(
        key=DeliveryKey(row.site_id, row.endpoint_id, row.event_id),
        event=row.event,
        comment_id=row.comment_id,
        at=row.at,
        state=DeliveryState(row.state),
        attempt=row.attempt,
        tries=row.tries,
        since=row.since,
        due_at=row.due_at,
    )


def _attempt(row: Row[Any]) -> Attempt:
    return Attempt(row.number, row.at, row.status, row.milliseconds, row.error)
