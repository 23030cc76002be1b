"""The tables of lists, and of where their entries were met."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, text

from service.store.tables import metadata
from service.store.types import Id, UtcDateTime

# Entries of lists; those for all sites stand under an id of their own (`core.lists.ALL_SITES`).
list_entries = Table(
    "list_entries",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("id", Id, primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("effect", String(10), nullable=False),
    Column("value", Text, nullable=False),
    # What the entry is known by; of an address its blind index.
    Column("key", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("created_by", Id),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("ended_by", Id),
    Column("ended_at", UtcDateTime),
    Column("fired", Integer, nullable=False),
    Column("last_fired_at", UtcDateTime),
    Index(
        "ix_list_entries_one",
        "site_id",
        "kind",
        "key",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

# Which comments have met which entry, or which standing decision about a campaign.
rule_firings = Table(
    "rule_firings",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("rule_id", Id, primary_key=True),
    Column("comment_id", Id, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "site_id", "comment_id"),
    sqlite_with_rowid=False,
)

# Grows with every change of a site's entries and standing decisions: who keeps them notices.
rule_versions = Table(
    "rule_versions",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("version", BigInteger, nullable=False),
)
