"""Bulk: do one thing to many comments, in short transactions, so that it can be left and resumed.

First they are counted and written down, each in its version; a person who has seen the number
confirms; then whoever asks carries it on for a while: the page of who began it, and the sweeper
where that page is gone. Each chunk is one transaction, so what is written down is what was done.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from service.core.bulk import DONE, ITEMS_MAX, BulkAction, BulkItem, Stopped
from service.core.deciding import Judgement, Outcome, Refusal
from service.core.decisions import Action
from service.core.desk_queue import QueueFilter
from service.core.errors import Conflict, Forbidden, NotFound
from service.core.people import REFUSAL, Moderator, Permission
from service.core.ports import Clock, NewId, Store, Writes
from service.usecases.moderate import DecisionMaker, decide_all
from service.usecases.undo import undo_all

CHUNK = 100
"""So many comments are decided about in one transaction: others wait for no longer than that."""

LEFT_AFTER = timedelta(seconds=10)
SWEEP_FOR = timedelta(seconds=2)
_PAGE = 1_000

Picked = Iterable[tuple[str, BulkItem]]
"""Items, each with the id of its site."""


@dataclass(frozen=True, slots=True)
class Progress:
    """`counts` has how many items there are by outcome."""

    parts: tuple[BulkAction, ...]
    counts: Mapping[str, int]

    @property
    def id(self) -> str:
        return self.parts[0].id

    @property
    def total(self) -> int:
        return sum(one.total for one in self.parts)

    @property
    def is_confirmed(self) -> bool:
        return any(one.confirmed_at is not None for one in self.parts)

    @property
    def is_going_on(self) -> bool:
        return any(one.is_going_on for one in self.parts)


@dataclass(frozen=True, slots=True)
class BulkActions:
    """All that can be done with them. Raises `NotFound` for other sites' and `Forbidden` where a
    role does not allow it.
    """

    store: Store
    clock: Clock
    new_id: NewId

    # -- beginning ---------------------------------------------------------------------------------

    def prepare_all(self, wanted: QueueFilter, action: Action, moderator: Moderator) -> str:
        """Count all lines of the queue that fit, up to `ITEMS_MAX`; the new action's id."""
        return self.prepare(self._lines(wanted), action, moderator)

    def prepare(self, picked: Picked, action: Action, moderator: Moderator) -> str:
        """Write these comments down; those of sites where they may not decide are left out."""
        bulk_id, now = self.new_id(), self.clock()
        parts: dict[str, BulkAction] = {}
        taken = 0
        for some in _batches(picked, _PAGE):
            by_site: dict[str, list[BulkItem]] = defaultdict(list)
            for site_id, item in some[: ITEMS_MAX - taken]:
                if moderator.may(Permission.DECIDE, site_id):
                    by_site[site_id].append(item)
            with self.store.write() as tx:
                for site_id, items in by_site.items():
                    if site_id not in parts:
                        parts[site_id] = BulkAction(site_id, bulk_id, moderator.id, action, 0, now)
                        tx.add_bulk_action(parts[site_id])
                    tx.add_bulk_items(parts[site_id], items)
                    taken += len(items)
            if taken >= ITEMS_MAX:
                break
        if not parts:
            raise Conflict("There is nothing to do: no comment was chosen.")
        with self.store.write() as tx:
            for part in parts.values():
                tx.count_bulk_items(part)
        return bulk_id

    def confirm(
        self, bulk_id: str, moderator: Moderator, *, reason: str = "", note: str = ""
    ) -> None:
        """Say yes to what was counted. Confirming twice is confirming once."""
        now = self.clock()
        parts = self._own(bulk_id, moderator)
        with self.store.write() as tx:
            for part in parts:
                tx.confirm_bulk_action(replace(part, reason=reason, note=note, confirmed_at=now))

    def undo(self, bulk_id: str, moderator: Moderator) -> str:
        """Begin to take back what an action has done, which stops it; the id of what undoes it."""
        now = self.clock()
        parts = self._seen(bulk_id, moderator)
        new_id = self.new_id()
        added = 0
        with self.store.write() as tx:
            # Somebody with a part in fewer sites may have undone theirs already.
            undone = {one.site_id: tx.bulk_undoing([one.site_id], bulk_id) for one in parts}
            left = [one for one in parts if undone[one.site_id] is None]
            already = undone[parts[0].site_id]
            if not left and already is not None:
                return already
            for part in left:
                if part.action is None:
                    raise Conflict("What was taken back can only be decided anew.")
                tx.end_bulk_action(part, at=now, stopped=Stopped.UNDONE)
                back = BulkAction(
                    part.site_id,
                    new_id,
                    moderator.id,
                    None,
                    0,
                    now,
                    undoes=bulk_id,
                    confirmed_at=now,
                    worked_at=now,
                )
                tx.add_bulk_action(back)
                added += tx.add_undo_items(back)
                tx.count_bulk_items(back)
            if not added:
                raise Conflict("Nothing was done that could be undone.")
        return new_id

    def stop(self, bulk_id: str, moderator: Moderator) -> None:
        """Do no more of it; what was done stays done."""
        parts = self._seen(bulk_id, moderator)
        with self.store.write() as tx:
            for part in parts:
                tx.end_bulk_action(part, at=self.clock(), stopped=Stopped.BY_HAND)

    # -- carrying on -------------------------------------------------------------------------------

    def run(self, bulk_id: str, moderator: Moderator, *, for_: timedelta) -> Progress:
        """Carry an action on for about so long; how far it has come."""
        until = self.clock() + for_
        for part in self._own(bulk_id, moderator):
            while part.is_going_on and self._chunk(part, moderator) and self.clock() < until:
                pass
        return self.progress(bulk_id, moderator)

    def progress(self, bulk_id: str, moderator: Moderator) -> Progress:
        parts = self._seen(bulk_id, moderator)
        with self.store.read() as tx:
            counts = tx.bulk_counts([one.site_id for one in parts], bulk_id)
        return Progress(tuple(parts), counts)

    def carry_on_left(self) -> int:
        """Carry on what nobody works on, for some seconds; how many actions that were."""
        now = self.clock()
        with self.store.read() as tx:
            left = tx.left_bulk_actions(before=now - LEFT_AFTER, limit=10)
            people = {one.moderator_id: tx.moderator(one.moderator_id) for one in left}
        for part in left:
            while self.clock() - now < SWEEP_FOR and self._chunk(part, people[part.moderator_id]):
                pass
        return len(left)

    def _chunk(self, part: BulkAction, moderator: Moderator | None) -> bool:
        """Do the next items; whether there may be more."""
        now = self.clock()
        with self.store.write() as tx:
            items = tx.take_bulk_items(part, limit=CHUNK, now=now)
            if items is None:
                return False
            if moderator is None or not moderator.may(Permission.DECIDE, part.site_id):
                tx.end_bulk_action(part, at=now, stopped=Stopped.NOT_ALLOWED)
                return False
            if items:
                maker = DecisionMaker(moderator, now, self.new_id, bulk_id=part.id)
                settled = _judge(tx, part, items, maker)
                tx.settle_bulk_items(part, settled)
            if len(items) < CHUNK:
                tx.end_bulk_action(part, at=now, stopped=None)
                return False
        return True

    # -- finding -----------------------------------------------------------------------------------

    def _seen(self, bulk_id: str, moderator: Moderator) -> Sequence[BulkAction]:
        with self.store.read() as tx:
            ids = [one.id for one in tx.sites() if moderator.may(Permission.DECIDE, one.id)]
            parts = tx.bulk_parts(ids, bulk_id)
        if not parts:
            raise NotFound
        return parts

    def _own(self, bulk_id: str, moderator: Moderator) -> Sequence[BulkAction]:
        """Of an action of their own; at a site where they may not decide any more, it stops."""
        with self.store.read() as tx:
            parts = tx.bulk_parts([one.id for one in tx.sites()], bulk_id)
        own = [one for one in parts if one.moderator_id == moderator.id]
        if not own:
            if any(moderator.may(Permission.DECIDE, one.site_id) for one in parts):
                raise Forbidden("Somebody else has begun this. You can stop it, or undo it.")
            raise NotFound
        lost = [one for one in own if not moderator.may(Permission.DECIDE, one.site_id)]
        if lost:
            with self.store.write() as tx:
                for part in lost:
                    tx.end_bulk_action(part, at=self.clock(), stopped=Stopped.NOT_ALLOWED)
        kept = [one for one in own if one not in lost]
        if not kept:
            raise Forbidden(REFUSAL)
        return kept

    def _lines(self, wanted: QueueFilter) -> Iterator[tuple[str, BulkItem]]:
        after = None
        while True:
            with self.store.read() as tx:
                found = tx.queue_keys(wanted, after=after, limit=_PAGE)
            for key in found.keys:
                yield key.site_id, BulkItem(key.id, key.revision, key.version)
            after = found.more
            if after is None:
                return


