"""What became of earlier comments under the same typed address.

An address is typed, not proven. So a good history takes nothing off the score, and a bad one adds
too little to hold a comment by itself: anybody can sign spam with somebody else's address.
"""

from collections.abc import Iterable

from service.core.signals import Signal
from service.core.states import State
from workers.material import Material

REJECTED_FULL = 4
"""From this many comments marked spam or rejected on, the signal has its full strength."""


def check_author(material: Material) -> Iterable[Signal]:
    history = material.subject.history
    if not history.approved:
        yield Signal("FIRST_TIME_AUTHOR")
    refused = history.by_state.get(State.SPAM, 0) + history.by_state.get(State.REJECTED, 0)
    if refused > 0:
        yield Signal(
            "AUTHOR_REJECTED_BEFORE",
            strength=min(refused / REJECTED_FULL, 1.0),
            detail="1 comment" if refused == 1 else f"{refused} comments",
        )
