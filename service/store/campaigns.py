"""Campaigns as the desk lists them: groups of sketches, and how their comments stand."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, distinct, func, select

from service.core.ruling import SIZE_MIN, CampaignLine, CampaignMember
from service.core.states import State
from service.store.connected import Connected
from service.store.tables import comments, sketches
from service.store.types import Id

# PostgreSQL has no largest uuid before 18; as text they have the same order.
_FIRST: ColumnElement[str] = cast(func.min(cast(sketches.c.comment_id, Text)), Id)
_LAST: ColumnElement[str] = cast(func.max(cast(sketches.c.comment_id, Text)), Id)
_COMMENT = (comments.c.site_id == sketches.c.site_id) & (comments.c.id == sketches.c.comment_id)


class CampaignReads(Connected):
    def campaign_lines(
        self, site_id: str, *, before: str | None, limit: int
    ) -> Sequence[CampaignLine]:
        statement = _grouped(site_id).having(func.count() >= SIZE_MIN)
        if before is not None:
            statement = statement.having(before > _LAST)
        return self._lines(statement.order_by(_LAST.desc()).limit(limit))

    def campaign_line(self, site_id: str, campaign_id: str) -> CampaignLine | None:
        lines = self._lines(_grouped(site_id).where(sketches.c.campaign_id == campaign_id))
        return lines[0] if lines else None

    def _lines(self, statement: Select[Any]) -> list[CampaignLine]:
        rows = self._connection.execute(statement).all()
        if not rows:
            return []
        figures = self._connection.execute(
            select(
                sketches.c.campaign_id,
                func.count(distinct(func.coalesce(comments.c.contact_id, comments.c.id))).label(
                    "authors"
                ),
                func.count(distinct(comments.c.thread_id)).label("pages"),
                func.count(distinct(comments.c.network_hash)).label("networks"),
            )
            .join(comments, _COMMENT)
            .where(
                sketches.c.site_id == rows[0].site_id,
                sketches.c.campaign_id.in_([row.campaign_id for row in rows]),
                sketches.c.counted,
            )
            .group_by(sketches.c.campaign_id)
        )
        known = {row.campaign_id: row for row in figures}
        return [
            CampaignLine(
                row.site_id,
                row.campaign_id,
                row.size,
                row.first_id,
                row.last_id,
                *((one.authors, one.pages, one.networks) if one is not None else (0, 0, 0)),
            )
            for row in rows
            for one in [known.get(row.campaign_id)]
        ]

    def campaign_states(
        self, site_id: str, campaign_ids: Collection[str]
    ) -> Mapping[str, Mapping[State, int]]:
        rows = self._connection.execute(
            select(sketches.c.campaign_id, comments.c.state, func.count().label("number"))
            .join(comments, _COMMENT)
            .where(sketches.c.site_id == site_id, sketches.c.campaign_id.in_(campaign_ids))
            .group_by(sketches.c.campaign_id, comments.c.state)
        )
        found: dict[str, dict[State, int]] = defaultdict(dict)
        for row in rows:
            found[row.campaign_id][State(row.state)] = row.number
        return found

    def campaign_ids_of(self, site_id: str, comment_id: str) -> str | None:
        found: str | None = self._connection.execute(
            select(sketches.c.campaign_id).where(
                sketches.c.site_id == site_id, sketches.c.comment_id == comment_id
            )
        ).scalar()
        return found

    def campaign_comments(
        self, site_id: str, campaign_id: str, *, after: str | None, limit: int
    ) -> Sequence[CampaignMember]:
        statement = (
            select(
                comments.c.id,
                comments.c.state,
                comments.c.version,
                comments.c.previous_state,
                comments.c.decided_at,
            )
            .select_from(sketches.join(comments, _COMMENT))
            .where(sketches.c.site_id == site_id, sketches.c.campaign_id == campaign_id)
        )
        if after is not None:
            statement = statement.where(sketches.c.comment_id > after)
        rows = self._connection.execute(statement.order_by(sketches.c.comment_id).limit(limit))
        return [
            CampaignMember(
                row.id,
                State(row.state),
                row.version,
                # The checks decide about what is pending; who decides later leaves what was before.
                # What is held waits for somebody, whoever held it again.
                row.decided_at if row.previous_state and row.state != State.HELD else None,
            )
            for row in rows
        ]

    def contents(self, site_id: str, comment_ids: Collection[str]) -> Mapping[str, str]:
        rows = self._connection.execute(
            select(comments.c.id, comments.c.content).where(
                comments.c.site_id == site_id, comments.c.id.in_(comment_ids)
            )
        )
        return {row.id: row.content for row in rows}


def _grouped(site_id: str) -> Select[Any]:
    return (
        select(
            sketches.c.site_id,
            sketches.c.campaign_id,
            func.count().label("size"),
            _FIRST.label("first_id"),
            _LAST.label("last_id"),
        )
        .where(sketches.c.site_id == site_id)
        .group_by(sketches.c.site_id, sketches.c.campaign_id)
    )
