"""The record of what people did: appended at the end of a transaction, read by page or in order."""

import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    insert,
    literal,
    select,
    tuple_,
    update,
)

from service.core.audit import AuditMark, AuditQuestion, Doer, DoerKind, Entry
from service.core.chain import (
    HEAD_STAMP,
    INSTALLATION,
    LINK_STAMP,
    START,
    Head,
    Link,
    Stamp,
    digest_of,
    head_value,
    payload_digest,
)
from service.store.audit_tables import audit, audit_heads
from service.store.connected import Connected
from service.store.types import UtcDateTime

_SALT_BYTES = 16
_CHUNK = 500


def unstamped(_purpose: str, _value: bytes) -> bytes:
    """What a store without a secret stamps with, as in its own tests; no check accepts it."""
    return b""


class AuditReads(Connected):
    def audit_page(
        self, question: AuditQuestion, *, after: AuditMark | None, limit: int
    ) -> Sequence[Link]:
        found: list[Link] = []
        # Chain by chain, so that each part is one range of an index.
        for site_id in question.site_ids:
            statement = _asked(question, site_id or INSTALLATION, after)
            rows = self._connection.execute(
                statement.order_by(audit.c.at.desc(), audit.c.number.desc()).limit(limit)
            )
            found += map(_link, rows)
        return sorted(found, key=_place, reverse=True)[:limit]

    def audit_links(self, site_id: str | None, *, after: int, limit: int) -> Sequence[Link]:
        rows = self._connection.execute(
            select(audit)
            .where(audit.c.site_id == (site_id or INSTALLATION), audit.c.number > after)
            .order_by(audit.c.number)
            .limit(limit)
        )
        return [_link(row) for row in rows]

    def audit_numbers(self, site_id: str | None, about: str) -> Sequence[int]:
        rows = self._connection.execute(
            select(audit.c.number).where(
                audit.c.site_id == (site_id or INSTALLATION),
                audit.c.about == about,
                audit.c.payload.is_not(None),
            )
        )
        # Put in order here: asked for it, the database would rather walk along the whole chain.
        return sorted(rows.scalars())

    def audit_head(self, site_id: str | None) -> Head | None:
        row = self._connection.execute(
            select(audit_heads).where(audit_heads.c.site_id == (site_id or INSTALLATION))
        ).one_or_none()
        return Head(site_id, row.number, row.digest, row.stamp) if row is not None else None

    def audit_chains(self) -> Sequence[str | None]:
        # Also where the head is gone: that is a fault to be found.
        ids = self._connection.execute(
            select(audit_heads.c.site_id).union(select(audit.c.site_id)).order_by("site_id")
        )
        return [None if one == INSTALLATION else one for one in ids.scalars()]


