"""Queries behind exports: everything of a site, page by page, by key."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from service.core.leaving import Leaving
from service.core.states import State
from service.store.connected import Connected
from service.store.tables import comments, contacts, threads

_LEAVING = (
    select(
        comments.c.id,
        comments.c.parent_id,
        comments.c.thread_id,
        threads.c.url.label("page_url"),
        threads.c.title.label("page_title"),
        comments.c.author_name,
        comments.c.author_url,
        comments.c.content,
        comments.c.state,
        comments.c.created_at,
        comments.c.edited_at,
        comments.c.contact_id,
        contacts.c.email_sealed,
    )
    .join(
        threads,
        (threads.c.site_id == comments.c.site_id) & (threads.c.id == comments.c.thread_id),
    )
    .outerjoin(
        contacts,
        (contacts.c.site_id == comments.c.site_id) & (contacts.c.id == comments.c.contact_id),
    )
    .order_by(comments.c.id)
)


class LeavingReads(Connected):
    def leaving_page(
        self, site_id: str, *, thread_id: str | None, after: str | None, limit: int
    ) -> Sequence[Leaving]:
        asked = _LEAVING.where(comments.c.site_id == site_id).limit(limit)
        if thread_id is not None:
            asked = asked.where(comments.c.thread_id == thread_id)
        if after is not None:
            asked = asked.where(comments.c.id > after)
        return [_leaving(row) for row in self._connection.execute(asked).mappings()]

    def thread_ids(self, site_id: str, *, after: str | None, limit: int) -> Sequence[str]:
        asked = select(threads.c.id).where(threads.c.site_id == site_id)
        if after is not None:
            asked = asked.where(threads.c.id > after)
        found = self._connection.execute(asked.order_by(threads.c.id).limit(limit)).scalars()
        return list(found)


def _leaving(row: Any) -> Leaving:
    return Leaving(**{**row, "state": State(row["state"])})
