"""Reasons, undoing, bulk actions, and comments by a site's staff.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

from service.store.types import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_ID = sa.Uuid(as_uuid=False)
_OPEN = sa.text("ended_at IS NULL AND confirmed_at IS NOT NULL")
_BY_PERSON = sa.text("moderator_id IS NOT NULL")


def upgrade() -> None:
    # Without the batch mode that copies whole tables: SQLite does all of this in place.
    for column in (
        sa.Column("reason", sa.String(length=40), server_default="", nullable=False),
        sa.Column("undoes", _ID, nullable=True),
        sa.Column("bulk_id", _ID, nullable=True),
        sa.Column("was_previous", sa.String(length=10), nullable=True),
    ):
        op.add_column("decisions", column)
    op.create_index(
        "ix_decisions_moderator",
        "decisions",
        ["site_id", "moderator_id", "id"],
        sqlite_where=_BY_PERSON,
        postgresql_where=_BY_PERSON,
    )
    op.add_column("comments", sa.Column("staff_id", _ID, nullable=True))
    op.create_table(
        "reasons",
        sa.Column("site_id", _ID, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "code", name=op.f("pk_reasons")),
    )
    op.create_table(
        "bulk_actions",
        sa.Column("site_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("moderator_id", _ID, nullable=False),
        sa.Column("action", sa.String(length=10), nullable=True),
        sa.Column("undoes", _ID, nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("worked_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("stopped", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_bulk_actions")),
    )
    op.create_index("ix_bulk_actions_moderator", "bulk_actions", ["site_id", "moderator_id", "id"])
    op.create_index(
        "ix_bulk_actions_open",
        "bulk_actions",
        ["confirmed_at"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_table(
        "bulk_items",
        sa.Column("site_id", _ID, nullable=False),
        sa.Column("bulk_id", _ID, nullable=False),
        sa.Column("comment_id", _ID, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("decision_id", _ID, nullable=True),
        sa.PrimaryKeyConstraint(
            "site_id", "bulk_id", "comment_id", "revision", name=op.f("pk_bulk_items")
        ),
    )
    op.create_index(
        "ix_bulk_items_outcome",
        "bulk_items",
        ["site_id", "bulk_id", "outcome", "comment_id", "revision"],
    )


def downgrade() -> None:
    op.drop_table("bulk_items")
    op.drop_table("bulk_actions")
    op.drop_table("reasons")
    op.drop_column("comments", "staff_id")
    op.drop_index("ix_decisions_moderator", "decisions")
    for name in ("reason", "undoes", "bulk_id", "was_previous"):
        op.drop_column("decisions", name)
