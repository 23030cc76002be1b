"""What the desk's queue is counted and searched by; all of it follows from `comments`."""

from sqlalchemy import JSON, BigInteger, Column, Index, String, Table, Text
from sqlalchemy.dialects.postgresql import TSVECTOR

from service.store.tables import metadata
from service.store.types import Id

# How many comments of a site are in each state but `pending`, held edits among the held: the sum of
# the parts. Triggers keep it, so that it is right whoever changes a state. On SQLite, which has one
# writer, there is one part; on PostgreSQL each change adds a part, since all who write would
# otherwise wait for one another at one row, and the sweeper sums them up.
state_counts = Table(
    "state_counts",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("state", String(10), primary_key=True),
    Column("part", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
)

# By which words a comment is found (`core.search`), and where its text, or an edit's, reads
# otherwise than it was written. SQLite's full-text table `found_words` knows rows by `number` and
# keeps no texts; PostgreSQL has an index of the words, and no use for the number.
readings = Table(
    "readings",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("comment_id", Id, primary_key=True),
    Column("number", BigInteger),
    Column("words", Text().with_variant(TSVECTOR(), "postgresql"), nullable=False),
    Column("read_as", JSON, nullable=False),
    Index("ix_readings_number", "number", unique=True),
    Index("ix_readings_words", "words", postgresql_using="gin").ddl_if(dialect="postgresql"),
)

SITE_WORD = "0"
"""Before a site's id in hexadecimal: a word of all its comments, longer than any other."""


def site_word(site_id: str) -> str:
    return SITE_WORD + site_id.replace("-", "")
