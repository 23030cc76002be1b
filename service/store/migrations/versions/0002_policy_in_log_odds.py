"""Verdicts with a sum for each family and their trace; sites' own policies, with versions.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from service.store.types import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Without the batch mode that copies whole tables: SQLite does all of this in place.
    op.add_column("signals", sa.Column("family", sa.String(length=10)))
    op.add_column(
        "signals",
        sa.Column("shadow", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    # What there was before knew spam only.
    op.execute("UPDATE signals SET family = 'spam' WHERE points <> 0")
    op.add_column("decisions", sa.Column("spam", sa.Float()))
    op.add_column("decisions", sa.Column("abuse", sa.Float()))
    op.add_column("decisions", sa.Column("trace", sa.JSON()))
    op.drop_column("decisions", "score")
    op.create_table(
        "policies",
        sa.Column("site_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "version", name=op.f("pk_policies")),
    )


def downgrade() -> None:
    op.drop_table("policies")
    op.add_column("decisions", sa.Column("score", sa.Float()))
    op.drop_column("decisions", "trace")
    op.drop_column("decisions", "abuse")
    op.drop_column("decisions", "spam")
    op.drop_column("signals", "shadow")
    op.drop_column("signals", "family")
