"""Tables of webhooks: endpoints, what is on its way to each, and what each attempt came to."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    text,
)

from service.store.tables import metadata
from service.store.types import Id, UtcDateTime

_WAITING = text("state = 'waiting'")

webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("id", Id, primary_key=True),
    Column("url", Text, nullable=False),
    Column("events", JSON, nullable=False),
    Column("with_text", Boolean, nullable=False),
    Column("secret_sealed", LargeBinary, nullable=False),
    # The secret before the last change, for as long as it still signs.
    Column("former_sealed", LargeBinary),
    Column("former_until", UtcDateTime),
    Column("disabled", String(10)),
    Column("failures", Integer, nullable=False),
    Column("retry_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("endpoint_id", Id, primary_key=True),
    Column("event_id", Id, primary_key=True),
    Column("event", String(64), nullable=False),
    Column("comment_id", Id),
    Column("at", UtcDateTime, nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("tries", SmallInteger, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("lease_until", UtcDateTime),
    Index("ix_deliveries_state", "site_id", "endpoint_id", "state", "event_id"),
    Index(
        "ix_deliveries_due",
        "site_id",
        "endpoint_id",
        "due_at",
        "event_id",
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    ),
    # Whether an earlier event of the same comment still waits.
    Index(
        "ix_deliveries_order",
        "site_id",
        "endpoint_id",
        "comment_id",
        "event_id",
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    ),
    Index(None, "since"),
)

delivery_attempts = Table(
    "delivery_attempts",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("endpoint_id", Id, primary_key=True),
    Column("event_id", Id, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    # None where there was no answer.
    Column("status", SmallInteger),
    Column("milliseconds", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Index(None, "at"),
)
