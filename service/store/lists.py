"""Lists: their entries, who met them, and what comparing comments with them takes."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, func, null, or_, select, tuple_, update

from service.core.comment import Draft
from service.core.listing import EntryFilter, Excerpt, Firing, Place
from service.core.lists import ALL_SITES, Effect, EntryKind, ListEntry
from service.core.states import State
from service.store.connected import Connected
from service.store.list_tables import list_entries, rule_firings, rule_versions
from service.store.rows import by_site, draft_from
from service.store.tables import comments

_DRAFT = (
    comments.c.id,
    comments.c.site_id,
    comments.c.thread_id,
    comments.c.contact_id,
    comments.c.network_hash,
    comments.c.author_name,
    comments.c.author_url,
    comments.c.content,
    comments.c.facts,
    comments.c.created_at,
    comments.c.attempt,
)
EXCERPT_CHARS = 300
KEYS_AT_ONCE = 500
"""SQLite takes 32,766 variables a statement, and fewer if built otherwise."""


class ListReads(Connected):
    def rule_versions(self, site_ids: Collection[str]) -> Mapping[str, int]:
        rows = self._connection.execute(
            select(rule_versions).where(rule_versions.c.site_id.in_(site_ids))
        )
        return {row.site_id: row.version for row in rows}

    def entries_in_force(self, site_id: str, *, now: datetime) -> Sequence[ListEntry]:
        rows = self._connection.execute(
            select(list_entries)
            .where(list_entries.c.site_id == site_id, _in_force(now))
            .order_by(list_entries.c.id)
        )
        return [_entry(row) for row in rows]

    def entry(self, site_id: str, entry_id: str) -> ListEntry | None:
        row = self._connection.execute(
            select(list_entries).where(
                list_entries.c.site_id == site_id, list_entries.c.id == entry_id
            )
        ).one_or_none()
        return _entry(row) if row is not None else None

    def entry_page(
        self, asked: EntryFilter, *, after: str | None, limit: int
    ) -> Sequence[ListEntry]:
        force = _in_force(asked.now)
        statement = select(list_entries).where(
            list_entries.c.site_id == asked.site_id, ~force if asked.ended else force
        )
        if asked.kind is not None:
            statement = statement.where(list_entries.c.kind == asked.kind)
        if asked.effect is not None:
            statement = statement.where(list_entries.c.effect == asked.effect)
        if asked.text:
            statement = statement.where(
                or_(
                    list_entries.c.value.icontains(asked.text, autoescape=True),
                    list_entries.c.note.icontains(asked.text, autoescape=True),
                )
            )
        if after is not None:
            statement = statement.where(list_entries.c.id < after)
        rows = self._connection.execute(statement.order_by(list_entries.c.id.desc()).limit(limit))
        return [_entry(row) for row in rows]

    def entry_counts(
        self, site_id: str, *, now: datetime
    ) -> Mapping[tuple[EntryKind, Effect], int]:
        rows = self._connection.execute(
            select(list_entries.c.kind, list_entries.c.effect, func.count())
            .where(list_entries.c.site_id == site_id, _in_force(now))
            .group_by(list_entries.c.kind, list_entries.c.effect)
        )
        return {(EntryKind(kind), Effect(effect)): number for kind, effect, number in rows}

    def entries_with_keys(
        self, site_id: str, keys: Collection[tuple[EntryKind, str]]
    ) -> Sequence[ListEntry]:
        found: list[ListEntry] = []
        asked = sorted(keys)
        for start in range(0, len(asked), KEYS_AT_ONCE):
            rows = self._connection.execute(
                select(list_entries).where(
                    list_entries.c.site_id == site_id,
                    tuple_(list_entries.c.kind, list_entries.c.key).in_(
                        [(kind.value, key) for kind, key in asked[start : start + KEYS_AT_ONCE]]
                    ),
                    list_entries.c.ended_at.is_(None),
                )
            )
            found += [_entry(row) for row in rows]
        return found

    def fired_at(
        self, site_ids: Collection[str], rule_id: str, *, before: str | None, limit: int
    ) -> Sequence[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        # Site by site, so that each is one range of the primary key.
        for site_id in site_ids:
            statement = select(rule_firings.c.comment_id).where(
                rule_firings.c.site_id == site_id, rule_firings.c.rule_id == rule_id
            )
            if before is not None:
                statement = statement.where(rule_firings.c.comment_id < before)
            rows = self._connection.execute(
                statement.order_by(rule_firings.c.comment_id.desc()).limit(limit)
            )
            found += [(site_id, row.comment_id) for row in rows]
        return sorted(found, key=lambda one: one[1], reverse=True)[:limit]

    def places(self, site_id: str, comment_ids: Collection[str]) -> Mapping[str, Place]:
        rows = self._connection.execute(
            select(comments.c.id, comments.c.network_sealed, comments.c.ip_hash).where(
                comments.c.site_id == site_id, comments.c.id.in_(comment_ids)
            )
        )
        return {row.id: Place(bytes(row.network_sealed), bytes(row.ip_hash)) for row in rows}

    def shown_from(
        self, site_id: str, contact_ids: Collection[str], networks: Collection[bytes]
    ) -> frozenset[tuple[str, bytes]]:
        rows = self._connection.execute(
            select(comments.c.contact_id, comments.c.network_hash)
            .where(
                comments.c.site_id == site_id,
                comments.c.contact_id.in_(contact_ids),
                comments.c.state == State.APPROVED,
                comments.c.network_hash.in_(networks),
            )
            .distinct()
        )
        return frozenset((row.contact_id, bytes(row.network_hash)) for row in rows)

    def recent_drafts(
        self, site_id: str, *, since: datetime, before: str | None, limit: int
    ) -> Sequence[tuple[Draft, str]]:
        statement = select(*_DRAFT, comments.c.state).where(
            comments.c.site_id == site_id,
            comments.c.created_at >= since,
            comments.c.state != State.ERASED,
        )
        if before is not None:
            statement = statement.where(comments.c.id < before)
        rows = self._connection.execute(statement.order_by(comments.c.id.desc()).limit(limit))
        return [(draft_from(row), row.state) for row in rows]

    def excerpts(self, keys: Sequence[tuple[str, str]]) -> Sequence[Excerpt]:
        found: dict[tuple[str, str], Excerpt] = {}
        for site_id, ids in by_site(keys).items():
            rows = self._connection.execute(
                select(
                    comments.c.id,
                    comments.c.author_name,
                    func.substr(comments.c.content, 1, EXCERPT_CHARS).label("text"),
                    comments.c.state,
                    comments.c.version,
                    comments.c.created_at,
                ).where(comments.c.site_id == site_id, comments.c.id.in_(ids))
            )
            found |= {
                (site_id, row.id): Excerpt(
                    site_id,
                    row.id,
                    row.author_name,
                    row.text,
                    State(row.state),
                    row.version,
                    row.created_at,
                )
                for row in rows
            }
        return [found[key] for key in keys if key in found]

    def recent_count(self, site_id: str, *, since: datetime, at_most: int) -> int:
        recent = (
            select(comments.c.id)
            .where(
                comments.c.site_id == site_id,
                comments.c.created_at >= since,
                comments.c.state != State.ERASED,
            )
            .order_by(comments.c.id.desc())
            .limit(at_most)
            .subquery()
        )
        number: int = self._connection.execute(
            select(func.count()).select_from(recent)
        ).scalar_one()
        return number


class ListWrites(ListReads):
    def lock_rules(self, site_id: str) -> None:
        made = self._insert(rule_versions).values(site_id=site_id, version=1)
        self._connection.execute(
            made.on_conflict_do_update(
                index_elements=["site_id"], set_={"version": rule_versions.c.version + 1}
            )
        )

    def add_entries(self, entries: Sequence[ListEntry]) -> Collection[str]:
        added: set[str] = set()
        for start in range(0, len(entries), KEYS_AT_ONCE):
            rows = self._connection.execute(
                self._insert(list_entries)
                .values([_values(one) for one in entries[start : start + KEYS_AT_ONCE]])
                .on_conflict_do_nothing()
                .returning(list_entries.c.id)
            )
            added.update(row.id for row in rows)
        return added

    def end_entries(
        self, site_id: str, ids: Collection[str], *, now: datetime, by: str | None
    ) -> Collection[str]:
        ended: set[str] = set()
        asked = sorted(ids)
        for start in range(0, len(asked), KEYS_AT_ONCE):
            rows = self._connection.execute(
                update(list_entries)
                .where(
                    list_entries.c.site_id == site_id,
                    list_entries.c.id.in_(asked[start : start + KEYS_AT_ONCE]),
                    list_entries.c.ended_at.is_(None),
                )
                .values(ended_at=now, ended_by=by)
                .returning(list_entries.c.id)
            )
            ended.update(row.id for row in rows)
        return ended

    def restore_entry(self, site_id: str, entry_id: str, *, expires_at: datetime | None) -> bool:
        entry = self.entry(site_id, entry_id)
        if entry is None or self.entries_with_keys(site_id, [(entry.kind, entry.key)]):
            return False
        restored = self._connection.execute(
            update(list_entries)
            .where(
                list_entries.c.site_id == site_id,
                list_entries.c.id == entry_id,
                list_entries.c.ended_at.is_not(None),
            )
            .values(ended_at=null(), ended_by=null(), expires_at=expires_at)
        )
        return restored.rowcount == 1

    def change_entry(
        self, site_id: str, entry_id: str, *, note: str, expires_at: datetime | None
    ) -> bool:
        changed = self._connection.execute(
            update(list_entries)
            .where(
                list_entries.c.site_id == site_id,
                list_entries.c.id == entry_id,
                list_entries.c.ended_at.is_(None),
            )
            .values(note=note, expires_at=expires_at)
        )
        return changed.rowcount == 1

    def add_firings(self, site_id: str, firings: Collection[Firing], *, now: datetime) -> None:
        new: Counter[str] = Counter()
        asked = sorted(set(firings))
        for start in range(0, len(asked), KEYS_AT_ONCE):
            rows = self._connection.execute(
                self._insert(rule_firings)
                .values(
                    [
                        {"site_id": site_id, "rule_id": rule, "comment_id": comment, "at": now}
                        for rule, comment in asked[start : start + KEYS_AT_ONCE]
                    ]
                )
                .on_conflict_do_nothing()
                .returning(rule_firings.c.rule_id)
            )
            new.update(row.rule_id for row in rows)
        if new:
            self._connection.execute(
                update(list_entries)
                .where(
                    or_(list_entries.c.site_id == site_id, list_entries.c.site_id == ALL_SITES),
                    list_entries.c.id == bindparam("rule"),
                )
                .values(fired=list_entries.c.fired + bindparam("number"), last_fired_at=now),
                # In order, so that two transactions cannot wait for each other.
                [{"rule": rule, "number": number} for rule, number in sorted(new.items())],
            )


def _in_force(now: datetime) -> ColumnElement[bool]:
    return list_entries.c.ended_at.is_(None) & (
        list_entries.c.expires_at.is_(None) | (list_entries.c.expires_at > now)
    )


def _values(entry: ListEntry) -> dict[str, Any]:
    return {column.name: getattr(entry, column.name) for column in list_entries.columns}


def _entry(row: Row[Any]) -> ListEntry:
    values = {column.name: getattr(row, column.name) for column in list_entries.columns}
    return ListEntry(
        **{**values, "kind": EntryKind(row.kind), "effect": Effect(row.effect)},
    )
