"""What the desk's queue is ordered, counted and searched by.

Revision ID: 0011
Revises: 0010
"""

import uuid
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service.core.search import words_of
from service.store.queue_tables import site_word

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

CHUNK = 1_000

# One row a site and state: there is one writer.
_SQLITE_ADD = (
    "INSERT INTO state_counts (site_id, state, part, number)"
    " VALUES ({row}.site_id, {state}, 0, {by})"
    " ON CONFLICT (site_id, state, part) DO UPDATE SET number = number + excluded.number;"
)


def _sqlite_triggers() -> Iterator[str]:
    def add(row: str, by: int, state: str | None = None) -> str:
        return _SQLITE_ADD.format(row=row, by=by, state=state or f"{row}.state")

    held = "'held'"
    yield f"""CREATE TRIGGER count_new_comments AFTER INSERT ON comments
        WHEN new.state <> 'pending' BEGIN {add("new", 1)} END"""
    yield f"""CREATE TRIGGER count_left_comments AFTER UPDATE OF state ON comments
        WHEN old.state <> new.state AND old.state <> 'pending' BEGIN {add("old", -1)} END"""
    yield f"""CREATE TRIGGER count_reached_comments AFTER UPDATE OF state ON comments
        WHEN old.state <> new.state AND new.state <> 'pending' BEGIN {add("new", 1)} END"""
    yield f"""CREATE TRIGGER count_gone_comments AFTER DELETE ON comments
        WHEN old.state <> 'pending' BEGIN {add("old", -1)} END"""
    yield f"""CREATE TRIGGER count_new_edits AFTER INSERT ON revisions
        WHEN new.state = 'held' BEGIN {add("new", 1, held)} END"""
    yield f"""CREATE TRIGGER count_left_edits AFTER UPDATE OF state ON revisions
        WHEN old.state <> new.state AND old.state = 'held' BEGIN {add("old", -1, held)} END"""
    yield f"""CREATE TRIGGER count_reached_edits AFTER UPDATE OF state ON revisions
        WHEN old.state <> new.state AND new.state = 'held' BEGIN {add("new", 1, held)} END"""
    yield f"""CREATE TRIGGER count_gone_edits AFTER DELETE ON revisions
        WHEN old.state = 'held' BEGIN {add("old", -1, held)} END"""


