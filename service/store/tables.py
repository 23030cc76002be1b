"""The tables. Those that grow have the primary key `(site_id, id)` and are read by site."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    false,
    text,
)

from service.store.types import Id, UtcDateTime

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"}
)

sites = Table(
    "sites",
    metadata,
    Column("id", Id, primary_key=True),
    Column("slug", String(64), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("origins", JSON, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

threads = Table(
    "threads",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("id", Id, primary_key=True),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("approved_count", Integer, nullable=False),
    Column("off", Boolean, nullable=False, server_default=false()),
    Column("created_at", UtcDateTime, nullable=False),
)

# A thread is found by the hash of its canonical address and by that of the site's own id for it.
thread_keys = Table(
    "thread_keys",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("key", LargeBinary, primary_key=True),
    Column("thread_id", Id, nullable=False),
    Index(None, "site_id", "thread_id"),
)

contacts = Table(
    "contacts",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("id", Id, primary_key=True),
    Column("email_index", LargeBinary, nullable=False),
    Column("email_sealed", LargeBinary, nullable=False),
    Column("avatar_id", String(32), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "site_id", "email_index", unique=True),
)

comments = Table(
    "comments",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("id", Id, primary_key=True),
    Column("thread_id", Id, nullable=False),
    Column("parent_id", Id),
    Column("root_id", Id, nullable=False),
    # The ids from the root to the comment itself, 16 bytes each: sorts a thread in reading order.
    Column("path", LargeBinary, nullable=False),
    Column("contact_id", Id),
    Column("author_name", Text, nullable=False),
    Column("author_url", Text),
    Column("content", Text, nullable=False),
    Column("ip_hash", LargeBinary, nullable=False),
    Column("network_hash", LargeBinary, nullable=False),
    Column("network_sealed", LargeBinary, nullable=False),
    # Only while the comment is pending, and only where a remote check is asked about it.
    Column("ip_sealed", LargeBinary),
    Column("facts", JSON, nullable=False),
    Column("state", String(10), nullable=False),
    Column("previous_state", String(10)),
    Column("version", Integer, nullable=False),
    # How many approved comments its subtree has, itself included: what readers see has some.
    Column("live", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("edited_at", UtcDateTime),
    Column("decided_at", UtcDateTime),
    # What the checks made of it, for the queue: see `core.desk_queue.severity_of`; ISO 639-1.
    Column("severity", SmallInteger, nullable=False, server_default="0"),
    Column("language", String(3)),
    # Who wrote it at the desk, for the site; None for visitors.
    Column("staff_id", Id),
    Index("ix_comments_queue", "site_id", "state", "id"),
    Index("ix_comments_severity", "site_id", "state", "severity", "id"),
    Index("ix_comments_thread", "site_id", "thread_id", "state", "id"),
    Index(
        "ix_comments_language",
        "site_id",
        "state",
        "language",
        "id",
        sqlite_where=text("language IS NOT NULL"),
        postgresql_where=text("language IS NOT NULL"),
    ),
    Index("ix_comments_contact", "site_id", "contact_id", "state", "created_at"),
    Index("ix_comments_network", "site_id", "network_hash", "created_at"),
    Index(
        "ix_comments_shown",
        "site_id",
        "thread_id",
        "root_id",
        "path",
        sqlite_where=text("live > 0"),
        postgresql_where=text("live > 0"),
    ),
    Index(
        "ix_comments_pending",
        "created_at",
        sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'"),
    ),
)

# Texts of comments that were edited: number 1 is the first one. A comment shows its latest approved
# text; at most one of its revisions is open, that is, pending or held.
revisions = Table(
    "revisions",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("comment_id", Id, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("content", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Index(
        "ix_revisions_open",
        "site_id",
        "state",
        "comment_id",
        sqlite_where=text("state IN ('pending', 'held')"),
        postgresql_where=text("state IN ('pending', 'held')"),
    ),
)

# Where keys of recent texts were seen, for finding copies; pruned after some days.
copies = Table(
    "copies",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("kind", SmallInteger, primary_key=True, autoincrement=False),
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("comment_id", Id, primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "created_at"),
    sqlite_with_rowid=False,
)

# How recent texts are compared, and which of them belong together: a campaign has the id of its
# first comment. Of a large one some are counted only.
sketches = Table(
    "sketches",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("comment_id", Id, primary_key=True),
    Column("sketch", LargeBinary, nullable=False),
    Column("campaign_id", Id, nullable=False),
    Column("counted", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_sketches_campaign", "site_id", "campaign_id", "counted", "comment_id"),
    Index(None, "created_at"),
)

signals = Table(
    "signals",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("comment_id", Id, primary_key=True),
    # 0 for the comment as it came in, else the number of a revision.
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("symbol", String(64), primary_key=True),
    Column("strength", Float, nullable=False),
    # Of what the points count for: spam, abuse, or nothing; those in shadow are not counted at all.
    Column("family", String(10)),
    Column("points", Float, nullable=False),
    Column("shadow", Boolean, nullable=False, server_default=false()),
    Column("detail", Text, nullable=False),
    Column("spans", JSON, nullable=False),
    Index("ix_signals_symbol", "site_id", "symbol", "comment_id"),
    sqlite_with_rowid=False,
)

decisions = Table(
    "decisions",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("id", Id, primary_key=True),
    Column("comment_id", Id, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("from_state", String(10), nullable=False),
    Column("to_state", String(10), nullable=False),
    Column("actor", String(10), nullable=False),
    Column("moderator_id", Id),
    Column("at", UtcDateTime, nullable=False),
    # Of a verdict: both probabilities, and what it takes to reach them again.
    Column("spam", Float),
    Column("abuse", Float),
    Column("trace", JSON(none_as_null=True)),
    Column("policy_version", Text),
    Column("note", Text, nullable=False),
    # Of a person's decision: why, which one it takes back, with which others it was made, and what
    # the comment's `previous_state` was before.
    Column("reason", String(40), nullable=False, server_default=""),
    Column("undoes", Id),
    Column("bulk_id", Id),
    Column("was_previous", String(10)),
    Index(None, "site_id", "comment_id", "id"),
    Index(
        "ix_decisions_moderator",
        "site_id",
        "moderator_id",
        "id",
        sqlite_where=text("moderator_id IS NOT NULL"),
        postgresql_where=text("moderator_id IS NOT NULL"),
    ),
)

# What sites set over the packaged policy, each version for good. The highest of a kind is in force;
# one without text stands for none.
policies = Table(
    "policies",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(10), nullable=False),
    Column("text", Text),
    Column("note", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

# How many comments came to a site in ten minutes, and how many of them were refused.
activity = Table(
    "activity",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("at", UtcDateTime, primary_key=True),
    Column("taken", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
)

# At most one of a site goes on.
surges = Table(
    "surges",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("started_at", UtcDateTime, primary_key=True),
    Column("ended_at", UtcDateTime),
    Index(
        "ix_surges_going_on",
        "site_id",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

# What happened and has yet to be told; written in the transaction of the change itself.
outbox = Table(
    "outbox",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("id", Id, primary_key=True),
    Column("event", String(64), nullable=False),
    # None for what is about no single comment, such as a surge.
    Column("comment_id", Id),
    Column("created_at", UtcDateTime, nullable=False),
    # When it was put up for delivery to whoever wants it; there may be nobody.
    Column("spread_at", UtcDateTime),
    Index(None, "created_at"),
    Index(
        "ix_outbox_new",
        "id",
        sqlite_where=text("spread_at IS NULL"),
        postgresql_where=text("spread_at IS NULL"),
    ),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("key_hash", LargeBinary, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("comment_id", Id, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "created_at"),
)

# Which secrets this database was written with (their public ids), so that a wrong one is noticed.
key_ids = Table(
    "key_ids",
    metadata,
    Column("id", String(16), primary_key=True),
)

# How far each site's own filter has come; see `core.lessons.FilterState`.
site_filters = Table(
    "site_filters",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("since", UtcDateTime),
    Column("made_of", BigInteger, nullable=False),
    Column("made_at", UtcDateTime),
    Column("snapshot", LargeBinary, nullable=False),
)

# What moderators said of texts. It all follows from `decisions`; `reading` holds no words.
lessons = Table(
    "lessons",
    metadata,
    Column("site_id", Id, primary_key=True),
    Column("comment_id", Id, primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("label", String(10), nullable=False),
    Column("teacher_id", Id),
    Column("decision_id", Id, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("reading", LargeBinary, nullable=False),
    Index(None, "site_id", "label", "decision_id"),
)
