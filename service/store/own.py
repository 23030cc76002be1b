"""Queries for authors: their own comment, published or not."""

from sqlalchemy import select

from service.core.own import OwnComment
from service.core.states import State
from service.store.connected import Connected
from service.store.tables import comments, revisions, threads


class OwnReads(Connected):
    def own_comment(self, site_id: str, comment_id: str) -> OwnComment | None:
        row = self._connection.execute(
            select(
                comments.c.state,
                comments.c.content,
                comments.c.created_at,
                threads.c.url,
                threads.c.title,
            )
            .join(
                threads,
                (threads.c.site_id == comments.c.site_id) & (threads.c.id == comments.c.thread_id),
            )
            .where(comments.c.site_id == site_id, comments.c.id == comment_id)
        ).one_or_none()
        if row is None or row.state == State.ERASED:
            return None
        edit = self._connection.execute(
            select(revisions.c.state)
            .where(
                revisions.c.site_id == site_id,
                revisions.c.comment_id == comment_id,
                revisions.c.number > 1,
            )
            .order_by(revisions.c.number.desc())
            .limit(1)
        ).scalar()
        return OwnComment(
            id=comment_id,
            site_id=site_id,
            state=State(row.state),
            content=row.content,
            created_at=row.created_at,
            thread_url=row.url,
            thread_title=row.title,
            edit=State(edit) if edit is not None else None,
        )
