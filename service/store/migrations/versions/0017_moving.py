"""Where imported comments came from.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ID = sa.Uuid(as_uuid=False)


def upgrade() -> None:
    op.create_table(
        "moved_comments",
        sa.Column("site_id", _ID, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("comment_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("site_id", "key", name=op.f("pk_moved_comments")),
    )
    op.create_index(
        op.f("ix_moved_comments_site_id_comment_id"), "moved_comments", ["site_id", "comment_id"]
    )


def downgrade() -> None:
    op.drop_table("moved_comments")
