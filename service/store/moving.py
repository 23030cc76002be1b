"""Comments that move in: found by where they came from, and stored in the states they have."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select

from service.core.moved import Place, Settled
from service.core.states import State
from service.store.arriving import comment_values
from service.store.connected import Connected
from service.store.deciding import decision_values
from service.store.moving_tables import moved_comments
from service.store.rows import KEY_BYTES
from service.store.screening import ScreeningWrites
from service.store.tables import comments, decisions

_PLACE = (comments.c.id, comments.c.thread_id, comments.c.path)


class MovingReads(Connected):
    def moved_places(
        self, site_id: str, source: str, source_ids: Collection[str]
    ) -> Mapping[str, Place]:
        keys = {moved_key(source, one): one for one in source_ids}
        rows = self._connection.execute(
            select(moved_comments.c.key, *_PLACE)
            .join(
                comments,
                (comments.c.site_id == moved_comments.c.site_id)
                & (comments.c.id == moved_comments.c.comment_id),
            )
            .where(moved_comments.c.site_id == site_id, moved_comments.c.key.in_(keys))
        )
        return {keys[bytes(row.key)]: _place(row) for row in rows}

    def places_of(self, site_id: str, comment_ids: Collection[str]) -> Mapping[str, Place]:
        rows = self._connection.execute(
            select(*_PLACE).where(comments.c.site_id == site_id, comments.c.id.in_(comment_ids))
        )
        return {row.id: _place(row) for row in rows}


class MovingWrites(ScreeningWrites):
    def add_moved(self, site_id: str, source: str, moved: Sequence[Settled]) -> None:
        if not moved:
            return
        self._connection.execute(insert(comments), [_values(one) for one in moved])
        self._connection.execute(
            insert(moved_comments),
            [
                {
                    "site_id": site_id,
                    "key": moved_key(source, one.source_id),
                    "comment_id": one.comment.id,
                }
                for one in moved
            ],
        )
        made = [decision_values(one.decision) for one in moved if one.decision is not None]
        if made:
            # Without an event: nobody wants to be told of what happened years ago.
            self._connection.execute(insert(decisions), made)
        self._show(
            [
                (site_id, one.comment.thread_id, one.comment.path)
                for one in moved
                if one.state is State.APPROVED
            ],
            by=1,
        )
        self.read_anew(site_id, [one.comment.id for one in moved])


def moved_key(source: str, source_id: str) -> bytes:
    text = f"{source}\0{source_id}".encode()
    return hashlib.blake2b(text, digest_size=KEY_BYTES).digest()


def _values(one: Settled) -> dict[str, Any]:
    decided_at = one.decision.at if one.decision is not None else None
    return comment_values(one.comment) | {
        "state": one.state,
        "edited_at": one.edited_at,
        "decided_at": decided_at,
        "lease_until": None,
        "previous_state": State.HELD if one.state is State.DELETED else None,
    }


def _place(row: Any) -> Place:
    return Place(row.id, row.thread_id, bytes(row.path))
