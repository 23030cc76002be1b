"""Readers' reports and authors' appeals.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

from service.store.types import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "flags",
        sa.Column("site_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("comment_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("network_hash", sa.LargeBinary(), nullable=True),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("decision_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("moderator_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_flags")),
    )
    op.create_index(
        "ix_flags_report", "flags", ["site_id", "comment_id", "network_hash"], unique=True
    )
    op.create_index(
        "ix_flags_appeal",
        "flags",
        ["site_id", "comment_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'appeal'"),
        postgresql_where=sa.text("kind = 'appeal'"),
    )
    op.create_index(
        "ix_flags_open",
        "flags",
        ["site_id", "kind", "comment_id"],
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_flags_network", "flags", ["site_id", "network_hash", "created_at"])
    op.create_index(op.f("ix_flags_created_at"), "flags", ["created_at"])
    op.create_index("ix_flags_decision", "flags", ["site_id", "decision_id"])


def downgrade() -> None:
    op.drop_table("flags")
