"""Rulings: standing decisions about campaigns.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

from service.store.types import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_ID = sa.Uuid(as_uuid=False)


def upgrade() -> None:
    op.create_table(
        "rulings",
        sa.Column("site_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("campaign_id", _ID, nullable=False),
        sa.Column("action", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("moderator_id", _ID, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("ended_by", _ID, nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("taken_back", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_rulings")),
    )
    op.create_table(
        "ruling_texts",
        sa.Column("site_id", _ID, nullable=False),
        sa.Column("ruling_id", _ID, nullable=False),
        sa.Column("comment_id", _ID, nullable=False),
        sa.Column("digest", sa.BigInteger(), nullable=False),
        sa.Column("sketch", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "ruling_id", "comment_id", name=op.f("pk_ruling_texts")),
    )
    op.create_table(
        "ruling_items",
        sa.Column("site_id", _ID, nullable=False),
        sa.Column("ruling_id", _ID, nullable=False),
        sa.Column("comment_id", _ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("decision_id", _ID, nullable=True),
        sa.PrimaryKeyConstraint("site_id", "ruling_id", "comment_id", name=op.f("pk_ruling_items")),
    )
    op.create_index(
        "ix_ruling_items_outcome",
        "ruling_items",
        ["site_id", "ruling_id", "outcome", "comment_id"],
    )


def downgrade() -> None:
    op.drop_table("ruling_items")
    op.drop_table("ruling_texts")
    op.drop_table("rulings")
