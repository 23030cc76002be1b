"""Deciding: moving comments and revisions between states, and what readers see with them.

State changes are conditional updates whose rows are counted.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import repeat
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from service.core.comment import CommentHead, Revision
from service.core.deciding import Move
from service.core.decisions import Decision
from service.core.events import Event, event_of
from service.core.states import State
from service.core.trace import Trace, trace_to_data
from service.store.reads import OPEN_STATES
from service.store.rows import by_site, path_ids
from service.store.tables import comments, decisions, revisions, threads
from service.store.telling import TellingWrites


class DecidingWrites(TellingWrites):
    def move(self, head: CommentHead, decision: Decision) -> bool:
        return bool(self.move_all([Move(head, decision)]))

    def move_all(self, moves: Sequence[Move]) -> Collection[str]:
        self._lock_threads_of([(one.head.site_id, one.head.id) for one in moves])
        groups: dict[tuple[Any, ...], list[Move]] = defaultdict(list)
        for one in moves:
            groups[_alike(one)].append(one)
        moved = [one for group in groups.values() for one in self._moved(group)]
        for by in (1, -1):
            self._show(
                [
                    (one.head.site_id, one.head.thread_id, one.head.path)
                    for one in moved
                    if _change(one) == by
                ],
                by=by,
            )
        if moved:
            self._add_decisions([one.decision for one in moved])
        return {one.decision.id for one in moved}

    def _moved(self, group: Sequence[Move]) -> Sequence[Move]:
        """Of comments that are alike those that still are as their heads say, moved."""
        head, decision = group[0].head, group[0].decision
        is_undo = decision.undoes is not None
        found = self._connection.execute(
            update(comments)
            .where(
                comments.c.site_id == head.site_id,
                comments.c.id.in_([one.head.id for one in group]),
                comments.c.version == head.version,
                comments.c.state == head.state,
            )
            .values(
                state=decision.to_state,
                previous_state=decision.was_previous if is_undo else head.state,
                version=comments.c.version + 1,
                decided_at=decision.at,
                lease_until=None,
                ip_sealed=None,
            )
            .returning(comments.c.id)
        ).scalars()
        ids = set(found)
        moved = [one for one in group if one.head.id in ids]
        if is_undo and moved:
            self._connection.execute(
                update(comments)
                .where(comments.c.site_id == head.site_id, comments.c.id == bindparam("of_id"))
                .values(decided_at=bindparam("then", type_=comments.c.decided_at.type)),
                [{"of_id": one.head.id, "then": one.decided_at} for one in moved],
            )
        return moved

    def add_revision(self, head: CommentHead, content: str, *, now: datetime) -> int | None:
        of_comment = (revisions.c.site_id == head.site_id) & (revisions.c.comment_id == head.id)
        self._lock_threads_of([(head.site_id, head.id)])
        touched = self._connection.execute(
            update(comments)
            .where(
                comments.c.site_id == head.site_id,
                comments.c.id == head.id,
                comments.c.version == head.version,
            )
            .values(version=comments.c.version + 1)
            .returning(comments.c.content)
        ).one_or_none()
        if touched is None:
            return None
        numbers = self._connection.execute(select(revisions.c.number).where(of_comment)).scalars()
        latest = max(numbers, default=0)
        new = {
            "site_id": head.site_id,
            "comment_id": head.id,
            "number": latest + 1,
            "content": content,
            "state": State.PENDING,
            "attempt": 0,
            "created_at": now,
        }
        if latest == 0:
            # The first edit also keeps what was there before.
            first = {**new, "number": 1, "content": touched.content, "state": State.APPROVED}
            self._connection.execute(insert(revisions), {**first, "created_at": head.created_at})
            new["number"] = 2
        else:
            self._connection.execute(
                update(revisions)
                .where(of_comment, revisions.c.state.in_(OPEN_STATES))
                .values(state=State.DELETED, lease_until=None)
            )
        self._connection.execute(insert(revisions), new)
        return int(str(new["number"]))

    def move_revision(self, head: CommentHead, revision: Revision, decision: Decision) -> bool:
        self._lock_threads_of([(head.site_id, head.id)])
        touched = self._connection.execute(
            update(comments)
            .where(
                comments.c.site_id == head.site_id,
                comments.c.id == head.id,
                comments.c.version == head.version,
            )
            .values(version=comments.c.version + 1)
        )
        if touched.rowcount != 1:
            # What else stands in the transaction is kept: the revision stays what it is, too.
            return False
        moved = self._connection.execute(
            update(revisions)
            .where(
                revisions.c.site_id == revision.site_id,
                revisions.c.comment_id == revision.comment_id,
                revisions.c.number == revision.number,
                revisions.c.state == revision.state,
            )
            .values(state=decision.to_state, lease_until=None)
        )
        if moved.rowcount != 1:
            return False
        if decision.to_state is State.APPROVED:
            self._show_text(revision.site_id, revision.comment_id, revision.content, decision.at)
        self._add_decisions([decision])
        return True

    def _show_text(self, site_id: str, comment_id: str, content: str, at: datetime) -> None:
        """Make an approved revision's text the one that readers see.

        The version grows, so that nobody decides about a text that they have not seen.
        """
        rows = self._connection.execute(
            update(comments)
            .where(comments.c.site_id == site_id, comments.c.id == comment_id)
            .values(content=content, edited_at=at, version=comments.c.version + 1)
            .returning(comments.c.thread_id)
        )
        for row in rows:
            self._connection.execute(
                update(threads)
                .where(threads.c.site_id == site_id, threads.c.id == row.thread_id)
                .values(version=threads.c.version + 1)
            )

    def _lock_threads_of(self, ids: Sequence[tuple[str, str]]) -> None:
        """Lock the threads first and in order, so that two transactions cannot wait for each other.

        SQLite has one writer and needs none of it.
        """
        if self._is_sqlite:
            return
        for site_id, comment_ids in sorted(by_site(ids).items()):
            of_them = select(comments.c.thread_id).where(
                comments.c.site_id == site_id, comments.c.id.in_(comment_ids)
            )
            self._connection.execute(
                select(threads.c.id)
                .where(threads.c.site_id == site_id, threads.c.id.in_(of_them))
                .order_by(threads.c.id)
                .with_for_update()
            ).all()

    def _show(self, changed: Sequence[tuple[str, str, bytes]], *, by: int) -> None:
        """Count comments in or out for readers: in their ancestors, and in the thread's version."""
        in_threads: Counter[tuple[str, str]] = Counter()
        in_subtrees: Counter[tuple[str, str]] = Counter()
        for site_id, thread_id, path in changed:
            in_threads[site_id, thread_id] += by
            in_subtrees.update({(site_id, id_): by for id_ in path_ids(path)})
        if not changed:
            return
        self._connection.execute(
            update(threads)
            .where(threads.c.site_id == bindparam("of_site"), threads.c.id == bindparam("of_id"))
            .values(
                version=threads.c.version + 1,
                approved_count=threads.c.approved_count + bindparam("number"),
            ),
            _numbered(in_threads),
        )
        self._connection.execute(
            update(comments)
            .where(comments.c.site_id == bindparam("of_site"), comments.c.id == bindparam("of_id"))
            .values(live=comments.c.live + bindparam("number")),
            _numbered(in_subtrees),
        )

    def _add_decisions(
        self, made: Sequence[Decision], traces: Sequence[Trace | None] | None = None
    ) -> None:
        """Record decisions; `traces` has one for each where checks have decided."""
        self._connection.execute(
            insert(decisions),
            [
                decision_values(one, trace)
                for one, trace in zip(made, traces or repeat(None, len(made)), strict=True)
            ],
        )
        # An event has its decision's id: what is told is what was decided.
        self.tell(
            [
                Event(
                    id=one.id,
                    site_id=one.site_id,
                    name=event_of(one.from_state, one.to_state, revision=one.revision),
                    comment_id=one.comment_id,
                    at=one.at,
                )
                for one in made
            ]
        )


