"""Tables of what moderators do beside single decisions: bulk actions, and a site's reasons."""

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Table, Text, text

from service.store.tables import metadata
from service.store.types import Id, UtcDateTime

# What moderators of a site give as reasons, where that is not the set that every site begins with.
reasons = Table(
    "reasons",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("code", String(40), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("retired", Boolean, nullable=False),
    Column("texts", JSON, nullable=False),
)

# A bulk action; one over several sites has a row, with the same id, at each of them.
bulk_actions = Table(
    "bulk_actions",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("id", Id, primary_key=True),
    Column("moderator_id", Id, nullable=False),
    # What is done to each; none where another bulk action is undone.
    Column("action", String(10)),
    Column("undoes", Id),
    Column("reason", String(40), nullable=False),
    Column("note", Text, nullable=False),
    Column("total", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    # When the moderator, who had seen the number, said yes; when somebody last worked on it; when
    # there was nothing left to do, or when it was stopped, and why.
    Column("confirmed_at", UtcDateTime),
    Column("worked_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("stopped", String(20), nullable=False),
    Index("ix_bulk_actions_moderator", "site_id", "moderator_id", "id"),
    Index(
        "ix_bulk_actions_open",
        "confirmed_at",
        sqlite_where=text("ended_at IS NULL AND confirmed_at IS NOT NULL"),
        postgresql_where=text("ended_at IS NULL AND confirmed_at IS NOT NULL"),
    ),
)

# Each comment, or edit of one, as it was when they were counted; then what became of it.
bulk_items = Table(
    "bulk_items",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("bulk_id", Id, primary_key=True),
    Column("comment_id", Id, primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    # "" until it is its turn.
    Column("outcome", String(12), nullable=False),
    Column("decision_id", Id),
    Index("ix_bulk_items_outcome", "site_id", "bulk_id", "outcome", "comment_id", "revision"),
)
