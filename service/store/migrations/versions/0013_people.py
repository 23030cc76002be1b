"""People with roles at several sites, codes to sign in with, invitations, sessions that say where.

Whoever is signed in has to sign in again.

Revision ID: 0013
Revises: 0012
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from service.core.chain import INSTALLATION
from service.store.types import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_Id = sa.Uuid(as_uuid=False)
_moderators = sa.table(
    "moderators",
    sa.column("id", _Id),
    sa.column("site_id", _Id),
    sa.column("role", sa.String()),
    sa.column("email_index", sa.LargeBinary()),
    sa.column("email_sealed", sa.LargeBinary()),
    sa.column("name", sa.Text()),
    sa.column("password_hash", sa.Text()),
    sa.column("created_at", UtcDateTime()),
    sa.column("removed_at", UtcDateTime()),
)
_memberships = sa.table(
    "memberships",
    sa.column("moderator_id", _Id),
    sa.column("site_id", _Id),
    sa.column("role", sa.String()),
)
_KEPT = ("id", "email_index", "email_sealed", "name", "password_hash", "created_at")


def upgrade() -> None:
    op.create_table(
        "memberships",
        sa.Column("moderator_id", _Id, nullable=False),
        sa.Column("site_id", _Id, nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("moderator_id", "site_id", name=op.f("pk_memberships")),
    )
    op.create_index("ix_memberships_site_id", "memberships", ["site_id"])
    everywhere = sa.literal(INSTALLATION, _Id)
    op.execute(
        _memberships.insert().from_select(
            ["moderator_id", "site_id", "role"],
            sa.select(
                _moderators.c.id,
                sa.func.coalesce(_moderators.c.site_id, everywhere),
                _moderators.c.role,
            ),
        )
    )
    _rebuild(
        [
            sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
            sa.Column("totp_step", sa.BigInteger(), server_default="0", nullable=False),
            sa.Column("removed_at", UtcDateTime(), nullable=True),
            sa.UniqueConstraint("email_index", name="uq_moderators_email_index"),
        ],
        sa.select(*(_moderators.c[name] for name in _KEPT)),
        _KEPT,
    )
    op.drop_table("sessions")
    op.create_table(
        "sessions",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("moderator_id", _Id, nullable=False),
        sa.Column("family", _Id, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("device", sa.String(length=100), nullable=False),
        sa.Column("network_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("must_renew", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("former_id", sa.LargeBinary(), nullable=True),
        sa.Column("renewed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    op.create_index("ix_sessions_moderator_id", "sessions", ["moderator_id"])
    op.create_index("ix_sessions_former_id", "sessions", ["former_id"])
    op.create_table(
        "recovery_codes",
        sa.Column("moderator_id", _Id, nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("moderator_id", "code_hash", name=op.f("pk_recovery_codes")),
    )
    op.create_table(
        "known_networks",
        sa.Column("moderator_id", _Id, nullable=False),
        sa.Column("network_hash", sa.LargeBinary(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("moderator_id", "network_hash", name=op.f("pk_known_networks")),
    )
    op.create_index("ix_known_networks_seen_at", "known_networks", ["seen_at"])
    op.create_table(
        "invitations",
        sa.Column("id", _Id, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("site_id", _Id, nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("email_index", sa.LargeBinary(), nullable=False),
        sa.Column("email_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("invited_by", _Id, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_hash", name="uq_invitations_token_hash"),
    )
    op.create_table(
        "totp_rules",
        sa.Column("site_id", _Id, nullable=False),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_totp_rules")),
    )


def downgrade() -> None:
    """Of somebody with several roles one is left: that for all sites, if they have one."""
    for name in ("totp_rules", "invitations", "known_networks", "recovery_codes", "sessions"):
        op.drop_table(name)
    op.create_table(
        "sessions",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("moderator_id", _Id, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    other = _memberships.alias()
    first = (
        sa.select(sa.func.min(sa.cast(other.c.site_id, sa.Text())))
        .where(other.c.moderator_id == _moderators.c.id)
        .scalar_subquery()
    )
    place = sa.func.nullif(_memberships.c.site_id, sa.literal(INSTALLATION, _Id))
    _rebuild(
        [
            sa.Column("role", sa.String(length=16), nullable=False),
            sa.Column("site_id", _Id, nullable=True),
            sa.UniqueConstraint("email_index"),
        ],
        sa.select(*(_moderators.c[name] for name in _KEPT), _memberships.c.role, place)
        .join(_memberships, _memberships.c.moderator_id == _moderators.c.id)
        .where(sa.cast(_memberships.c.site_id, sa.Text()) == first),
        (*_KEPT, "role", "site_id"),
    )
    op.drop_table("memberships")


def _rebuild(
    parts: list[sa.Column[Any] | sa.UniqueConstraint],
    kept: sa.Select[Any],
    names: tuple[str, ...],
) -> None:
    """Make the table anew, as SQLite wants it, and the same on PostgreSQL."""
    op.create_table(
        "moderators_new",
        sa.Column("id", _Id, nullable=False),
        sa.Column("email_index", sa.LargeBinary(), nullable=False),
        sa.Column("email_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_moderators_new"),
        *parts,
    )
    made = sa.table("moderators_new", *(sa.column(name) for name in names))
    op.execute(made.insert().from_select(list(names), kept))
    op.drop_table("moderators")
    op.rename_table("moderators_new", "moderators")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("ALTER INDEX pk_moderators_new RENAME TO pk_moderators")
