"""Events into the outbox, in the transaction of what they tell."""

from collections.abc import Sequence

from sqlalchemy import insert

from service.core.events import Event
from service.store.connected import Connected
from service.store.tables import outbox


class TellingWrites(Connected):
    has_told = False
    """Whether this transaction leaves something to be told, once it is committed."""

    def tell(self, events: Sequence[Event]) -> None:
        if not events:
            return
        self.has_told = True
        self._connection.execute(
            insert(outbox),
            [
                {
                    "site_id": one.site_id,
                    "id": one.id,
                    "event": one.name,
                    "comment_id": one.comment_id,
                    "created_at": one.at,
                }
                for one in events
            ],
        )
