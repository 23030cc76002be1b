"""Digests by mail.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

from service.store.types import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "digests",
        sa.Column("site_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("moderator_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("newest", sa.Uuid(as_uuid=False), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "moderator_id", name=op.f("pk_digests")),
    )
    op.create_table(
        "digests_off",
        sa.Column("moderator_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.PrimaryKeyConstraint("moderator_id", name=op.f("pk_digests_off")),
    )


def downgrade() -> None:
    op.drop_table("digests_off")
    op.drop_table("digests")
