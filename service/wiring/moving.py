"""What moves comments in and out, put together."""

from dataclasses import dataclass

from service.usecases.moving.move_in import MoveIn
from service.wiring.parts import Parts


@dataclass(frozen=True, slots=True)
class Moving:
    move_in: MoveIn


def build_moving(parts: Parts) -> Moving:
    return Moving(move_in=MoveIn(parts.store, parts.vault, parts.clock, parts.new_id))
