"""The record of what people did.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

from service.store.types import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("site_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("doer_kind", sa.String(length=10), nullable=False),
        sa.Column("doer_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("payload_digest", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("stamp", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "number", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_at", "audit", ["site_id", "at", "number"])
    op.create_index("ix_audit_doer", "audit", ["site_id", "doer_id", "at", "number"])
    op.create_index("ix_audit_event", "audit", ["site_id", "event", "at", "number"])
    op.create_index("ix_audit_about", "audit", ["site_id", "about"])
    op.create_table(
        "audit_heads",
        sa.Column("site_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("stamp", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_audit_heads")),
    )


def downgrade() -> None:
    op.drop_table("audit_heads")
    op.drop_table("audit")
