"""What look-ups need of a batch: sealed addresses, and the pages that comments stand on."""

from collections.abc import Collection, Mapping

from sqlalchemy import select

from service.store.connected import Connected
from service.store.tables import comments, contacts, threads


class LookUpReads(Connected):
    def sealed_emails(self, site_id: str, contact_ids: Collection[str]) -> Mapping[str, bytes]:
        if not contact_ids:
            return {}
        rows = self._connection.execute(
            select(contacts.c.id, contacts.c.email_sealed).where(
                contacts.c.site_id == site_id, contacts.c.id.in_(contact_ids)
            )
        )
        return {row.id: bytes(row.email_sealed) for row in rows}

    def sealed_ips(self, site_id: str, comment_ids: Collection[str]) -> Mapping[str, bytes]:
        if not comment_ids:
            return {}
        rows = self._connection.execute(
            select(comments.c.id, comments.c.ip_sealed).where(
                comments.c.site_id == site_id,
                comments.c.id.in_(comment_ids),
                comments.c.ip_sealed.is_not(None),
            )
        )
        return {row.id: bytes(row.ip_sealed) for row in rows}

    def thread_urls(self, site_id: str, thread_ids: Collection[str]) -> Mapping[str, str]:
        if not thread_ids:
            return {}
        rows = self._connection.execute(
            select(threads.c.id, threads.c.url).where(
                threads.c.site_id == site_id, threads.c.id.in_(thread_ids)
            )
        )
        return {row.id: row.url for row in rows}
