"""The query behind feeds: a range of one index, from its end."""

from collections.abc import Sequence

from sqlalchemy import select

from service.core.feeds import FeedEntry
from service.core.states import State
from service.store.connected import Connected
from service.store.tables import comments, threads

_SHOWN = (
    select(
        comments.c.id,
        comments.c.parent_id,
        threads.c.url.label("thread_url"),
        threads.c.title.label("thread_title"),
        comments.c.author_name,
        comments.c.author_url,
        comments.c.content,
        comments.c.created_at,
        comments.c.edited_at,
    )
    .join(
        threads,
        (threads.c.site_id == comments.c.site_id) & (threads.c.id == comments.c.thread_id),
    )
    .where(comments.c.state == State.APPROVED, ~threads.c.off)
    .order_by(comments.c.id.desc())
)


class FeedReads(Connected):
    def newest_shown(
        self, site_id: str, thread_id: str | None, *, limit: int
    ) -> Sequence[FeedEntry]:
        asked = _SHOWN.where(comments.c.site_id == site_id).limit(limit)
        if thread_id is not None:
            asked = asked.where(comments.c.thread_id == thread_id)
        return [FeedEntry(**row) for row in self._connection.execute(asked).mappings()]
