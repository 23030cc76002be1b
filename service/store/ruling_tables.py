"""The tables of rulings: standing decisions about campaigns."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table, Text

from service.store.tables import metadata
from service.store.types import Id, UtcDateTime

rulings = Table(
    "rulings",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("id", Id, primary_key=True),
    # What the campaign was called then; campaigns that grow together have one name.
    Column("campaign_id", Id, nullable=False),
    Column("action", String(10), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("note", Text, nullable=False),
    Column("moderator_id", Id, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("ended_by", Id),
    Column("ended_at", UtcDateTime),
    Column("taken_back", Boolean, nullable=False),
)

# The texts that a ruling is about; unlike sketches they stay as long as it does.
ruling_texts = Table(
    "ruling_texts",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("ruling_id", Id, primary_key=True),
    Column("comment_id", Id, primary_key=True),
    Column("digest", BigInteger, nullable=False),
    Column("sketch", LargeBinary, nullable=False),
)

# The comments that a ruling is carried out on, one after the other, and what became of each.
ruling_items = Table(
    "ruling_items",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("ruling_id", Id, primary_key=True),
    Column("comment_id", Id, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("decision_id", Id),
    Index("ix_ruling_items_outcome", "site_id", "ruling_id", "outcome", "comment_id"),
)
