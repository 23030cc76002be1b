"""Rule on a campaign: decide about all of it at once, and about what still arrives, until it ends.

The ruling itself is stored first, so that nothing that arrives meanwhile is missed. Then the
comments follow in short transactions; whoever was interrupted goes on where it stopped.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.core.audit import Entry, Event, by_moderator
from service.core.deciding import Judgement, Move, Outcome, Refusal
from service.core.decisions import TARGETS, Action, Actor, Decision
from service.core.errors import Conflict, NotFound, TransitionRefused
from service.core.listing import Lister
from service.core.people import Moderator, Permission
from service.core.ports import Clock, NewId, Reads, Store, Writes
from service.core.ruling import (
    ITEMS_MAX,
    CampaignMember,
    ItemOutcome,
    RulingItem,
)
from service.core.rulings import RULINGS, RuledText, Ruling, spread
from service.core.states import State
from service.usecases.moderate import DecisionMaker, carry_out, decide_all
from service.usecases.undo import undo_all

CHUNK = 100
STEP_SECONDS = 2.0
"""So long one request works on it; then it says how far it has come."""

_PAGE = 1_000
_REFUSED: Mapping[Refusal | None, ItemOutcome] = {
    Refusal.GONE: ItemOutcome.GONE,
    Refusal.CHANGED: ItemOutcome.CHANGED,
    Refusal.NOT_ALLOWED: ItemOutcome.NOT_ALLOWED,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a moderator wants of a campaign as they saw it at `seen_at`.

    Comments that a person has decided about are left alone, but `with_decided`; what somebody has
    decided since is left alone in any case.
    """

    site_id: str
    campaign_id: str
    action: Action
    seen_at: datetime
    reason: str = ""
    note: str = ""
    with_decided: bool = False


@dataclass(frozen=True, slots=True)
class RuleOnCampaign:
    """Returns the ruling, whose first comments are decided about. Raises `Forbidden`, `NotFound`,
    `Conflict` where there is a ruling on the campaign already.
    """

    store: Store
    lister: Callable[[], Lister]
    carry: "CarryOut"
    clock: Clock
    new_id: NewId

    def __call__(self, wanted: Wanted, moderator: Moderator) -> Ruling:
        moderator.require(Permission.DECIDE, wanted.site_id)
        if wanted.action not in RULINGS:
            raise TransitionRefused("A campaign can be approved, marked as spam or rejected.")
        with self.store.read() as tx:
            members = _members(tx, wanted.site_id, wanted.campaign_id)
            chosen = spread(members)
            texts = tx.contents(wanted.site_id, {one.comment_id for one in chosen})
        ruling = Ruling(
            id=self.new_id(),
            site_id=wanted.site_id,
            campaign_id=wanted.campaign_id,
            action=wanted.action,
            created_at=self.clock(),
            moderator_id=moderator.id,
            moderator_name=moderator.name,
            reason=wanted.reason,
            note=wanted.note,
            texts=self._texts(texts),
        )
        if not ruling.texts:
            raise NotFound
        items = [one for one in members if _is_to_do(one, wanted)]
        with self.store.write() as tx:
            tx.lock_rules(wanted.site_id)
            if tx.ruling_of(wanted.site_id, wanted.campaign_id) is not None:
                raise Conflict("Somebody has just decided about this campaign.")
            tx.add_ruling(ruling, items)
            details = {
                "action": ruling.action, "comments": len(items), "reason": ruling.reason,
                "note": ruling.note,
            }  # fmt: skip
            by, at = by_moderator(moderator), ruling.created_at
            tx.record(Entry(ruling.site_id, Event.CAMPAIGN_DECIDED, by, at, ruling.id, details))
        self.carry(ruling.site_id, ruling.id, moderator)
        return ruling

    def _texts(self, contents: Mapping[str, str]) -> tuple[RuledText, ...]:
        found: dict[int, RuledText] = {}
        for comment_id, content in sorted(contents.items()):
            fingerprint = self.lister().fingerprint(content)
            if fingerprint.sketch:
                # The same text twice says nothing more.
                found.setdefault(
                    fingerprint.digest,
                    RuledText(comment_id, fingerprint.digest, fingerprint.sketch),
                )
        return tuple(found.values())


@dataclass(frozen=True, slots=True)
class EndRuling:
    """What arrives is judged by itself again. With `take_back` all that came of the ruling is
    undone as well, as one step. Raises `Forbidden`, `NotFound`.
    """

    store: Store
    carry: "CarryOut"
    clock: Clock

    def __call__(
        self, site_id: str, ruling_id: str, moderator: Moderator, *, take_back: bool
    ) -> None:
        moderator.require(Permission.DECIDE, site_id)
        with self.store.write() as tx:
            tx.lock_rules(site_id)
            ruling = tx.ruling(site_id, ruling_id)
            if ruling is None:
                raise NotFound
            now, was_over = self.clock(), ruling.ended_at is not None
            if not tx.end_ruling(
                site_id, ruling_id, now=now, by=moderator.id, take_back=take_back
            ) or (was_over and not take_back):
                return
            details = {"action": ruling.action, "taken_back": take_back}
            by = by_moderator(moderator)
            tx.record(Entry(site_id, Event.CAMPAIGN_ENDED, by, now, ruling_id, details))
        if take_back:
            self.carry(site_id, ruling_id, moderator)


