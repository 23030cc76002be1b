"""Puts together what moderators do with comments beside single decisions."""

from dataclasses import dataclass

from service.usecases.undo import UndoDecision
from service.wiring.parts import Parts


@dataclass(frozen=True, slots=True)
class Deciding:
    undo: UndoDecision


def build_deciding(parts: Parts) -> Deciding:
    return Deciding(undo=UndoDecision(parts.store, parts.clock, parts.new_id))