def _judge(
    tx: Writes, part: BulkAction, items: Sequence[BulkItem], maker: DecisionMaker
) -> Sequence[BulkItem]:
    outcomes: Sequence[Outcome]
    if part.action is None:
        return _take_back(tx, part, items, maker)
    judgements = [
        Judgement(
            site_id=part.site_id,
            comment_id=one.comment_id,
            action=part.action,
            seen_version=one.version,
            note=part.note,
            revision=one.revision,
            reason=part.reason,
        )
        for one in items
    ]
    outcomes = decide_all(tx, judgements, maker)
    return [_settled(item, found) for item, found in zip(items, outcomes, strict=True)]


def _take_back(
    tx: Writes, part: BulkAction, items: Sequence[BulkItem], maker: DecisionMaker
) -> Sequence[BulkItem]:
    wanted = tx.decisions_by_id(part.site_id, [one.decision_id for one in items if one.decision_id])
    known = [(one, wanted[id_]) for one in items if (id_ := one.decision_id or "") in wanted]
    outcomes = undo_all(tx, [decision for _, decision in known], maker) if known else []
    settled = {
        item: _settled(item, found) for (item, _), found in zip(known, outcomes, strict=True)
    }
    return [settled.get(one) or replace(one, outcome=Refusal.GONE) for one in items]


def _settled(item: BulkItem, found: Outcome) -> BulkItem:
    if found.decision is not None:
        return replace(item, outcome=DONE, decision_id=found.decision.id)
    return replace(item, outcome=found.refusal or Refusal.GONE, decision_id=None)


def _batches(picked: Picked, size: int) -> Iterator[list[tuple[str, BulkItem]]]:
    batch: list[tuple[str, BulkItem]] = []
    for one in picked:
        batch.append(one)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
