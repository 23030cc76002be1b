"""Lessons for the sites' own filters.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

from service.store.types import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "site_filters",
        sa.Column("site_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=True),
        sa.Column("made_of", sa.BigInteger(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=True),
        sa.Column("snapshot", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_site_filters")),
    )
    op.create_table(
        "lessons",
        sa.Column("site_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("comment_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("label", sa.String(length=10), nullable=False),
        sa.Column("teacher_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("decision_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("reading", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "comment_id", "revision", name=op.f("pk_lessons")),
    )
    op.create_index(
        "ix_lessons_site_id_label_decision_id", "lessons", ["site_id", "label", "decision_id"]
    )


def downgrade() -> None:
    op.drop_table("lessons")
    op.drop_table("site_filters")
