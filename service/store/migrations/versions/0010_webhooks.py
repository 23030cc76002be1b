"""Webhooks. What was in the outbox before there were any is told to nobody.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

from service.store.types import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_WAITING = sa.text("state = 'waiting'")
_NEW = sa.text("spread_at IS NULL")


def upgrade() -> None:
    op.add_column("outbox", sa.Column("spread_at", UtcDateTime(), nullable=True))
    op.execute("UPDATE outbox SET spread_at = created_at")
    op.create_index("ix_outbox_new", "outbox", ["id"], sqlite_where=_NEW, postgresql_where=_NEW)
    op.create_table(
        "webhook_endpoints",
        sa.Column("site_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("with_text", sa.Boolean(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("former_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("former_until", UtcDateTime(), nullable=True),
        sa.Column("disabled", sa.String(length=10), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("retry_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_webhook_endpoints")),
    )
    op.create_table(
        "deliveries",
        sa.Column("site_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("event_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("comment_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("site_id", "endpoint_id", "event_id", name=op.f("pk_deliveries")),
    )
    op.create_index(
        "ix_deliveries_state", "deliveries", ["site_id", "endpoint_id", "state", "event_id"]
    )
    op.create_index("ix_deliveries_since", "deliveries", ["since"])
    for name, columns in (
        ("ix_deliveries_due", ["site_id", "endpoint_id", "due_at", "event_id"]),
        ("ix_deliveries_order", ["site_id", "endpoint_id", "comment_id", "event_id"]),
    ):
        op.create_index(
            name, "deliveries", columns, sqlite_where=_WAITING, postgresql_where=_WAITING
        )
    op.create_table(
        "delivery_attempts",
        sa.Column("site_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("event_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "site_id", "endpoint_id", "event_id", "number", name=op.f("pk_delivery_attempts")
        ),
    )
    op.create_index("ix_delivery_attempts_at", "delivery_attempts", ["at"])


def downgrade() -> None:
    for table in ("delivery_attempts", "deliveries", "webhook_endpoints"):
        op.drop_table(table)
    op.drop_index("ix_outbox_new", "outbox")
    with op.batch_alter_table("outbox") as batch:
        batch.drop_column("spread_at")
