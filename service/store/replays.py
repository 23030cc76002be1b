"""Going over what checks have judged, page by page, with what moderators made of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from service.core.comment import Draft
from service.core.decisions import Actor
from service.core.records import Judged
from service.core.states import State
from service.core.trace import trace_from_data
from service.store.rows import draft_from
from service.store.tables import comments, decisions, revisions
from service.store.traces import Screened, TraceReads, signal_from

RULINGS = (State.APPROVED, State.SPAM, State.REJECTED)
FIRST_REVISION = 1
"""Number of the text that a comment came in with, which is kept once it has been edited."""


class ReplayReads(TraceReads):
    def judged_count(self, site_id: str, *, since: datetime) -> int:
        number: int = self._connection.execute(
            select(func.count()).select_from(decisions).where(*_judged(site_id, since))
        ).scalar_one()
        return number

    def judged_page(
        self, site_id: str, *, since: datetime, after: str | None, limit: int
    ) -> Sequence[Judged]:
        statement = select(
            decisions.c.id, decisions.c.comment_id, decisions.c.revision, decisions.c.trace
        ).where(*_judged(site_id, since))
        if after is not None:
            statement = statement.where(decisions.c.id > after)
        rows = self._connection.execute(statement.order_by(decisions.c.id).limit(limit)).all()
        ids = {row.comment_id for row in rows}
        seen = self._seen([site_id], ids)
        rulings = self._rulings(site_id, ids)
        return [
            Judged(
                mark=row.id,
                comment_id=row.comment_id,
                revision=row.revision,
                trace=trace_from_data(row.trace, map(signal_from, seen.get(key, ()))),
                ruling=rulings.get(key),
            )
            for row in rows
            for key in [(row.comment_id, row.revision)]
        ]

    def _rulings(self, site_id: str, ids: Collection[str]) -> Mapping[Screened, State]:
        rows = self._connection.execute(
            select(decisions.c.comment_id, decisions.c.revision, decisions.c.to_state)
            .where(
                decisions.c.site_id == site_id,
                decisions.c.comment_id.in_(ids),
                decisions.c.actor == Actor.MODERATOR,
                decisions.c.to_state.in_(RULINGS),
            )
            .order_by(decisions.c.id)
        )
        # The last word stays.
        return {(row.comment_id, row.revision): State(row.to_state) for row in rows}

    def judged_drafts(
        self, site_id: str, keys: Collection[tuple[str, int]]
    ) -> Mapping[Screened, Draft]:
        ids = {comment_id for comment_id, _ in keys}
        rows = self._connection.execute(
            select(comments).where(comments.c.site_id == site_id, comments.c.id.in_(ids))
        )
        found = {row.id: draft_from(row) for row in rows}
        texts = self._connection.execute(
            select(revisions.c.comment_id, revisions.c.number, revisions.c.content).where(
                revisions.c.site_id == site_id, revisions.c.comment_id.in_(ids)
            )
        )
        by_number = {(row.comment_id, row.number): row.content for row in texts}
        return {
            (comment_id, number): replace(draft, content=content, revision=number)
            for comment_id, number in keys
            if (draft := found.get(comment_id)) is not None
            for content in [by_number.get((comment_id, number or FIRST_REVISION), draft.content)]
        }


def _judged(site_id: str, since: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        decisions.c.site_id == site_id,
        decisions.c.actor == Actor.CHECKS,
        decisions.c.at >= since,
        decisions.c.trace.is_not(None),
    )
