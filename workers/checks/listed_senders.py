"""Addresses and networks of the lists: whom a moderator has muted, banned or trusted.

A typed address proves nothing, and anybody can type that of a trusted author. So trust approves
nothing and skips no look at the text: it only spares the wait that a site imposes on all, and that
only where the address had an approved comment from the same network before.
"""

from collections.abc import Iterable

from service.core.lists import Effect, EntryKind
from service.core.signals import Signal
from workers.material import Material

_SYMBOLS = {
    (EntryKind.NETWORK, Effect.HOLD): "HELD_NETWORK",
    (EntryKind.NETWORK, Effect.BLOCK): "BLOCKED_NETWORK",
    (EntryKind.NETWORK, Effect.ALLOW): "ALLOWED_NETWORK",
    (EntryKind.ADDRESS, Effect.HOLD): "AUTHOR_MUTED",
    (EntryKind.ADDRESS, Effect.BLOCK): "AUTHOR_BANNED",
    (EntryKind.ADDRESS, Effect.ALLOW): "AUTHOR_TRUSTED",
}


def check_listed_senders(material: Material) -> Iterable[Signal]:
    """The entries were looked for where the address and the network are known, see `Subject`."""
    for entry in material.subject.listed:
        symbol = _SYMBOLS[entry.kind, entry.effect]
        detail = ""
        if symbol == "AUTHOR_TRUSTED" and not material.subject.trusted:
            detail = "from a network that is new for them, so it counts for nothing"
        yield Signal(symbol, detail=detail, rules=(entry.id,))
