"""Sketches beside the keys of texts, and the campaigns that they belong to.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

from service.store.types import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Keys of the former kind find nothing any more; texts are remembered for some days only.
    op.execute("DELETE FROM copies")
    op.drop_column("copies", "sketch")
    op.create_table(
        "sketches",
        sa.Column("site_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("comment_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("sketch", sa.LargeBinary(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "comment_id", name=op.f("pk_sketches")),
    )
    op.create_index(
        "ix_sketches_campaign", "sketches", ["site_id", "campaign_id", "counted", "comment_id"]
    )
    op.create_index(op.f("ix_sketches_created_at"), "sketches", ["created_at"])


def downgrade() -> None:
    op.drop_table("sketches")
    op.execute("DELETE FROM copies")
    op.add_column(
        "copies", sa.Column("sketch", sa.LargeBinary(), nullable=False, server_default="")
    )
