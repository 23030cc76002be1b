"""Tables of mails to people at the desk: who wants none, and when the last ones went."""

from sqlalchemy import Column, Table

from service.store.tables import metadata
from service.store.types import Id, UtcDateTime

digests = Table(
    "digests",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("moderator_id", Id, primary_key=True),
    Column("sent_at", UtcDateTime, nullable=False),
    Column("newest", Id, nullable=False),
)

# Whoever has a row wants no digests.
digests_off = Table(
    "digests_off",
    metadata,
    Column("moderator_id", Id, primary_key=True),
)
