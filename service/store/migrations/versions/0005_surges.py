"""How busy sites are, and their surges; events that are about no comment.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

from service.store.types import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "activity",
        sa.Column("site_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "at", name=op.f("pk_activity")),
    )
    op.create_table(
        "surges",
        sa.Column("site_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("site_id", "started_at", name=op.f("pk_surges")),
    )
    op.create_index(
        "ix_surges_going_on",
        "surges",
        ["site_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    with op.batch_alter_table("outbox") as batch:
        batch.alter_column("comment_id", existing_type=sa.Uuid(as_uuid=False), nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM outbox WHERE comment_id IS NULL")
    with op.batch_alter_table("outbox") as batch:
        batch.alter_column("comment_id", existing_type=sa.Uuid(as_uuid=False), nullable=False)
    op.drop_table("surges")
    op.drop_table("activity")
