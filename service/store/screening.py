"""Screening: leases with counted attempts, and verdicts that land if the lease held.

Comments and revisions are leased alike; each has its own attempts.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update

from service.core.comment import Draft
from service.core.decisions import Actor, Decision, Screening
from service.core.ports import NewId
from service.core.records import WorkItem
from service.core.states import State
from service.store.deciding import DecidingWrites
from service.store.ranking import ranked
from service.store.rows import by_site, draft_from
from service.store.searching import SearchWrites
from service.store.tables import comments, revisions, signals

_LEASED = (
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


class ScreeningWrites(DecidingWrites, SearchWrites):
    def lease(
        self, items: Sequence[WorkItem], *, until: datetime, now: datetime
    ) -> Sequence[Draft]:
        leased = self._lease_revisions([item for item in items if item.revision], until, now)
        whole = [(item.site_id, item.comment_id) for item in items if not item.revision]
        for site_id, ids in by_site(whole).items():
            # SKIP LOCKED (a no-op on SQLite): two workers with overlapping batches share them out.
            free = (
                select(comments.c.id)
                .where(
                    comments.c.site_id == site_id,
                    comments.c.id.in_(ids),
                    comments.c.state == State.PENDING,
                    (comments.c.lease_until.is_(None)) | (comments.c.lease_until < now),
                )
                .with_for_update(skip_locked=True)
            )
            rows = self._connection.execute(
                update(comments)
                .where(comments.c.site_id == site_id, comments.c.id.in_(free))
                .values(attempt=comments.c.attempt + 1, lease_until=until)
                .returning(*_LEASED)
            )
            leased += [draft_from(row) for row in rows]
        return sorted(leased, key=lambda draft: draft.id)

    def _lease_revisions(
        self, items: Sequence[WorkItem], until: datetime, now: datetime
    ) -> list[Draft]:
        leased: list[Draft] = []
        for item in items:
            # Edits are rare, so one by one is good enough.
            got = self._connection.execute(
                update(revisions)
                .where(
                    *_is_revision(item.site_id, item.comment_id, item.revision),
                    revisions.c.state == State.PENDING,
                    (revisions.c.lease_until.is_(None)) | (revisions.c.lease_until < now),
                )
                .values(attempt=revisions.c.attempt + 1, lease_until=until)
                .returning(revisions.c.content, revisions.c.attempt)
            ).one_or_none()
            if got is None:
                continue
            row = self._connection.execute(
                select(*_LEASED).where(
                    comments.c.site_id == item.site_id, comments.c.id == item.comment_id
                )
            ).one()
            draft = draft_from(row, revision=item.revision)
            leased.append(replace(draft, content=got.content, attempt=got.attempt))
        return leased

    def renew(self, drafts: Sequence[Draft], *, until: datetime) -> None:
        self._change_leases(drafts, {"lease_until": until})

    def release(self, drafts: Sequence[Draft]) -> None:
        self._change_leases(drafts, {"lease_until": None}, attempts=-1)

    def _change_leases(
        self, drafts: Sequence[Draft], values: dict[str, Any], *, attempts: int = 0
    ) -> None:
        for draft in drafts:
            if draft.revision:
                self._connection.execute(
                    update(revisions)
                    .where(
                        *_is_revision(draft.site_id, draft.id, draft.revision),
                        revisions.c.attempt == draft.attempt,
                        revisions.c.state == State.PENDING,
                    )
                    .values(**values, attempt=revisions.c.attempt + attempts)
                )
        for (site_id, attempt), ids in _by_lease(drafts).items():
            self._connection.execute(
                update(comments)
                .where(
                    comments.c.site_id == site_id,
                    comments.c.id.in_(ids),
                    comments.c.attempt == attempt,
                    comments.c.state == State.PENDING,
                )
                .values(**values, attempt=comments.c.attempt + attempts)
            )

    def conclude(
        self, screenings: Sequence[Screening], *, now: datetime, new_id: NewId
    ) -> Collection[str]:
        self._lock_threads_of([(one.site_id, one.comment_id) for one in screenings])
        groups: dict[tuple[str, State, int], list[Screening]] = defaultdict(list)
        for one in screenings:
            if not one.revision:
                groups[one.site_id, one.verdict.state, one.attempt].append(one)
        concluded = {
            one.comment_id
            for one in screenings
            if one.revision and self._conclude_revision(one, now)
        }
        shown: list[tuple[str, str, bytes]] = []
        for (site_id, state, attempt), found in groups.items():
            rank = ranked(found, is_sqlite=self._is_sqlite)
            rows = self._connection.execute(
                update(comments)
                .where(
                    comments.c.site_id == site_id,
                    comments.c.id == rank.c.id,
                    comments.c.attempt == attempt,
                    comments.c.state == State.PENDING,
                )
                .values(
                    state=state,
                    version=comments.c.version + 1,
                    decided_at=now,
                    lease_until=None,
                    ip_sealed=None,
                    severity=rank.c.severity,
                    language=rank.c.language,
                )
                .returning(comments.c.id, comments.c.thread_id, comments.c.path)
            ).all()
            concluded.update(row.id for row in rows)
            if state is State.APPROVED:
                shown += [(site_id, row.thread_id, bytes(row.path)) for row in rows]
        self._show(shown, by=1)
        of_them = [one for one in screenings if one.comment_id in concluded]
        self._record(of_them, now, new_id)
        self.index_screened(of_them)
        return concluded

    def _conclude_revision(self, one: Screening, now: datetime) -> bool:
        row = self._connection.execute(
            update(revisions)
            .where(
                *_is_revision(one.site_id, one.comment_id, one.revision),
                revisions.c.attempt == one.attempt,
                revisions.c.state == State.PENDING,
            )
            .values(state=one.verdict.state, lease_until=None)
            .returning(revisions.c.content)
        ).one_or_none()
        if row is None:
            return False
        if one.verdict.state is State.APPROVED:
            self._show_text(one.site_id, one.comment_id, row.content, now)
        return True

    def _record(self, screenings: Sequence[Screening], now: datetime, new_id: NewId) -> None:
        if not screenings:
            return
        found = [
            {
                "site_id": one.site_id,
                "comment_id": one.comment_id,
                "revision": one.revision,
                "symbol": part.signal.symbol,
                "strength": part.signal.strength,
                "family": part.family,
                "points": part.points,
                "shadow": shadow,
                "detail": part.signal.detail,
                "spans": part.signal.spans,
            }
            for one in screenings
            for shadow, parts in enumerate((one.verdict.contributions, one.verdict.shadowed))
            for part in parts
        ]
        if found:
            self._connection.execute(self._insert(signals).on_conflict_do_nothing(), found)
        made = [
            Decision(
                id=new_id(),
                comment_id=one.comment_id,
                site_id=one.site_id,
                from_state=State.PENDING,
                to_state=one.verdict.state,
                actor=Actor.CHECKS,
                moderator_id=None,
                at=now,
                spam=one.verdict.spam.probability,
                abuse=one.verdict.abuse.probability,
                policy_version=one.verdict.policy_version,
                revision=one.revision,
            )
            for one in screenings
        ]
        self._add_decisions(made, [one.trace for one in screenings])


def _by_lease(drafts: Sequence[Draft]) -> dict[tuple[str, int], list[str]]:
    grouped: dict[tuple[str, int], list[str]] = defaultdict(list)
    for draft in drafts:
        if not draft.revision:
            grouped[draft.site_id, draft.attempt].append(draft.id)
    return grouped


def _is_revision(site_id: str, comment_id: str, number: int) -> tuple[ColumnElement[bool], ...]:
    return (
        revisions.c.site_id == site_id,
        revisions.c.comment_id == comment_id,
        revisions.c.number == number,
    )
