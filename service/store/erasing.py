"""Erasing: all that is kept of somebody's comments, overwritten or deleted."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, delete, null, select, update

from service.core.comment import CommentHead, DoorFacts
from service.core.lists import EntryKind
from service.core.states import State
from service.store.connected import Connected
from service.store.flag_tables import flags
from service.store.list_tables import list_entries, rule_firings
from service.store.reads import HEAD_COLUMNS, head_from
from service.store.rows import facts_to_json
from service.store.ruling_tables import ruling_texts
from service.store.searching import SearchWrites
from service.store.tables import (
    comments,
    contacts,
    copies,
    decisions,
    revisions,
    signals,
    sketches,
)


class ErasureReads(Connected):
    def erasable(self, site_id: str, contact_id: str, *, limit: int) -> Sequence[CommentHead]:
        rows = self._connection.execute(
            select(*HEAD_COLUMNS)
            .where(
                comments.c.site_id == site_id,
                comments.c.contact_id == contact_id,
                comments.c.state != State.ERASED,
            )
            .limit(limit)
        )
        return [head_from(row) for row in rows]


class ErasureWrites(ErasureReads, SearchWrites):
    def forget_comments(self, site_id: str, comment_ids: Collection[str]) -> Mapping[str, int]:
        ids = sorted(comment_ids)
        if not ids:
            return {}
        self._connection.execute(
            update(comments)
            .where(comments.c.site_id == site_id, comments.c.id.in_(ids))
            .values(
                previous_state=None,
                contact_id=None,
                author_name="",
                author_url=None,
                content="",
                ip_hash=b"",
                network_hash=b"",
                network_sealed=b"",
                ip_sealed=None,
                facts=facts_to_json(DoorFacts()),
                edited_at=None,
                severity=0,
                language=None,
            )
        )
        gone: Counter[str] = Counter()
        for kind, table in (
            ("revisions", revisions),
            ("signals", signals),
            ("fingerprints", copies),
            ("fingerprints", sketches),
            ("fingerprints", ruling_texts),
            ("fingerprints", rule_firings),
        ):
            gone[kind] += self._deleted(table, site_id, ids)
        # That it was decided, by whom and when, stays; what was seen and said goes.
        gone["decisions"] = self._changed(
            decisions, site_id, ids, {"trace": null(), "note": "", "spam": None, "abuse": None}
        )
        # A report tells of the comment, an appeal is its author's.
        gone["flags"] = self._changed(flags, site_id, ids, {"text": ""})
        self._taken_out(site_id, ids)
        return gone

    def forget_contact(self, site_id: str, contact_id: str) -> int:
        still = select(comments.c.id).where(
            comments.c.site_id == site_id, comments.c.contact_id == contact_id
        )
        return self._connection.execute(
            delete(contacts).where(
                contacts.c.site_id == site_id, contacts.c.id == contact_id, ~still.exists()
            )
        ).rowcount

    def forget_address_entries(self, site_id: str, keys: Collection[str]) -> Sequence[str]:
        rows = self._connection.execute(
            delete(list_entries)
            .where(
                list_entries.c.site_id == site_id,
                list_entries.c.kind == EntryKind.ADDRESS,
                list_entries.c.key.in_(keys),
            )
            .returning(list_entries.c.id)
        )
        return list(rows.scalars())

    def _deleted(self, table: Table, site_id: str, ids: Sequence[str]) -> int:
        return self._connection.execute(
            delete(table).where(table.c.site_id == site_id, table.c.comment_id.in_(ids))
        ).rowcount

    def _changed(
        self, table: Table, site_id: str, ids: Sequence[str], values: Mapping[str, Any]
    ) -> int:
        return self._connection.execute(
            update(table)
            .where(table.c.site_id == site_id, table.c.comment_id.in_(ids))
            .values(**values)
        ).rowcount
