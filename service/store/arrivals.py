"""What has come to stand in the queue lately, and who an address belongs to."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from service.core.desk_queue import QueueFilter, first_id_at
from service.store.queueing import QueueReads
from service.store.tables import contacts, decisions


class ArrivalReads(QueueReads):
    def arrived(self, wanted: QueueFilter, *, since: datetime, at_most: int) -> int:
        # Decisions are few since a page was loaded, and their ids say when they were taken.
        reached = [decisions.c.to_state == wanted.state] if wanted.state is not None else []
        rows = self._connection.execute(
            select(decisions.c.site_id, decisions.c.comment_id)
            .where(
                decisions.c.site_id.in_([site.id for site in wanted.sites]),
                decisions.c.id >= first_id_at(since),
                *reached,
            )
            .limit(at_most)
        )
        few = {(row.site_id, row.comment_id) for row in rows}
        return len(self.keys_among(wanted, few, limit=at_most)) if few else 0

    def contacts_of(self, indexes: Collection[tuple[str, bytes]]) -> Collection[str]:
        rows = self._connection.execute(
            select(contacts.c.id, contacts.c.site_id, contacts.c.email_index).where(
                contacts.c.site_id.in_({site_id for site_id, _ in indexes}),
                contacts.c.email_index.in_({index for _, index in indexes}),
            )
        )
        return [row.id for row in rows if (row.site_id, bytes(row.email_index)) in indexes]
