"""Rulings: standing decisions, the texts they are about, and how far they are carried out."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, exists, func, insert, literal, select, update

from service.core.decisions import Action
from service.core.ruling import CampaignMember, ItemOutcome, RulingItem
from service.core.rulings import RuledText, Ruling
from service.store.campaigns import CampaignReads
from service.store.list_tables import rule_firings
from service.store.people_tables import moderators
from service.store.rows import sketch_from_bytes, sketch_to_bytes
from service.store.ruling_tables import ruling_items, ruling_texts, rulings
from service.store.tables import comments, sketches

_AT_ONCE = 500
_NAMED = rulings.outerjoin(moderators, moderators.c.id == rulings.c.moderator_id)


class RulingReads(CampaignReads):
    def rulings_in_force(self, site_id: str) -> Sequence[Ruling]:
        rows = self._connection.execute(
            select(rulings, moderators.c.name)
            .select_from(_NAMED)
            .where(rulings.c.site_id == site_id, rulings.c.ended_at.is_(None))
            .order_by(rulings.c.id)
        ).all()
        texts: dict[str, list[RuledText]] = defaultdict(list)
        for row in self._connection.execute(
            select(ruling_texts).where(
                ruling_texts.c.site_id == site_id,
                ruling_texts.c.ruling_id.in_([row.id for row in rows]),
            )
        ):
            text = RuledText(row.comment_id, row.digest, sketch_from_bytes(row.sketch))
            texts[row.ruling_id].append(text)
        return [_ruling(row, texts[row.id]) for row in rows]

    def ruling(self, site_id: str, ruling_id: str) -> Ruling | None:
        row = self._connection.execute(
            select(rulings, moderators.c.name)
            .select_from(_NAMED)
            .where(rulings.c.site_id == site_id, rulings.c.id == ruling_id)
        ).one_or_none()
        return _ruling(row) if row is not None else None

    def rulings(
        self, site_ids: Collection[str], *, ended: bool, before: str | None, limit: int
    ) -> Sequence[Ruling]:
        is_ended = rulings.c.ended_at.is_not(None) if ended else rulings.c.ended_at.is_(None)
        statement = (
            select(rulings, moderators.c.name)
            .select_from(_NAMED)
            .where(rulings.c.site_id.in_(site_ids), is_ended)
        )
        if before is not None:
            statement = statement.where(rulings.c.id < before)
        rows = self._connection.execute(statement.order_by(rulings.c.id.desc()).limit(limit))
        return [_ruling(row) for row in rows]

    def ruling_of(self, site_id: str, campaign_id: str) -> Ruling | None:
        about = exists().where(
            ruling_texts.c.site_id == rulings.c.site_id,
            ruling_texts.c.ruling_id == rulings.c.id,
            sketches.c.site_id == ruling_texts.c.site_id,
            sketches.c.comment_id == ruling_texts.c.comment_id,
            sketches.c.campaign_id == campaign_id,
        )
        row = self._connection.execute(
            select(rulings, moderators.c.name)
            .select_from(_NAMED)
            .where(rulings.c.site_id == site_id, rulings.c.ended_at.is_(None), about)
            .order_by(rulings.c.id.desc())
            .limit(1)
        ).one_or_none()
        return _ruling(row) if row is not None else None

    def ruling_items(
        self, site_id: str, ruling_id: str, outcome: ItemOutcome, *, limit: int
    ) -> Sequence[RulingItem]:
        rows = self._connection.execute(
            select(ruling_items)
            .where(*_of(site_id, ruling_id), ruling_items.c.outcome == outcome)
            .order_by(ruling_items.c.comment_id)
            .limit(limit)
        )
        return [
            RulingItem(row.comment_id, row.version, ItemOutcome(row.outcome), row.decision_id)
            for row in rows
        ]

    def ruling_counts(self, site_id: str, ruling_id: str) -> Mapping[ItemOutcome, int]:
        rows = self._connection.execute(
            select(ruling_items.c.outcome, func.count())
            .where(*_of(site_id, ruling_id))
            .group_by(ruling_items.c.outcome)
        )
        return {ItemOutcome(outcome): number for outcome, number in rows}

    def arrivals(self, site_id: str, ruling_id: str, *, at_most: int) -> int:
        met = (
            select(rule_firings.c.comment_id)
            .where(rule_firings.c.site_id == site_id, rule_firings.c.rule_id == ruling_id)
            .limit(at_most)
            .subquery()
        )
        number: int = self._connection.execute(select(func.count()).select_from(met)).scalar_one()
        return number


class RulingWrites(RulingReads):
    def add_ruling(self, ruling: Ruling, items: Sequence[CampaignMember]) -> None:
        names = [column.name for column in rulings.columns]
        self._connection.execute(
            insert(rulings).values({name: getattr(ruling, name) for name in names})
        )
        self._connection.execute(
            insert(ruling_texts),
            [
                {
                    "site_id": ruling.site_id,
                    "ruling_id": ruling.id,
                    "comment_id": text.comment_id,
                    "digest": text.digest,
                    "sketch": sketch_to_bytes(text.sketch),
                }
                for text in ruling.texts
            ],
        )
        for start in range(0, len(items), _AT_ONCE):
            self._connection.execute(
                insert(ruling_items),
                [
                    {
                        "site_id": ruling.site_id,
                        "ruling_id": ruling.id,
                        "comment_id": one.comment_id,
                        "version": one.version,
                        "outcome": ItemOutcome.WAITING,
                        "decision_id": None,
                    }
                    for one in items[start : start + _AT_ONCE]
                ],
            )

    def lock_ruling(self, site_id: str, ruling_id: str) -> None:
        self._connection.execute(
            select(rulings.c.id)
            .where(rulings.c.site_id == site_id, rulings.c.id == ruling_id)
            .with_for_update()
        ).all()

    def settle_items(
        self, site_id: str, ruling_id: str, outcomes: Mapping[str, tuple[ItemOutcome, str | None]]
    ) -> None:
        if not outcomes:
            return
        self._connection.execute(
            update(ruling_items)
            .where(*_of(site_id, ruling_id), ruling_items.c.comment_id == bindparam("comment"))
            .values(outcome=bindparam("became"), decision_id=bindparam("decision")),
            [
                {"comment": comment_id, "became": outcome, "decision": decision_id}
                for comment_id, (outcome, decision_id) in sorted(outcomes.items())
            ],
        )

    def end_ruling(
        self, site_id: str, ruling_id: str, *, now: datetime, by: str, take_back: bool
    ) -> bool:
        where = [rulings.c.site_id == site_id, rulings.c.id == ruling_id]
        self._connection.execute(
            update(rulings).where(*where, rulings.c.ended_at.is_(None)).values(
                ended_at=now, ended_by=by
            )
        )  # fmt: skip
        if not take_back:
            return True
        taken = self._connection.execute(
            update(rulings).where(*where, rulings.c.taken_back.is_(False)).values(taken_back=True)
        )
        if taken.rowcount != 1:
            return False
        # What still waits is not begun; what was done is undone, what the checks did by it, too.
        self._connection.execute(
            update(ruling_items)
            .where(*_of(site_id, ruling_id), ruling_items.c.outcome == ItemOutcome.WAITING)
            .values(outcome=ItemOutcome.KEPT)
        )
        self._connection.execute(
            update(ruling_items)
            .where(*_of(site_id, ruling_id), ruling_items.c.outcome == ItemOutcome.DONE)
            .values(outcome=ItemOutcome.TO_UNDO)
        )
        met = (
            select(
                rule_firings.c.site_id,
                rule_firings.c.rule_id,
                rule_firings.c.comment_id,
                comments.c.version,
                literal(ItemOutcome.TO_UNDO.value),
            )
            .join(
                comments,
                (comments.c.site_id == rule_firings.c.site_id)
                & (comments.c.id == rule_firings.c.comment_id),
            )
            .where(rule_firings.c.site_id == site_id, rule_firings.c.rule_id == ruling_id)
        )
        names = ["site_id", "ruling_id", "comment_id", "version", "outcome"]
        self._connection.execute(
            self._insert(ruling_items).from_select(names, met).on_conflict_do_nothing()
        )
        return True


def _of(site_id: str, ruling_id: str) -> list[Any]:
    return [ruling_items.c.site_id == site_id, ruling_items.c.ruling_id == ruling_id]


def _ruling(row: Row[Any], texts: Sequence[RuledText] = ()) -> Ruling:
    return Ruling(
        id=row.id,
        site_id=row.site_id,
        campaign_id=row.campaign_id,
        action=Action(row.action),
        created_at=row.created_at,
        moderator_id=row.moderator_id,
        moderator_name=row.name or "a former moderator",
        reason=row.reason,
        note=row.note,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        taken_back=row.taken_back,
        texts=tuple(texts),
    )
