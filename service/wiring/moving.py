"""What moves comments in and out, put together."""

from dataclasses import dataclass

from service.usecases.moving.move_in import MoveIn
from service.usecases.moving.move_out import MoveOut
from service.wiring.parts import Parts


@dataclass(frozen=True, slots=True)
class Moving:
    move_in: MoveIn
    move_out: MoveOut


def build_moving(parts: Parts) -> Moving:
    return Moving(
        move_in=MoveIn(parts.store, parts.vault, parts.clock, parts.new_id),
        move_out=MoveOut(parts.store, parts.vault, parts.clock),
    )
