"""Undo: take decisions back, so that the comment is exactly what it was before them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from service.core.audit import Event
from service.core.comment import CommentHead, Revision
from service.core.deciding import UNDO_WITHIN, Move, Outcome, Refusal
from service.core.decisions import Actor, Decision, effective
from service.core.errors import NotFound
from service.core.people import Moderator, Permission
from service.core.ports import Clock, NewId, Store, Writes
from service.core.states import State, may_lead_back
from service.usecases.moderate import DecisionMaker, carry_out, error_of

_LATER = "Something else has been decided since. Look at it again."


@dataclass(frozen=True, slots=True)
class UndoDecision:
    """Returns the state that the comment, or its edit, is back in. Raises `Forbidden`, `NotFound`,
    `StaleVersion` or `TransitionRefused`; nothing has changed then.

    Redactions stay: what they removed is gone. Undoing twice is undoing once.
    """

    store: Store
    clock: Clock
    new_id: NewId

    def __call__(self, site_id: str, decision_id: str, moderator: Moderator) -> State:
        moderator.require(Permission.DECIDE, site_id)
        maker = DecisionMaker(moderator, self.clock(), self.new_id)
        with self.store.write() as tx:
            decision = tx.decision(site_id, decision_id)
            if decision is None:
                raise NotFound
            (outcome,) = undo_all(tx, [decision], maker)
            if outcome.decision is None:
                raise error_of(outcome)
        return outcome.decision.to_state


def undo_all(tx: Writes, decisions: Sequence[Decision], maker: DecisionMaker) -> Sequence[Outcome]:
    """Undo decisions about one site's comments, each for itself: what became of each, in order."""
    site_id = decisions[0].site_id
    ids = {one.comment_id for one in decisions}
    heads = tx.heads(site_id, ids)
    records = tx.records(site_id, ids)
    edited = {one.comment_id for one in decisions if one.revision}
    edits = tx.latest_revisions(site_id, edited) if edited else {}
    outcomes: list[Outcome] = []
    planned: dict[int, Move] = {}
    for place, one in enumerate(decisions):
        found = _planned(one, heads, records[one.comment_id], edits.get(one.comment_id), maker)
        if isinstance(found, Move):
            planned[place] = found
            outcomes.append(Outcome(found.decision))
        else:
            outcomes.append(found)
    made = carry_out(tx, list(planned.values()), maker, Event.COMMENT_UNDONE)
    for place, move in planned.items():
        if move.decision.id not in made:
            outcomes[place] = Outcome(None, Refusal.CHANGED, _LATER)
    return outcomes


def may_undo(decision: Decision, record: Sequence[Decision], maker: DecisionMaker) -> bool:
    """Whether it makes sense to offer it."""
    return not isinstance(_undone(decision, record, maker), Outcome)


def _undone(
    decision: Decision, record: Sequence[Decision], maker: DecisionMaker
) -> Decision | Outcome:
    """The decision that takes another one back."""
    if decision.actor is not Actor.MODERATOR or decision.undoes is not None:
        return Outcome(None, Refusal.NOT_ALLOWED, "Only what a moderator decided can be undone.")
    of_its_kind = [one for one in record if bool(one.revision) == bool(decision.revision)]
    already = next((one for one in of_its_kind if one.undoes == decision.id), None)
    if already is not None and already is of_its_kind[-1]:
        return Outcome(already)
    if not of_its_kind or of_its_kind[-1].id != decision.id:
        return Outcome(None, Refusal.CHANGED, _LATER)
    if maker.now - decision.at > UNDO_WITHIN:
        return Outcome(
            None, Refusal.NOT_ALLOWED, "It is too late to undo this. Decide about it anew."
        )
    if not may_lead_back(decision.to_state, decision.from_state):
        return Outcome(None, Refusal.NOT_ALLOWED, "This cannot be undone.")
    return Decision(
        id=maker.new_id(),
        comment_id=decision.comment_id,
        site_id=decision.site_id,
        from_state=decision.to_state,
        to_state=decision.from_state,
        actor=Actor.MODERATOR,
        moderator_id=maker.moderator.id,
        at=maker.now,
        revision=decision.revision,
        undoes=decision.id,
        bulk_id=maker.bulk_id,
        was_previous=decision.was_previous,
    )


def _planned(
    decision: Decision,
    heads: Mapping[str, CommentHead],
    record: Sequence[Decision],
    latest: Revision | None,
    maker: DecisionMaker,
) -> Move | Outcome:
    head = heads.get(decision.comment_id)
    if head is None:
        return Outcome(None, Refusal.GONE)
    found = _undone(decision, record, maker)
    if isinstance(found, Outcome):
        return found
    if not decision.revision:
        if head.state is not decision.to_state:
            return Outcome(None, Refusal.CHANGED, _LATER)
        before = [one for one in record if not one.revision and one.id != decision.id]
        return Move(head, found, decided_at=_decided_at(before))
    if latest is None or latest.number != decision.revision:
        return Outcome(None, Refusal.CHANGED, "Its author has changed it since. Look at it again.")
    return Move(head, found, replace(latest, state=decision.to_state), _edited_at(decision, record))


def _decided_at(record: Sequence[Decision]) -> datetime | None:
    """When what holds after a record was decided: undone decisions, and their undoing, left out."""
    standing = effective(record)
    return standing[-1].at if standing else None


def _edited_at(decision: Decision, record: Sequence[Decision]) -> datetime | None:
    """When the text was approved that readers saw before; None for the one that came first."""
    shown = [
        one.at
        for one in effective(record)
        if one.revision and one.revision != decision.revision and one.to_state is State.APPROVED
    ]
    return shown[-1] if shown else None
