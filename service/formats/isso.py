"""Isso's database: an SQLite file with a table of threads and one of comments.

Its pages are paths, so that a rule has to say where they are: `/=https://news.example/`.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from service.core.errors import BadFile
from service.core.moved import Moved, Row, Unread
from service.core.states import State

_STATES = {1: State.APPROVED, 2: State.HELD, 4: State.DELETED}
_ALL = """
    SELECT c.id, c.parent, c.created, c.modified, c.mode, c.remote_addr, c.text, c.author, c.email,
        c.website, t.uri, t.title
    FROM comments c JOIN threads t ON t.id = c.tid ORDER BY c.id
"""


def read(file: IO[bytes]) -> Iterator[Row]:
    """Every comment of the database, which is not written to. Raises `BadFile`."""
    with tempfile.TemporaryDirectory() as folder:
        # A copy: SQLite wants a path, and would look for a journal beside the original.
        copy = Path(folder) / "isso.db"
        with copy.open("wb") as target:
            shutil.copyfileobj(file, target)
        try:
            with closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro", uri=True)) as database:
                database.execute("PRAGMA trusted_schema = OFF")
                for row in database.execute(_ALL):
                    yield _row(*row)
        except (sqlite3.DatabaseError, OverflowError):
            raise BadFile("It is no database of Isso, or a damaged one.") from None


def _row(*told: Any) -> Row:
    number, parent, created, modified, mode, ip, text, author, email, website, uri, title = told
    state, at = _STATES.get(mode), _time(created)
    if state is None:
        return Unread(str(number), "Its state is not known.")
    if at is None:
        return Unread(str(number), "It has no time.")
    return Moved(
        source_id=str(number),
        parent_id=str(parent) if parent is not None else None,
        page_url=_text(uri) or "",
        page_id=None,
        page_title=_text(title) or "",
        author_name=_text(author) or "",
        author_email=_text(email),
        author_url=_text(website),
        content=_text(text) or "",
        state=state,
        created_at=at,
        ip=_text(ip),
        edited_at=_time(modified),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _time(seconds: object) -> datetime | None:
    """Seconds since 1970, in UTC."""
    if not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None
