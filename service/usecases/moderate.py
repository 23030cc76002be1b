"""Moderate: a person decides about a comment; record and filter change in the same transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from service.core.audit import Doer, Entry, Event, by_moderator
from service.core.comment import CommentHead, Revision
from service.core.deciding import Judgement, Move, Outcome, Refusal
from service.core.decisions import TARGETS, Action, Actor, Decision
from service.core.errors import NotFound, StaleVersion, TransitionRefused, VestibuleError
from service.core.people import Moderator, Permission
from service.core.ports import Clock, NewId, Reads, Store, Writes
from service.core.reasons import SPAM, offered, site_reasons
from service.core.states import State, may_follow
from service.usecases.flags import settle_flags
from service.usecases.learn import learn_all

__all__ = ["DecideComment", "Judgement", "decide_all"]

_EDIT_ACTIONS = frozenset({Action.APPROVE, Action.SPAM, Action.REJECT})
_REASONED = frozenset({Action.SPAM, Action.REJECT, Action.DELETE})


@dataclass(frozen=True, slots=True)
class DecideComment:
    """Returns the state reached. Raises `Forbidden`, `NotFound`, `StaleVersion` or
    `TransitionRefused`; nothing has changed then.

    Who says the same twice, as by a double click, has said it once.
    """

    store: Store
    clock: Clock
    new_id: NewId

    def __call__(self, judgement: Judgement, moderator: Moderator) -> State:
        moderator.require(Permission.DECIDE, judgement.site_id)
        maker = DecisionMaker(moderator, self.clock(), self.new_id)
        with self.store.write() as tx:
            (outcome,) = decide_all(tx, [judgement], maker)
            if outcome.decision is None:
                raise error_of(outcome)
        return outcome.decision.to_state


@dataclass(frozen=True, slots=True)
class DecisionMaker:
    """Who decides, when, and as part of which bulk action."""

    moderator: Moderator
    now: datetime
    new_id: NewId
    bulk_id: str | None = None

    @property
    def doer(self) -> Doer:
        return by_moderator(self.moderator)


def decide_all(
    tx: Writes, judgements: Sequence[Judgement], maker: DecisionMaker
) -> Sequence[Outcome]:
    """Decide about comments of one site, each for itself: what became of each, in their order.

    A comment and an edit of it may both be among them, but neither twice.
    """
    site_id = judgements[0].site_id
    reasons = known_reasons(tx, site_id)
    ids = {one.comment_id for one in judgements}
    heads = tx.heads(site_id, ids)
    edited = {one.comment_id for one in judgements if one.revision}
    edits = tx.open_revisions(site_id, edited) if edited else {}
    outcomes: list[Outcome] = []
    planned: dict[int, Move] = {}
    for place, one in enumerate(judgements):
        found = _planned(one, heads.get(one.comment_id), edits.get(one.comment_id), maker, reasons)
        if isinstance(found, Move):
            planned[place] = found
            outcomes.append(Outcome(found.decision))
        elif found.refusal is Refusal.CHANGED and (said := _said_before(tx, one, heads, maker)):
            outcomes.append(Outcome(said))
        else:
            outcomes.append(found)
    made = carry_out(tx, list(planned.values()), maker, Event.COMMENT_DECIDED)
    for place, move in planned.items():
        if move.decision.id not in made:
            outcomes[place] = Outcome(
                None, Refusal.CHANGED, "It has just changed. Look at it again before you decide."
            )
    return outcomes


def carry_out(
    tx: Writes, moves: Sequence[Move], maker: DecisionMaker, event: Event
) -> frozenset[str]:
    """Store decisions about one site's comments, and what follows; the ids of those that counted.

    The comments themselves go first: an edit of one that was moved is still the one that was seen.
    """
    if not moves:
        return frozenset()
    site_id = moves[0].head.site_id
    made = set(tx.move_all([one for one in moves if one.revision is None]))
    moved = {one.head.id for one in moves if one.decision.id in made}
    for one in moves:
        if one.revision is None:
            continue
        head = one.head
        if head.id in moved:
            head = replace(head, version=head.version + 1)
        if one.decision.undoes is not None:
            counted = tx.take_revision_back(replace(one, head=head))
        else:
            counted = tx.move_revision(head, one.revision, one.decision)
        if counted:
            made.add(one.decision.id)
    counted_moves = [one for one in moves if one.decision.id in made]
    changed = sorted({one.head.id for one in counted_moves})
    learn_all(tx, site_id, changed)
    _settle(tx, site_id, [one.decision for one in counted_moves])
    for one in counted_moves:
        tx.record(_entry(one.decision, maker, event))
    return frozenset(made)


def _settle(tx: Writes, site_id: str, decisions: Sequence[Decision]) -> None:
    """What readers and the author had flagged is answered, or open again."""
    flagged = tx.flagged(site_id, {one.comment_id for one in decisions})
    for one in decisions:
        if one.comment_id not in flagged:
            continue
        if one.undoes is None:
            settle_flags(tx, one)
        else:
            tx.reopen_flags(site_id, one.undoes)


def error_of(outcome: Outcome) -> VestibuleError:
    """What to raise for the only item of several."""
    if outcome.refusal is Refusal.GONE:
        return NotFound()
    kind = StaleVersion if outcome.refusal is Refusal.CHANGED else TransitionRefused
    return kind(outcome.explanation)


def known_reasons(tx: Reads, site_id: str) -> frozenset[str]:
    own = tx.own_reasons([site_id]).get(site_id, ())
    return frozenset(one.code for one in offered(site_reasons(own)))


def _planned(
    judgement: Judgement,
    head: CommentHead | None,
    edit: Revision | None,
    maker: DecisionMaker,
    reasons: frozenset[str],
) -> Move | Outcome:
    if head is None:
        return Outcome(None, Refusal.GONE)
    changed = _what_changed(judgement, head, edit)
    if changed:
        return Outcome(None, Refusal.CHANGED, changed)
    current = edit.state if judgement.revision and edit is not None else head.state
    target = _target(judgement.action, head)
    refused = _why_not(judgement, current, target, reasons)
    if target is None or refused:
        return Outcome(None, Refusal.NOT_ALLOWED, refused)
    decision = Decision(
        id=maker.new_id(),
        comment_id=head.id,
        site_id=head.site_id,
        from_state=current,
        to_state=target,
        actor=Actor.MODERATOR,
        moderator_id=maker.moderator.id,
        at=maker.now,
        note=judgement.note,
        revision=judgement.revision,
        reason=_reason(judgement),
        bulk_id=maker.bulk_id,
        was_previous=head.previous_state,
    )
    return Move(head, decision, edit if judgement.revision else None)


def _what_changed(judgement: Judgement, head: CommentHead, edit: Revision | None) -> str:
    if head.version != judgement.seen_version:
        return f"It is {head.state} now. Look at it again before you decide."
    if judgement.revision and (edit is None or edit.number != judgement.revision):
        return "The edit has been decided or replaced. Look at it again."
    return ""


def _why_not(
    judgement: Judgement, current: State, target: State | None, reasons: frozenset[str]
) -> str:
    if judgement.revision and judgement.action not in _EDIT_ACTIONS:
        return "An edit can be approved, marked as spam or rejected."
    if judgement.reason and judgement.reason not in reasons:
        return "This reason is not one of the site's any more. Choose another one."
    if target is None:
        return "Only a deleted comment can be restored."
    if not may_follow(current, target):
        return f"A comment that is {current} cannot become {target}."
    return ""


def _reason(judgement: Judgement) -> str:
    if judgement.action not in _REASONED:
        return ""
    return judgement.reason or (SPAM if judgement.action is Action.SPAM else "")


def _target(action: Action, head: CommentHead) -> State | None:
    if action is not Action.RESTORE:
        return TARGETS[action]
    return head.previous_state if head.state is State.DELETED else None


def _said_before(
    tx: Reads, judgement: Judgement, heads: Mapping[str, CommentHead], maker: DecisionMaker
) -> Decision | None:
    """The same decision by the same person about what they saw, if it is the latest one."""
    head = heads[judgement.comment_id]
    record = tx.decisions(judgement.site_id, judgement.comment_id)
    if not record:
        return None
    last = record[-1]
    # Approving an edit counts twice: the text that is shown has changed, too.
    steps = 2 if last.revision and last.to_state is State.APPROVED else 1
    same = (
        last.moderator_id == maker.moderator.id
        and last.undoes is None
        and last.revision == judgement.revision
        and last.to_state is TARGETS.get(judgement.action, last.to_state)
        and (judgement.action is not Action.RESTORE or last.from_state is State.DELETED)
        and head.version == judgement.seen_version + steps
    )
    return last if same else None


def _entry(decision: Decision, maker: DecisionMaker, event: Event) -> Entry:
    return Entry(
        decision.site_id,
        event,
        maker.doer,
        decision.at,
        about=decision.comment_id,
        details={
            "from": decision.from_state,
            "to": decision.to_state,
            "reason": decision.reason,
            "note": decision.note,
            "revision": decision.revision or None,
            "bulk": decision.bulk_id,
        },
    )
