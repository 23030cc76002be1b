"""Puts together what moderators do with comments beside single decisions."""

from dataclasses import dataclass

from service.core.outside import Memory
from service.usecases.answer import AnswerAsStaff
from service.usecases.bulk import BulkActions
from service.usecases.claims import Claims
from service.usecases.reasons import SetReason
from service.usecases.redact import RedactComment
from service.usecases.undo import UndoDecision
from service.wiring.parts import Parts


@dataclass(frozen=True, slots=True)
class Deciding:
    undo: UndoDecision
    bulk: BulkActions
    claims: Claims
    redact: RedactComment
    answer: AnswerAsStaff
    reasons: SetReason


def build_deciding(parts: Parts, memory: Memory) -> Deciding:
    return Deciding(
        undo=UndoDecision(parts.store, parts.clock, parts.new_id),
        bulk=BulkActions(parts.store, parts.clock, parts.new_id),
        claims=Claims(memory, parts.store),
        redact=RedactComment(parts.store, parts.clock, parts.new_id),
        answer=AnswerAsStaff(parts.store, parts.vault, parts.clock, parts.new_id),
        reasons=SetReason(parts.store, parts.clock),
    )
