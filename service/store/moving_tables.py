"""The table of where imported comments came from."""

from sqlalchemy import Column, Index, LargeBinary, Table

from service.store.tables import metadata
from service.store.types import Id

# By the hash of source and id there, so that a second import doubles nothing.
moved_comments = Table(
    "moved_comments",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("key", LargeBinary, primary_key=True),
    Column("comment_id", Id, nullable=False),
    Index(None, "site_id", "comment_id"),
)
