"""Sealed IP addresses of comments that wait for remote checks, emptied with the verdict.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("comments", sa.Column("ip_sealed", sa.LargeBinary()))


def downgrade() -> None:
    op.drop_column("comments", "ip_sealed")
