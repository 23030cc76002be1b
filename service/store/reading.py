"""Queries behind what readers see: a page of a thread in reading order, paged by key."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import LargeBinary, Row, bindparam, literal_column, select, tuple_

from service.core.comment import PublicComment, Thread
from service.core.records import PageMark
from service.core.states import State
from service.store.connected import Connected
from service.store.tables import comments, contacts
from service.store.types import Id

# Readers see what has an approved comment in its subtree; the partial index holds just those.
_SHOWN = (
    select(
        comments.c.id,
        comments.c.parent_id,
        comments.c.root_id,
        comments.c.path,
        comments.c.author_name,
        comments.c.author_url,
        comments.c.content,
        comments.c.state,
        comments.c.created_at,
        comments.c.edited_at,
        comments.c.staff_id,
        contacts.c.avatar_id,
    )
    .select_from(
        comments.outerjoin(
            contacts,
            (contacts.c.site_id == comments.c.site_id) & (contacts.c.id == comments.c.contact_id),
        )
    )
    .where(
        comments.c.site_id == bindparam("site_id"),
        comments.c.thread_id == bindparam("thread_id"),
        # Written out, so that the partial index is seen to serve it.
        comments.c.live > literal_column("0"),
    )
    .limit(bindparam("limit"))
)
_OLDEST = _SHOWN.order_by(comments.c.root_id, comments.c.path)
_OLDEST_AFTER = _OLDEST.where(
    # Inside a tuple a parameter does not learn its type from the column beside it.
    tuple_(comments.c.root_id, comments.c.path)
    > tuple_(bindparam("root_id", type_=Id), bindparam("path", type_=LargeBinary))
)
_NEWEST = _SHOWN.order_by(comments.c.root_id.desc(), comments.c.path)
_REST_OF_ROOT = _SHOWN.where(
    comments.c.root_id == bindparam("root_id"), comments.c.path > bindparam("path")
).order_by(comments.c.path)
_NEWEST_BELOW = _NEWEST.where(comments.c.root_id < bindparam("root_id"))


class ThreadReads(Connected):
    def thread_page(
        self, thread: Thread, *, newest_first: bool, after: PageMark | None, limit: int
    ) -> Sequence[tuple[PublicComment, PageMark]]:
        where: dict[str, Any] = {
            "site_id": thread.site_id,
            "thread_id": thread.id,
            "limit": limit,
        }
        if after is None:
            rows = self._rows(_NEWEST if newest_first else _OLDEST, where)
        else:
            where |= {"root_id": after.root_id, "path": after.path}
            if newest_first:
                # Two steps, so that each is one range of the index.
                rows = self._rows(_REST_OF_ROOT, where)
                if len(rows) < limit:
                    rest = {name: value for name, value in where.items() if name != "path"}
                    rows += self._rows(_NEWEST_BELOW, {**rest, "limit": limit - len(rows)})
            else:
                rows = self._rows(_OLDEST_AFTER, where)
        return [(_public(row), PageMark(row.root_id, bytes(row.path))) for row in rows]

    def _rows(self, statement: Any, where: dict[str, Any]) -> list[Row[Any]]:
        return list(self._connection.execute(statement, where).all())


def _public(row: Row[Any]) -> PublicComment:
    removed = row.state != State.APPROVED
    return PublicComment(
        id=row.id,
        parent_id=row.parent_id,
        depth=len(row.path) // 16 - 1,
        author_name="" if removed else row.author_name,
        author_url=None if removed else row.author_url,
        avatar_id="" if removed else row.avatar_id or "",
        content="" if removed else row.content,
        created_at=row.created_at,
        edited_at=None if removed else row.edited_at,
        removed=removed,
        staff=row.staff_id is not None and not removed,
    )
