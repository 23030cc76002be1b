"""Tables of the record of what people did; see `core.chain` for what makes them chains."""

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, Text

from service.store.tables import metadata
from service.store.types import Id, UtcDateTime

audit = Table(
    "audit",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("event", String(64), nullable=False),
    Column("doer_kind", String(10), nullable=False),
    Column("doer_id", Id),
    Column("about", Text, nullable=False),
    # None, both of them, once erased.
    Column("payload", Text),
    Column("salt", LargeBinary),
    Column("payload_digest", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("stamp", LargeBinary, nullable=False),
    Index("ix_audit_at", "site_id", "at", "number"),
    Index("ix_audit_doer", "site_id", "doer_id", "at", "number"),
    Index("ix_audit_event", "site_id", "event", "at", "number"),
    Index("ix_audit_about", "site_id", "about"),
)

# The last link of each chain; its row is what those who append wait for.
audit_heads = Table(
    "audit_heads",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("stamp", LargeBinary, nullable=False),
)
