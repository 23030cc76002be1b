"""Puts together what moderators do with comments beside single decisions."""

from dataclasses import dataclass

from service.usecases.bulk import BulkActions
from service.usecases.undo import UndoDecision
from service.wiring.parts import Parts


@dataclass(frozen=True, slots=True)
class Deciding:
    undo: UndoDecision
    bulk: BulkActions


def build_deciding(parts: Parts) -> Deciding:
    return Deciding(
        undo=UndoDecision(parts.store, parts.clock, parts.new_id),
        bulk=BulkActions(parts.store, parts.clock, parts.new_id),
    )