# Each change is a row of its own, so that nobody waits for anybody; see `settle_counts`.
_POSTGRESQL = (
    "CREATE SEQUENCE state_counts_part",
    """CREATE FUNCTION count_state(site uuid, reached text, by bigint) RETURNS void
        LANGUAGE sql AS $$
        INSERT INTO state_counts (site_id, state, part, number)
        VALUES (site, reached, nextval('state_counts_part'), by) $$""",
    """CREATE FUNCTION count_comment() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP <> 'INSERT' AND old.state <> 'pending' THEN
                PERFORM count_state(old.site_id, old.state, -1);
            END IF;
            IF TG_OP <> 'DELETE' AND new.state <> 'pending' THEN
                PERFORM count_state(new.site_id, new.state, 1);
            END IF;
            RETURN NULL;
        END $$""",
    """CREATE FUNCTION count_edit() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP <> 'INSERT' AND old.state = 'held' THEN
                PERFORM count_state(old.site_id, 'held', -1);
            END IF;
            IF TG_OP <> 'DELETE' AND new.state = 'held' THEN
                PERFORM count_state(new.site_id, 'held', 1);
            END IF;
            RETURN NULL;
        END $$""",
    """CREATE TRIGGER count_changed_comments AFTER UPDATE OF state ON comments FOR EACH ROW
        WHEN (old.state IS DISTINCT FROM new.state) EXECUTE FUNCTION count_comment()""",
    """CREATE TRIGGER count_new_comments AFTER INSERT ON comments FOR EACH ROW
        WHEN (new.state <> 'pending') EXECUTE FUNCTION count_comment()""",
    """CREATE TRIGGER count_gone_comments AFTER DELETE ON comments FOR EACH ROW
        WHEN (old.state <> 'pending') EXECUTE FUNCTION count_comment()""",
    """CREATE TRIGGER count_changed_edits AFTER UPDATE OF state ON revisions FOR EACH ROW
        WHEN (old.state IS DISTINCT FROM new.state) EXECUTE FUNCTION count_edit()""",
    """CREATE TRIGGER count_new_edits AFTER INSERT ON revisions FOR EACH ROW
        WHEN (new.state = 'held') EXECUTE FUNCTION count_edit()""",
    """CREATE TRIGGER count_gone_edits AFTER DELETE ON revisions FOR EACH ROW
        WHEN (old.state = 'held') EXECUTE FUNCTION count_edit()""",
)


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.add_column(
        "comments", sa.Column("severity", sa.SmallInteger(), nullable=False, server_default="0")
    )
    op.add_column("comments", sa.Column("language", sa.String(3), nullable=True))
    op.create_index("ix_comments_severity", "comments", ["site_id", "state", "severity", "id"])
    op.create_index("ix_comments_thread", "comments", ["site_id", "thread_id", "state", "id"])
    op.create_index(
        "ix_comments_language",
        "comments",
        ["site_id", "state", "language", "id"],
        sqlite_where=sa.text("language IS NOT NULL"),
        postgresql_where=sa.text("language IS NOT NULL"),
    )
    op.create_index("ix_signals_symbol", "signals", ["site_id", "symbol", "comment_id"])
    op.create_table(
        "state_counts",
        sa.Column("site_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("part", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "state", "part", name=op.f("pk_state_counts")),
    )
    op.create_table(
        "readings",
        sa.Column("site_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("comment_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column(
            "words", sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=False
        ),
        sa.Column("read_as", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "comment_id", name=op.f("pk_readings")),
    )
    op.create_index("ix_readings_number", "readings", ["number"], unique=True)
    if is_sqlite:
        # Words come ready-made, so the simplest of tokenizers does; nothing but which comments have
        # a word is kept.
        op.execute(
            "CREATE VIRTUAL TABLE found_words USING"
            " fts5(words, content='', detail=none, columnsize=0, tokenize='ascii')"
        )
        for trigger in _sqlite_triggers():
            op.execute(trigger)
    else:
        op.create_index("ix_readings_words", "readings", ["words"], postgresql_using="gin")
        for statement in _POSTGRESQL:
            op.execute(statement)
    op.execute(
        "INSERT INTO state_counts (site_id, state, part, number)"
        " SELECT site_id, state, 0, count(*) FROM (SELECT site_id, state FROM comments"
        " WHERE state <> 'pending' UNION ALL SELECT site_id, state FROM revisions"
        " WHERE state = 'held') AS counted GROUP BY site_id, state"
    )
    _rank_what_is_there()
    _read_what_is_there(is_sqlite=is_sqlite)


def _rank_what_is_there() -> None:
    op.execute(
        "UPDATE comments SET severity = coalesce((SELECT CAST(round(max("
        "CASE WHEN spam > abuse THEN spam ELSE abuse END) * 999) AS integer) FROM decisions"
        " WHERE decisions.site_id = comments.site_id AND decisions.comment_id = comments.id"
        " AND actor = 'checks' AND revision = 0 AND spam IS NOT NULL), 0)"
    )


def _read_what_is_there(*, is_sqlite: bool) -> None:
    connection = op.get_bind()
    number = 0
    rows = connection.execute(
        sa.text(
            "SELECT site_id, id, author_name, author_url, content FROM comments"
            " WHERE state NOT IN ('pending', 'erased')"
        ).execution_options(yield_per=CHUNK)
    )
    for chunk in rows.partitions(CHUNK):
        values = []
        for row in chunk:
            number += 1
            site_id = str(uuid.UUID(str(row.site_id)))
            words = words_of([row.author_name, row.author_url or "", row.content])
            values.append(
                {
                    "site_id": row.site_id,
                    "comment_id": row.id,
                    "number": number if is_sqlite else None,
                    "words": f"{site_word(site_id)} {words}",
                }
            )
        connection.execute(
            sa.text(
                "INSERT INTO readings (site_id, comment_id, number, words, read_as) VALUES"
                " (:site_id, :comment_id, :number, "
                + (":words" if is_sqlite else "CAST(:words AS tsvector)")
                + ", '[]')"
            ),
            values,
        )
        if is_sqlite:
            connection.execute(
                sa.text("INSERT INTO found_words (rowid, words) VALUES (:number, :words)"), values
            )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE found_words")
        for kind in ("comments", "edits"):
            for event in (f"new_{kind}", f"left_{kind}", f"reached_{kind}", f"gone_{kind}"):
                op.execute(f"DROP TRIGGER count_{event}")
    else:
        for table, name in (
            ("comments", "count_changed_comments"),
            ("comments", "count_new_comments"),
            ("comments", "count_gone_comments"),
            ("revisions", "count_changed_edits"),
            ("revisions", "count_new_edits"),
            ("revisions", "count_gone_edits"),
        ):
            op.execute(f"DROP TRIGGER {name} ON {table}")
        for function in ("count_comment()", "count_edit()", "count_state(uuid, text, bigint)"):
            op.execute(f"DROP FUNCTION {function}")
        op.execute("DROP SEQUENCE state_counts_part")
    op.drop_table("readings")
    op.drop_table("state_counts")
    op.drop_index("ix_signals_symbol", "signals")
    for index in ("language", "thread", "severity"):
        op.drop_index(f"ix_comments_{index}", "comments")
    op.drop_column("comments", "language")
    op.drop_column("comments", "severity")
