"""Redacting: the texts of a comment, and what the checks said of them, replaced for good."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, update

from service.core.events import Event
from service.core.redaction import StoredSignal, StoredText
from service.store.connected import Connected
from service.store.deciding import DecidingWrites
from service.store.queue_tables import readings
from service.store.searching import SearchWrites
from service.store.tables import comments, revisions, signals, threads


class RedactionReads(Connected):
    def stored_texts(self, site_id: str, comment_id: str) -> Sequence[StoredText]:
        shown = self._connection.execute(
            select(comments.c.content).where(
                comments.c.site_id == site_id, comments.c.id == comment_id
            )
        ).scalars()
        later = self._connection.execute(
            select(revisions.c.number, revisions.c.content)
            .where(revisions.c.site_id == site_id, revisions.c.comment_id == comment_id)
            .order_by(revisions.c.number)
        )
        return [
            *(StoredText(0, content) for content in shown),
            *(StoredText(row.number, row.content) for row in later),
        ]

    def stored_signals(self, site_id: str, comment_id: str, number: int) -> Sequence[StoredSignal]:
        rows = self._connection.execute(
            select(signals.c.symbol, signals.c.detail, signals.c.spans).where(
                signals.c.site_id == site_id,
                signals.c.comment_id == comment_id,
                signals.c.revision == number,
            )
        )
        return [
            StoredSignal(row.symbol, row.detail, tuple((start, end) for start, end in row.spans))
            for row in rows
        ]


class RedactionWrites(RedactionReads, DecidingWrites, SearchWrites):
    def replace_texts(
        self, site_id: str, comment_id: str, version: int, texts: Sequence[StoredText]
    ) -> bool:
        self._lock_threads_of([(site_id, comment_id)])
        of_comment = (comments.c.site_id == site_id) & (comments.c.id == comment_id)
        touched = self._connection.execute(
            update(comments)
            .where(of_comment, comments.c.version == version)
            .values(version=comments.c.version + 1)
            .returning(comments.c.thread_id)
        ).one_or_none()
        if touched is None:
            return False
        for one in texts:
            if not one.number:
                self._connection.execute(
                    update(comments).where(of_comment).values(content=one.content)
                )
            else:
                self._connection.execute(
                    update(revisions)
                    .where(
                        revisions.c.site_id == site_id,
                        revisions.c.comment_id == comment_id,
                        revisions.c.number == one.number,
                    )
                    .values(content=one.content)
                )
        self._connection.execute(
            update(threads)
            .where(threads.c.site_id == site_id, threads.c.id == touched.thread_id)
            .values(version=threads.c.version + 1)
        )
        # What was read there, in words and in numbers, tells of the words as they were.
        self._connection.execute(
            update(readings)
            .where(readings.c.site_id == site_id, readings.c.comment_id == comment_id)
            .values(read_as=[])
        )
        self.read_anew(site_id, [comment_id])
        return True

    def replace_signals(
        self, site_id: str, comment_id: str, number: int, found: Sequence[StoredSignal]
    ) -> None:
        if not found:
            return
        self._connection.execute(
            update(signals)
            .where(
                signals.c.site_id == site_id,
                signals.c.comment_id == comment_id,
                signals.c.revision == number,
                signals.c.symbol == bindparam("of_symbol"),
            )
            .values(
                detail=bindparam("told"), spans=bindparam("places", type_=signals.c.spans.type)
            ),
            [
                {"of_symbol": one.symbol, "told": one.detail, "places": list(one.spans)}
                for one in found
            ],
        )

    def tell_of_redaction(
        self, site_id: str, comment_id: str, *, event_id: str, at: datetime
    ) -> None:
        self.tell([Event(event_id, site_id, "comment.edited", comment_id, at)])
