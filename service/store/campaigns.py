"""Campaigns as the desk lists them: groups of sketches, and how their comments stand."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Text, cast, distinct, func, literal, select

from service.core.ruling import SIZE_MIN, CampaignLine, CampaignMember
from service.core.states import State
from service.store.connected import Connected
from service.store.tables import comments, sketches
from service.store.types import Id

WINDOW = 5_000
"""In so many sketches at a time campaigns are looked for, the newest first."""

_COMMENT = (comments.c.site_id == sketches.c.site_id) & (comments.c.id == sketches.c.comment_id)
_members = sketches.alias("members")


class CampaignReads(Connected):
    def campaign_lines(
        self, site_id: str, *, before: str | None, limit: int
    ) -> tuple[Sequence[CampaignLine], str | None]:
        newest = select(sketches.c.campaign_id, sketches.c.comment_id).where(
            sketches.c.site_id == site_id
        )
        if before is not None:
            newest = newest.where(sketches.c.comment_id < before)
        window = newest.order_by(sketches.c.comment_id.desc()).limit(WINDOW).subquery()
        # PostgreSQL has no largest uuid before 18; as text they have the same order.
        last: ColumnElement[str] = cast(func.max(cast(window.c.comment_id, Text)), Id)
        size = _of_campaign(site_id, window.c.campaign_id, func.count()).scalar_subquery()
        statement = select(window.c.campaign_id, last.label("last_id"), size.label("size"))
        if before is not None:
            # What has come since stands on a page before this one.
            newer = _of_campaign(site_id, window.c.campaign_id, literal(1)).where(
                _members.c.counted.in_([True, False]), _members.c.comment_id >= before
            )
            statement = statement.where(~newer.exists())
        grouped = statement.group_by(window.c.campaign_id).subquery()
        rows = self._connection.execute(
            select(grouped)
            .where(grouped.c.size >= SIZE_MIN)
            .order_by(grouped.c.last_id.desc())
            .limit(limit + 1)
        ).all()
        if len(rows) > limit:
            return self._lines(site_id, rows[:limit]), rows[limit - 1].last_id
        ends = self._connection.execute(
            newest.order_by(sketches.c.comment_id.desc()).offset(WINDOW - 1).limit(1)
        ).one_or_none()
        return self._lines(site_id, rows), ends.comment_id if ends is not None else None

    def campaign_line(self, site_id: str, campaign_id: str) -> CampaignLine | None:
        found = self._connection.execute(
            _of_campaign(site_id, literal(campaign_id, Id), func.count())
        ).scalar_one()
        if not found:
            return None
        last = [
            row.comment_id
            for counted in (True, False)
            for row in self._connection.execute(
                _of_campaign(site_id, literal(campaign_id, Id), _members.c.comment_id)
                .where(_members.c.counted.is_(counted))
                .order_by(_members.c.comment_id.desc())
                .limit(1)
            )
        ]
        return self._lines(site_id, [_Group(campaign_id, max(last), found)])[0]

    def _lines(self, site_id: str, groups: Sequence[Any]) -> list[CampaignLine]:
        if not groups:
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
                sketches.c.site_id == site_id,
                sketches.c.campaign_id.in_([one.campaign_id for one in groups]),
                sketches.c.counted,
            )
            .group_by(sketches.c.campaign_id)
        )
        known = {row.campaign_id: (row.authors, row.pages, row.networks) for row in figures}
        return [
            # A campaign is named for its first comment.
            CampaignLine(
                site_id,
                one.campaign_id,
                one.size,
                one.campaign_id,
                one.last_id,
                *known.get(one.campaign_id, (0, 0, 0)),
            )
            for one in groups
        ]

    def campaign_states(
        self, site_id: str, campaign_ids: Collection[str]
    ) -> Mapping[str, Mapping[State, int]]:
        rows = self._connection.execute(
            select(sketches.c.campaign_id, comments.c.state, func.count().label("number"))
            .join(comments, _COMMENT)
            .where(
                sketches.c.site_id == site_id,
                sketches.c.campaign_id.in_(campaign_ids),
                sketches.c.counted,
            )
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
        # Each of the two is one range of the index, in order.
        rows = [
            row
            for counted in (True, False)
            for row in self._connection.execute(
                statement.where(sketches.c.counted.is_(counted))
                .order_by(sketches.c.comment_id)
                .limit(limit)
            )
        ]
        return [
            CampaignMember(
                row.id,
                State(row.state),
                row.version,
                # The checks decide about what is pending; who decides later leaves what was before.
                # What is held waits for somebody, whoever held it again.
                row.decided_at if row.previous_state and row.state != State.HELD else None,
            )
            for row in sorted(rows, key=lambda one: one.id)[:limit]
        ]

    def contents(self, site_id: str, comment_ids: Collection[str]) -> Mapping[str, str]:
        rows = self._connection.execute(
            select(comments.c.id, comments.c.content).where(
                comments.c.site_id == site_id, comments.c.id.in_(comment_ids)
            )
        )
        return {row.id: row.content for row in rows}


class _Group(NamedTuple):
    campaign_id: str
    last_id: str
    size: int


def _of_campaign(site_id: str, campaign_id: Any, what: Any) -> Select[Any]:
    return select(what).where(_members.c.site_id == site_id, _members.c.campaign_id == campaign_id)