@dataclass(frozen=True, slots=True)
class CarryOut:
    """Go on with a ruling, or with taking it back, for some seconds. Running it twice, or by two
    people at once, changes nothing more. Raises `Forbidden`, `NotFound`.
    """

    store: Store
    clock: Clock
    monotonic: Callable[[], float]
    new_id: NewId

    def __call__(self, site_id: str, ruling_id: str, moderator: Moderator) -> None:
        moderator.require(Permission.DECIDE, site_id)
        ends = self.monotonic() + STEP_SECONDS
        more = True
        while more and self.monotonic() < ends:
            with self.store.write() as tx:
                # Of two who do the same items, the later would note them as done by nobody.
                tx.lock_ruling(site_id, ruling_id)
                ruling = tx.ruling(site_id, ruling_id)
                if ruling is None:
                    raise NotFound
                more = self._step(tx, ruling, moderator)

    def _step(self, tx: Writes, ruling: Ruling, moderator: Moderator) -> bool:
        maker = DecisionMaker(moderator, self.clock(), self.new_id, bulk_id=ruling.id)
        outcome = ItemOutcome.TO_UNDO if ruling.taken_back else ItemOutcome.WAITING
        items = tx.ruling_items(ruling.site_id, ruling.id, outcome, limit=CHUNK)
        if not items:
            return False
        if ruling.taken_back:
            found = _undone(tx, ruling, items, maker)
        else:
            found = _decided(tx, ruling, items, maker)
        tx.settle_items(ruling.site_id, ruling.id, found)
        return len(items) == CHUNK


def _decided(
    tx: Writes, ruling: Ruling, items: Sequence[RulingItem], maker: DecisionMaker
) -> Mapping[str, tuple[ItemOutcome, str | None]]:
    judgements = [
        Judgement(
            ruling.site_id,
            one.comment_id,
            ruling.action,
            one.version,
            note=ruling.note,
            reason=ruling.reason,
        )
        for one in items
    ]
    outcomes = decide_all(tx, judgements, maker)
    return {
        item.comment_id: (
            (ItemOutcome.DONE, outcome.decision.id)
            if outcome.decision is not None
            else (_REFUSED[outcome.refusal], None)
        )
        for item, outcome in zip(items, outcomes, strict=True)
    }


def _undone(
    tx: Writes, ruling: Ruling, items: Sequence[RulingItem], maker: DecisionMaker
) -> Mapping[str, tuple[ItemOutcome, str | None]]:
    found: dict[str, tuple[ItemOutcome, str | None]] = {}
    made = {}
    for one in items:
        decision = tx.decision(ruling.site_id, one.decision_id) if one.decision_id else None
        if decision is not None:
            made[one.comment_id] = decision
    if made:
        for decision, outcome in zip(
            made.values(), undo_all(tx, list(made.values()), maker), strict=True
        ):
            found[decision.comment_id] = _after_undoing(outcome, decision.id)
    arrived = [one for one in items if one.comment_id not in made]
    return {**found, **_held_again(tx, ruling, arrived, maker)}


def _after_undoing(outcome: Outcome, decision_id: str) -> tuple[ItemOutcome, str | None]:
    if outcome.decision is None:
        return ItemOutcome.KEPT, decision_id
    return ItemOutcome.UNDONE, outcome.decision.id


def _held_again(
    tx: Writes, ruling: Ruling, items: Sequence[RulingItem], maker: DecisionMaker
) -> Mapping[str, tuple[ItemOutcome, str | None]]:
    """What the checks decided by the ruling waits for a person, as it would have without it."""
    heads = tx.heads(ruling.site_id, {one.comment_id for one in items})
    moves = []
    for one in items:
        head = heads.get(one.comment_id)
        by_checks = head is not None and head.previous_state is None
        if head is None or not by_checks or head.state is not TARGETS[ruling.action]:
            continue
        decision = Decision(
            id=maker.new_id(),
            comment_id=head.id,
            site_id=head.site_id,
            from_state=head.state,
            to_state=State.HELD,
            actor=Actor.MODERATOR,
            moderator_id=maker.moderator.id,
            at=maker.now,
            note="The decision about its campaign was taken back.",
            bulk_id=ruling.id,
        )
        moves.append(Move(head, decision))
    made = carry_out(tx, moves, maker, Event.COMMENT_UNDONE)
    by_comment = {one.head.id: one.decision.id for one in moves if one.decision.id in made}
    return {
        one.comment_id: (
            (ItemOutcome.UNDONE, by_comment[one.comment_id])
            if one.comment_id in by_comment
            else (ItemOutcome.KEPT, None)
        )
        for one in items
    }


def _members(tx: Reads, site_id: str, campaign_id: str) -> list[CampaignMember]:
    members: list[CampaignMember] = []
    while len(members) < ITEMS_MAX:
        after = members[-1].comment_id if members else None
        page = tx.campaign_comments(site_id, campaign_id, after=after, limit=_PAGE)
        members += page
        if len(page) < _PAGE:
            break
    if not members:
        raise NotFound
    return members[:ITEMS_MAX]


def _is_to_do(member: CampaignMember, wanted: Wanted) -> bool:
    if member.state in {TARGETS[wanted.action], State.DELETED, State.ERASED}:
        return False
    if member.by_person_at is None:
        return True
    return wanted.with_decided and member.by_person_at <= wanted.seen_at