def decision_values(one: Decision, trace: Trace | None = None) -> dict[str, Any]:
    return {
        "site_id": one.site_id,
        "id": one.id,
        "comment_id": one.comment_id,
        "from_state": one.from_state,
        "to_state": one.to_state,
        "actor": one.actor,
        "moderator_id": one.moderator_id,
        "at": one.at,
        "spam": one.spam,
        "abuse": one.abuse,
        "policy_version": one.policy_version,
        "note": one.note,
        "revision": one.revision,
        "reason": one.reason,
        "undoes": one.undoes,
        "bulk_id": one.bulk_id,
        "was_previous": one.was_previous,
        "trace": trace_to_data(trace) if trace is not None else None,
    }


def _alike(move: Move) -> tuple[Any, ...]:
    """What one statement moves at once."""
    head, decision = move.head, move.decision
    was = decision.was_previous if decision.undoes is not None else None
    return (
        head.site_id,
        head.version,
        head.state,
        decision.to_state,
        decision.undoes is not None,
        was,
        decision.at,
    )


def _change(move: Move) -> int:
    """Whether readers see one more comment, or one less."""
    return (move.decision.to_state is State.APPROVED) - (move.head.state is State.APPROVED)


def _numbered(counted: Counter[tuple[str, str]]) -> list[dict[str, Any]]:
    return [
        {"of_site": site_id, "of_id": id_, "number": number}
        for (site_id, id_), number in sorted(counted.items())
    ]
