"""The table of flags: readers' reports and authors' appeals."""

from sqlalchemy import Boolean, Column, Index, LargeBinary, String, Table, Text, text

from service.store.tables import metadata
from service.store.types import Id, UtcDateTime

_IS_OPEN = text("state = 'open'")
_IS_APPEAL = text("kind = 'appeal'")

flags = Table(
    "flags",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("id", Id, primary_key=True),
    Column("comment_id", Id, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("reason", String(20)),
    Column("text", Text, nullable=False),
    # Of reports; keyed, as everywhere.
    Column("network_hash", LargeBinary),
    Column("counts", Boolean, nullable=False),
    Column("state", String(10), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),
    # By a decision about the comment, or by a moderator alone.
    Column("decision_id", Id),
    Column("moderator_id", Id),
    # One report a network; where there is no network, as with appeals, NULLs are distinct.
    Index("ix_flags_report", "site_id", "comment_id", "network_hash", unique=True),
    Index(
        "ix_flags_appeal",
        "site_id",
        "comment_id",
        unique=True,
        sqlite_where=_IS_APPEAL,
        postgresql_where=_IS_APPEAL,
    ),
    Index(
        "ix_flags_open",
        "site_id",
        "kind",
        "comment_id",
        sqlite_where=_IS_OPEN,
        postgresql_where=_IS_OPEN,
    ),
    Index("ix_flags_network", "site_id", "network_hash", "created_at"),
    Index(None, "created_at"),
    Index("ix_flags_decision", "site_id", "decision_id"),
)
