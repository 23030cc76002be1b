"""What rulings on campaigns say of one text."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.core.decisions import Action


class Likeness(StrEnum):
    """How a text resembles what was ruled on."""

    EXACT = "exact"
    SURE = "sure"
    SOME = "some"


@dataclass(frozen=True, slots=True)
class Ruled:
    """What rulings say of one text. They say nothing together where they disagree (`disputed`).

    One to approve counts for the very same text only, and approves nothing: it only keeps the
    copies from being held against the comment. The milder `likeness` of a refusal is a doubt.
    """

    action: Action
    likeness: Likeness
    by: str
    at: datetime
    rules: tuple[str, ...]
    disputed: bool = False

    @property
    def spares_copies(self) -> bool:
        return self.action is Action.APPROVE and not self.disputed
