"""Lists with entries of their own. Words and domains of the sites' settings become entries.

Revision ID: 0009
Revises: 0008
"""

import json
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from uuid_utils import uuid7

from service.store.types import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# What was blocked comes first: of two entries about the same the stricter one stays.
_SETTINGS = (
    ("blocked_words", "word", "block"),
    ("held_words", "word", "hold"),
    ("blocked_domains", "domain", "block"),
)
_ID = sa.Uuid(as_uuid=False)
_sites = sa.table("sites", sa.column("id", _ID), sa.column("settings", sa.JSON))
_entries = sa.table(
    "list_entries",
    sa.column("site_id", _ID),
    sa.column("id", _ID),
    sa.column("kind", sa.String),
    sa.column("effect", sa.String),
    sa.column("value", sa.Text),
    sa.column("key", sa.Text),
    sa.column("note", sa.Text),
    sa.column("created_at", UtcDateTime),
    sa.column("ended_at", UtcDateTime),
    sa.column("fired", sa.Integer),
)
_versions = sa.table(
    "rule_versions", sa.column("site_id", _ID), sa.column("version", sa.BigInteger)
)


def upgrade() -> None:
    op.create_table(
        "list_entries",
        sa.Column("site_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("effect", sa.String(length=10), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_by", _ID, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", _ID, nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("fired", sa.Integer(), nullable=False),
        sa.Column("last_fired_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_list_entries")),
    )
    op.create_index(
        "ix_list_entries_one",
        "list_entries",
        ["site_id", "kind", "key"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "rule_firings",
        sa.Column("site_id", _ID, nullable=False),
        sa.Column("rule_id", _ID, nullable=False),
        sa.Column("comment_id", _ID, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "rule_id", "comment_id", name=op.f("pk_rule_firings")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_rule_firings_site_id_comment_id", "rule_firings", ["site_id", "comment_id"])
    op.create_table(
        "rule_versions",
        sa.Column("site_id", _ID, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_rule_versions")),
    )
    _move_settings()


def _move_settings() -> None:
    connection, now = op.get_bind(), datetime.now(UTC)
    for site_id, stored in connection.execute(sa.select(_sites.c.id, _sites.c.settings)).all():
        settings = json.loads(stored) if isinstance(stored, str) else dict(stored)
        found: dict[tuple[str, str], dict[str, object]] = {}
        for name, kind, effect in _SETTINGS:
            for value in settings.pop(name, ()):
                key = " ".join(value.casefold().split())
                if key:
                    found.setdefault(
                        (kind, key),
                        {
                            "site_id": site_id,
                            "id": str(UUID(bytes=uuid7().bytes)),
                            "kind": kind,
                            "effect": effect,
                            "value": value,
                            "key": key,
                            "note": "",
                            "created_at": now,
                            "ended_at": None,
                            "fired": 0,
                        },
                    )
        if found:
            connection.execute(sa.insert(_entries), list(found.values()))
            connection.execute(sa.insert(_versions).values(site_id=site_id, version=1))
        connection.execute(
            sa.update(_sites).where(_sites.c.id == site_id).values(settings=settings)
        )


def downgrade() -> None:
    connection = op.get_bind()
    for site_id, stored in connection.execute(sa.select(_sites.c.id, _sites.c.settings)).all():
        settings = json.loads(stored) if isinstance(stored, str) else dict(stored)
        for name, kind, effect in _SETTINGS:
            settings[name] = list(
                connection.execute(
                    sa.select(_entries.c.value).where(
                        _entries.c.site_id == site_id,
                        _entries.c.kind == kind,
                        _entries.c.effect == effect,
                        _entries.c.ended_at.is_(None),
                    )
                ).scalars()
            )
        connection.execute(
            sa.update(_sites).where(_sites.c.id == site_id).values(settings=settings)
        )
    op.drop_table("rule_versions")
    op.drop_table("rule_firings")
    op.drop_table("list_entries")