class AuditWrites(AuditReads):
    def __init__(self, connection: Connection, stamp: Stamp = unstamped) -> None:
        super().__init__(connection)
        self._stamp = stamp
        self._entries: list[Entry] = []

    def record(self, entry: Entry) -> None:
        self._entries.append(entry)

    def forget_details(self, site_id: str | None, numbers: Sequence[int]) -> None:
        for start in range(0, len(numbers), _CHUNK):
            self._connection.execute(
                update(audit)
                .where(
                    audit.c.site_id == (site_id or INSTALLATION),
                    audit.c.number.in_(numbers[start : start + _CHUNK]),
                )
                .values(payload=None, salt=None)
            )

    def append_recorded(self) -> None:
        """Append what was recorded to its chains, which are locked in one order by everybody."""
        by_chain: dict[str, list[Entry]] = defaultdict(list)
        for entry in self._entries:
            by_chain[entry.site_id or INSTALLATION].append(entry)
        for chain, entries in sorted(by_chain.items()):
            self._append(chain, entries)
        self._entries.clear()

    def _append(self, chain: str, entries: Sequence[Entry]) -> None:
        number, digest = self._locked_head(chain)
        links = []
        for entry in entries:
            number += 1
            link = self._made(entry, number, digest)
            digest = link.digest
            links.append(link)
        self._connection.execute(insert(audit), [_values(link, chain) for link in links])
        self._connection.execute(
            update(audit_heads)
            .where(audit_heads.c.site_id == chain)
            .values(
                number=number,
                digest=digest,
                stamp=self._stamp(HEAD_STAMP, head_value(number, digest)),
            )
        )

    def _made(self, entry: Entry, number: int, previous: bytes) -> Link:
        salt, payload = os.urandom(_SALT_BYTES), entry.payload()
        link = Link(
            site_id=entry.site_id,
            number=number,
            at=entry.at,
            event=entry.event,
            doer_kind=entry.by.kind,
            doer_id=entry.by.id,
            about=entry.about,
            payload=payload,
            salt=salt,
            payload_digest=payload_digest(salt, payload),
            digest=b"",
            stamp=b"",
        )
        digest = digest_of(link, previous)
        return replace(link, digest=digest, stamp=self._stamp(LINK_STAMP, digest))

    def _locked_head(self, chain: str) -> tuple[int, bytes]:
        """Where the chain ends; nobody else appends to it before this transaction has ended."""
        statement = (
            select(audit_heads.c.number, audit_heads.c.digest)
            .where(audit_heads.c.site_id == chain)
            .with_for_update()
        )
        head = self._connection.execute(statement).one_or_none()
        if head is None:
            self._connection.execute(
                self._insert(audit_heads)
                .values(site_id=chain, number=0, digest=START, stamp=b"")
                .on_conflict_do_nothing()
            )
            head = self._connection.execute(statement).one()
        return head.number, bytes(head.digest)


def _asked(question: AuditQuestion, chain: str, after: AuditMark | None) -> Select[Any]:
    statement = select(audit).where(audit.c.site_id == chain)
    if question.events:
        statement = statement.where(audit.c.event.in_(question.events))
    if question.doer is not None:
        statement = statement.where(*_done_by(question.doer))
    if question.about is not None:
        statement = statement.where(audit.c.about == question.about)
    if question.since is not None:
        statement = statement.where(audit.c.at >= question.since)
    if question.until is not None:
        statement = statement.where(audit.c.at < question.until)
    if after is not None:
        # Chains come in the order of their ids where times are the same.
        if chain == after.site_id:
            mark = tuple_(audit.c.at, audit.c.number) < tuple_(
                literal(after.at, UtcDateTime()), literal(after.number)
            )
            statement = statement.where(mark)
        elif chain < after.site_id:
            statement = statement.where(audit.c.at <= after.at)
        else:
            statement = statement.where(audit.c.at < after.at)
    return statement


def _done_by(doer: Doer) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [audit.c.doer_kind == doer.kind]
    if doer.id is not None:
        conditions.append(audit.c.doer_id == doer.id)
    elif doer.kind in {DoerKind.OPERATOR, DoerKind.NOBODY}:
        # They have no id, which is what the index is asked by.
        conditions.append(audit.c.doer_id.is_(None))
    return conditions


def _place(link: Link) -> tuple[Any, ...]:
    return (link.at, link.site_id or INSTALLATION, link.number)


def _link(row: Row[Any]) -> Link:
    return Link(
        site_id=None if row.site_id == INSTALLATION else row.site_id,
        number=row.number,
        at=row.at,
        event=row.event,
        doer_kind=row.doer_kind,
        doer_id=row.doer_id,
        about=row.about,
        payload=row.payload,
        salt=row.salt,
        payload_digest=bytes(row.payload_digest),
        digest=bytes(row.digest),
        stamp=bytes(row.stamp),
    )


def _values(link: Link, chain: str) -> dict[str, Any]:
    return {
        "site_id": chain,
        "number": link.number,
        "at": link.at,
        "event": str(link.event),
        "doer_kind": str(link.doer_kind),
        "doer_id": link.doer_id,
        "about": link.about,
        "payload": link.payload,
        "salt": link.salt,
        "payload_digest": link.payload_digest,
        "digest": link.digest,
        "stamp": link.stamp,
    }
