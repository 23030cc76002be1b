"""What waits for moderators, and the mails that told them so."""

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, and_, delete, select, update

from service.core.digests import COUNTED_MAX, LISTED_MAX, DigestMark, Waiting, WaitingComment
from service.core.states import State
from service.store.connected import Connected
from service.store.digest_tables import digests, digests_off
from service.store.tables import comments, revisions, signals


class DigestReads(Connected):
    def waiting(self, site_id: str) -> Waiting | None:
        held = self._connection.execute(
            select(comments.c.id, comments.c.decided_at, comments.c.created_at)
            .where(comments.c.site_id == site_id, comments.c.state == State.HELD)
            .order_by(comments.c.id)
            .limit(COUNTED_MAX)
        ).all()
        edits = self._connection.execute(
            select(revisions.c.comment_id, revisions.c.created_at)
            .where(revisions.c.site_id == site_id, revisions.c.state == State.HELD)
            .order_by(revisions.c.comment_id)
            .limit(COUNTED_MAX)
        ).all()
        # Since when it waits: since it was held, which may be long after it came.
        since = {row.id: row.decided_at or row.created_at for row in held}
        since |= {row.comment_id: row.created_at for row in edits}
        if not since:
            return None
        longest = sorted(since, key=lambda one: (since[one], one))[:LISTED_MAX]
        why = self._heaviest(site_id, longest)
        return Waiting(
            number=min(len(held) + len(edits), COUNTED_MAX),
            since=since[longest[0]],
            newest=max(since),
            oldest=tuple(WaitingComment(one, since[one], why.get(one)) for one in longest),
        )

    def _heaviest(self, site_id: str, ids: Collection[str]) -> Mapping[str, str]:
        rows = self._connection.execute(
            select(signals.c.comment_id, signals.c.symbol)
            .where(
                signals.c.site_id == site_id,
                signals.c.comment_id.in_(ids),
                signals.c.shadow.is_(False),
            )
            .order_by(signals.c.points, signals.c.symbol)
        )
        # The last one of each comment stays, which has most points.
        return {row.comment_id: row.symbol for row in rows}

    def digest_marks(self, site_id: str) -> Mapping[str, DigestMark]:
        rows = self._connection.execute(select(digests).where(digests.c.site_id == site_id))
        return {row.moderator_id: DigestMark(row.sent_at, row.newest) for row in rows}

    def without_digests(self) -> frozenset[str]:
        return frozenset(self._connection.execute(select(digests_off.c.moderator_id)).scalars())


class DigestWrites(DigestReads):
    def mark_digest(
        self,
        site_id: str,
        moderator_id: str,
        mark: DigestMark,
        *,
        before: DigestMark | None,
    ) -> bool:
        values = {"sent_at": mark.sent_at, "newest": mark.newest}
        if before is None:
            made = self._connection.execute(
                self._insert(digests)
                .values(site_id=site_id, moderator_id=moderator_id, **values)
                .on_conflict_do_nothing()
                .returning(digests.c.site_id)
            ).one_or_none()
            return made is not None
        changed = self._connection.execute(
            update(digests)
            .where(_is_digest(site_id, moderator_id), digests.c.sent_at == before.sent_at)
            .values(values)
        )
        return changed.rowcount == 1

    def want_digests(self, moderator_id: str, *, wanted: bool) -> None:
        if wanted:
            self._connection.execute(
                delete(digests_off).where(digests_off.c.moderator_id == moderator_id)
            )
        else:
            self._connection.execute(
                self._insert(digests_off).values(moderator_id=moderator_id).on_conflict_do_nothing()
            )


def _is_digest(site_id: str, moderator_id: str) -> ColumnElement[bool]:
    return and_(digests.c.site_id == site_id, digests.c.moderator_id == moderator_id)
